/** The hedging advisor: bad questions by field, then trades, settlements and the outlook; the command prints what it says. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { HedgeQuestion } from "../../../oracle/domain/hedge-advice.ts";
import type { HedgeRequest } from "../../../oracle/models/hedger/hedge-features.ts";
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
  soldVol: null,
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
    ["soldVol", 0],
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

  it("behavior: who holds nothing and never trades pays nothing, whatever was sold in whatever unit", async () => {
    for (const kind of ["call", "put"] as const) {
      for (const settlement of ["coin", "quote"] as const) {
        const question = { ...QUESTION, kind, settlement, costBps: 50, gasUsd: 10 };
        const { unhedged } = await adviseHedge(question, hedger);
        assert.ok(Math.abs(unhedged.costUsd) < 1e-6, `${kind} in ${settlement}: ${unhedged.costUsd}`);
      }
    }
  });

  it("behavior: at no cost a put less one coin is a call, trading to the delta", async () => {
    const free = { ...QUESTION, strike: 60_000, costBps: 0, gasUsd: 0 };
    const [call, put] = [await adviseHedge(free, hedger), await adviseHedge({ ...free, kind: "put" }, hedger)];
    assert.ok(Math.abs(call.delta.tailLossUsd - put.delta.tailLossUsd) < 1e-6);
    assert.ok(Math.abs(call.delta.meanUsd - put.delta.meanUsd) < 1e-6);
  });

  it("behavior: hedging to the net delta takes the risk of results in coin away", async () => {
    for (const kind of ["call", "put"] as const) {
      const { delta, unhedged } = await adviseHedge({ ...QUESTION, kind, settlement: "coin", days: 20 }, hedger);
      assert.ok(delta.tailLossUsd < 0.6 * unhedged.tailLossUsd, `${delta.tailLossUsd} of ${unhedged.tailLossUsd}`);
    }
  });

  it("behavior: without a limit more than one coin a contract is traded at once", async () => {
    const { tradeCoins, upperCoins } = await adviseHedge({ ...QUESTION, held: 12 }, hedger);
    assert.ok(Math.abs(tradeCoins - (upperCoins - 12)) < 1e-9, `${tradeCoins}`);
  });

  it("behavior: the forecast is that of the first decision; beyond 30 days decisions are days apart", async () => {
    const asked: HedgeRequest[] = [];
    const bands: Hedger["bands"] = async (requests) => {
      asked.push(...requests);
      return await hedger.bands(requests);
    };
    const question = { ...QUESTION, days: 60, forecastVol: 0.9 };
    assert.equal((await adviseHedge(question, { ...hedger, bands })).decisionDays, 2);
    for (const { stepsLeft, forecastRatio } of asked) {
      assert.ok(Math.abs(forecastRatio - (stepsLeft === 30 ? 1.5 : 1)) < 1e-12, `${stepsLeft}: ${forecastRatio}`);
    }
    assert.equal((await adviseHedge(QUESTION, hedger)).decisionDays, 1);
  });

  it("behavior: the volatility of the sale is compared with that of the day at every decision", async () => {
    const asked: HedgeRequest[] = [];
    const bands: Hedger["bands"] = async (requests) => {
      asked.push(...requests);
      return await hedger.bands(requests);
    };
    await adviseHedge({ ...QUESTION, soldVol: 0.4 }, { ...hedger, bands });
    for (const { levelRatio } of asked) assert.ok(Math.abs(levelRatio - 1.5) < 1e-9, String(levelRatio));
  });

  it("behavior: other work goes on between pieces of an answer", async () => {
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await adviseHedge(QUESTION, hedger);
    isDone = true;
    assert.ok(turns > 20, `${turns} turns`);
  });

  it("default: the command prints one JSON object", async () => {
    const { code, stdout, stderr } = await runScript("oracle/main.ts", [...ARGS, "0.6", "--json"]);
    assert.equal(code, 0, stderr);
    const found: Readonly<Record<string, unknown>> = JSON.parse(stdout);
    assert.ok(Number(found.deltaCoins) < 0 && Number(found.netDeltaCoins) < Number(found.deltaCoins));
  });
});
