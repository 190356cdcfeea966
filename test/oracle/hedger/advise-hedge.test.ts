/** The hedging advisor: bad questions by field, then trades, settlements and the outlook; the command prints what it says. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { HedgeQuestion } from "../../../oracle/domain/hedge-advice.ts";
import { createHedger, type Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { adviseHedge } from "../../../oracle/pipeline/hedging/advise-hedge.ts";
import { runScript } from "../../helpers/run-script.ts";

const QUESTION: HedgeQuestion = {
  kind: "call",
  spot: 60_000,
  strike: 62_000,
  days: 5,
  impliedVol: 0.6,
  forecastVol: null,
  size: 2,
  held: 0,
  settlement: "quote",
  costBps: 5,
  gasUsd: 3,
  maxTrade: null,
};
const ARGS = ["hedge", "--kind", "put", "--spot", "60000", "--strike", "58000", "--days", "3", "--vol"];

describe("adviseHedge", () => {
  let hedger: Hedger;
  before(async () => {
    // No artefact there: the rule of theory answers, which makes the figures independent of the network.
    hedger = await createHedger(import.meta.dirname);
  });
  after(() => hedger.close());

  for (const [field, value] of [
    ["spot", Number.NaN],
    ["strike", 0],
    ["days", -1],
    ["impliedVol", 60],
    ["forecastVol", 0],
    ["size", Number.POSITIVE_INFINITY],
    ["costBps", -1],
    ["gasUsd", Number.NaN],
    ["maxTrade", 0],
  ] as const) {
    it(`error: HEDGE_QUESTION_INVALID for a bad ${field}`, async () => {
      await assert.rejects(
        adviseHedge({ ...QUESTION, [field]: value }, hedger),
        (error) => hasCode(error, "HEDGE_QUESTION_INVALID") && error.context.field === field,
      );
    });
  }

  it("error: the command names a bad flag", async () => {
    const odd = await runScript("oracle/main.ts", [...ARGS, "0.6", "--settlement", "gold"]);
    assert.ok(odd.code === 1 && odd.stderr.includes("HEDGE_FLAG_INVALID: settlement"), odd.stderr);
  });

  it("default: trades to the nearer edge, says what it costs, and hedging takes risk away", async () => {
    const advice = await adviseHedge(QUESTION, hedger);
    assert.equal(advice.fallback, "artefact-missing");
    assert.ok(advice.lowerCoins < advice.deltaCoins && advice.deltaCoins < advice.upperCoins);
    assert.equal(advice.tradeCoins, advice.lowerCoins);
    assert.ok(Math.abs(advice.tradeCostUsd - (advice.tradeCoins * 60_000 * 5e-4 + 3)) < 1e-9);
    assert.ok(advice.advised.tailLossUsd < 0.6 * advice.unhedged.tailLossUsd);
    assert.ok(advice.advised.costUsd < advice.delta.costUsd);
    assert.deepEqual(await adviseHedge(QUESTION, hedger), advice);
  });

  it("behavior: inside the band nothing is traded, and the limit holds", async () => {
    const { deltaCoins } = await adviseHedge(QUESTION, hedger);
    const inside = await adviseHedge({ ...QUESTION, held: deltaCoins }, hedger);
    assert.deepEqual([inside.tradeCoins, inside.tradeCostUsd], [0, 0]);
    const limited = await adviseHedge({ ...QUESTION, maxTrade: 0.1 }, hedger);
    assert.ok(Math.abs(limited.tradeCoins - 0.1) < 1e-12);
  });

  it("behavior: in coin the band lies lower by the premium; a put's by one coin a contract", async () => {
    const quote = await adviseHedge(QUESTION, hedger);
    const coin = await adviseHedge({ ...QUESTION, settlement: "coin" }, hedger);
    assert.ok(Math.abs(quote.lowerCoins - coin.lowerCoins - quote.valueUsd / 60_000) < 1e-12);
    assert.ok(Math.abs(coin.netDeltaCoins - (coin.lowerCoins + coin.upperCoins) / 2) < 1e-9);
    const put = await adviseHedge({ ...QUESTION, kind: "put" }, hedger);
    assert.ok(Math.abs(quote.lowerCoins - put.lowerCoins - 2) < 1e-12);
  });

  it("default: the command prints one JSON object", async () => {
    const { code, stdout, stderr } = await runScript("oracle/main.ts", [...ARGS, "0.6", "--json"]);
    assert.equal(code, 0, stderr);
    const found: Readonly<Record<string, unknown>> = JSON.parse(stdout);
    assert.ok(Number(found.deltaCoins) < 0 && Number(found.netDeltaCoins) < Number(found.deltaCoins));
  });
});
