/** The automatic hedger against a real mandate and the local perpetual on a chain of the test. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, encodeFunctionData } from "viem";
import { hedgeMandateAbi } from "../../../oracle/chain/abi/hedge-mandate.ts";
import type { MandateAddresses, MandateState } from "../../../oracle/chain/mandate-reader.ts";
import { type MandateLook, tendMandate } from "../../../oracle/pipeline/hedging/mandate-desk.ts";
import type { FundExposure, FundExposures } from "../../../oracle/scoring/fund-exposure.ts";
import { sendCall } from "../../../oracle/submission/send-call.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";
import {
  ACCOUNTS,
  deployMandate,
  exposure,
  HALF_BAND,
  HEDGER,
  KEYS,
  SPOT,
  sender,
  TERMS,
  UNIT,
} from "./mandate-fixture.ts";

type Look = MandateLook & { readonly state: MandateState };
type Variant = Partial<Pick<Parameters<typeof tendMandate>[0], "keys" | "hedger">> & {
  readonly observedSec?: number;
  readonly provenDelta?: number;
};
const E8 = 1e8;

function book(exposures: readonly FundExposure[], isDoubted = false): FundExposures {
  return { exposures, isDoubted };
}

describe("tendMandate", function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let ground: OracleFixture;
  let addresses: MandateAddresses;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    ground = await deployOracle(anvil);
    addresses = await deployMandate(ground);
  });

  after(() => anvil.stop());

  async function look(
    what: FundExposures | null,
    { observedSec, provenDelta = 100, ...variant }: Variant = {},
  ): Promise<Look> {
    // An observation counts once: each look has a second of its own.
    await pass(1);
    const question = { book: what, observedSec: observedSec ?? (await now()), provenDelta };
    const options = { ...addresses, chain: ground.chain, hedger: HEDGER, keys: KEYS, decimals: 6, ...variant };
    const done = await tendMandate(options, question);
    assert.ok(done.state !== null);
    return { ...done, state: done.state };
  }

  async function now(): Promise<number> {
    return Number((await ground.chain.reader.getBlock()).timestamp);
  }

  async function pass(seconds: number): Promise<void> {
    await ground.control("evm_increaseTime", [seconds]);
    await ground.control("evm_mine", []);
  }

  async function asDao(functionName: string, args: readonly unknown[] = []): Promise<void> {
    const abi: Abi = hedgeMandateAbi;
    await ground.send(addresses.mandate, abi, functionName, args);
  }

  /** A call of one of the keys past the desk. */
  async function byHand(
    who: "hedger" | "reporter",
    call: { readonly name: string; readonly args: readonly unknown[] },
  ) {
    const abi: Abi = hedgeMandateAbi;
    const data = encodeFunctionData({ abi, functionName: call.name, args: [...call.args] });
    const to = addresses.mandate;
    const sent = await sendCall({ chain: ground.chain, ...KEYS[who], to, data, receiptTimeoutMs: 5_000 });
    assert.ok(sent.ok);
  }

  /** Takes margin until the venue lets no more go: a tenth of the notional, less than the desk leaves. */
  async function starve({ state }: Look): Promise<void> {
    const notional = (Math.abs(Number(state.positionE8)) / E8) * SPOT;
    const least = BigInt(Math.ceil(notional * 0.101)) * UNIT;
    await byHand("hedger", { name: "takeMargin", args: [state.equity - least] });
  }

  const marginShare = ({ state }: Look): number =>
    Number(state.equity) / 1e6 / ((Math.abs(Number(state.positionE8)) / E8) * SPOT);

  it("error: delta-unknown reports and trades nothing", async () => {
    const { refusals, hasReported, tradedCoins, netDeltaCoins } = await look(null);
    assert.deepEqual(
      { refusals, hasReported, tradedCoins, netDeltaCoins },
      { refusals: ["delta-unknown"], hasReported: false, tradedCoins: 0, netDeltaCoins: null },
    );
  });

  it("error: the chain's refusals are named; without an own target on chain nothing grows", async () => {
    const swapped = { hedger: KEYS.reporter, reporter: KEYS.hedger };
    const { refusals, tradedCoins, state } = await look(book([exposure(2)]), { keys: swapped });
    assert.deepEqual(refusals, ["MandateNotAllowed", "target-differs"]);
    assert.equal(tradedCoins, 0);
    assert.equal(state.positionE8, 0n);
  });

  it("error: what could not be posted for is not traded", async () => {
    const keys = { ...KEYS, hedger: sender("outsider") };
    const { refusals, hasReported, action } = await look(book([exposure(2)]), { keys });
    assert.deepEqual(
      { refusals, hasReported, action },
      { refusals: ["MandateNotAllowed"], hasReported: true, action: null },
    );
  });

  it("error: greeks-doubted and target-differs let nothing grow", async () => {
    const doubted = await look(book([exposure(2)], true));
    assert.deepEqual([doubted.refusals, doubted.tradedCoins], [["greeks-doubted"], 0]);
    await pass(1);
    await byHand("reporter", { name: "reportNetDelta", args: [190_000_000n, await now()] });
    const stolen = await look(book([exposure(2)]), { observedSec: (await now()) - 1 });
    assert.deepEqual([stolen.refusals, stolen.tradedCoins], [["target-differs"], 0]);
  });

  it("error: target-unproven for what did not stand at the looks before", async () => {
    const done = await look(book([exposure(2)]), { provenDelta: 0 });
    assert.deepEqual([done.refusals, done.tradedCoins, done.hasReported], [["target-unproven"], 0, true]);
  });

  it("default: reports, posts a quarter, and trades to the edge of the band", async () => {
    const done = await look(book([exposure(2)]));
    const delta = exposure(2).deltaCoins;
    assert.deepEqual(done.refusals, []);
    assert.equal(done.hasReported, true);
    assert.ok(Math.abs((done.netDeltaCoins ?? 0) - delta) < 1e-12);
    assert.ok(Math.abs(done.tradedCoins + delta - 2 * HALF_BAND) < 1e-7);
    assert.equal(Number(done.state.positionE8) / E8, done.tradedCoins);
    const margin = Number(done.state.used.netMargin) / 1e6;
    assert.ok(Math.abs(margin - (-done.tradedCoins * SPOT) / 4) < 2, `${margin}`);
  });

  it("behavior: inside the band nothing is traded, and the target is followed", async () => {
    const { refusals, hasReported, action } = await look(book([exposure(2)]));
    assert.deepEqual({ refusals, hasReported, action }, { refusals: ["inside-band"], hasReported: true, action: null });
  });

  it("behavior: a position whose margin ran low is topped up, though the delta is unknown", async () => {
    await starve(await look(null));
    const tended = await look(null);
    assert.deepEqual(tended.refusals, ["delta-unknown"]);
    assert.ok(Math.abs(marginShare(tended) - 0.25) < 1e-3, `${marginShare(tended)}`);
  });

  it("behavior: it is, and the report is told, though the hedger fails in the middle of the look", async () => {
    await starve(await look(null));
    const hedger = { ...HEDGER, bands: () => Promise.reject(new Error("no network")) };
    const tended = await look(book([exposure(2)]), { hedger });
    assert.deepEqual(
      [tended.refusals, tended.hasReported, tended.fault?.message],
      [["look-failed"], true, "no network"],
    );
    assert.match(tended.action ?? "", /^posted /);
    assert.ok(Math.abs(marginShare(await look(null)) - 0.25) < 1e-3);
  });

  it("behavior: a band that is not the network's is counted", async () => {
    const hedger = {
      ...HEDGER,
      bands: async () => [{ lower: 0, upper: 1, fallback: "artefact-missing" as const }],
    };
    assert.ok((await look(book([exposure(2)]), { hedger })).refusals.includes("band:artefact-missing"));
  });

  it("behavior: with a transaction on its way nothing is sent", async () => {
    await ground.control("evm_setAutomine", [false]);
    const wallet = ground.chain.signer(KEYS.hedger.account);
    await wallet.sendTransaction({ to: addresses.mandate, gas: 100_000n });
    const options = { ...addresses, chain: ground.chain, hedger: HEDGER, keys: KEYS, decimals: 6 };
    const done = await tendMandate(options, { book: book([exposure(1)]), observedSec: await now(), provenDelta: 100 });
    await ground.control("evm_mine", []);
    await ground.control("evm_setAutomine", [true]);
    assert.deepEqual([done.refusals, done.hasReported, done.action], [["transaction-pending"], false, null]);
  });

  it("behavior: a cool-down is the chain's to refuse; shrinking does not wait for it", async () => {
    await pass(TERMS.coolDownSec);
    assert.deepEqual((await look(book([exposure(2.5)]))).refusals, []);
    const grown = await look(book([exposure(3)]));
    assert.deepEqual(grown.refusals, ["MandateCoolingDown"]);
    const before = Number(grown.state.positionE8) / E8;
    const shrunk = await look(book([exposure(1)], true));
    assert.deepEqual(shrunk.refusals, []);
    assert.ok(shrunk.tradedCoins > 0 && Number(shrunk.state.positionE8) / E8 > before);
  });

  it("behavior: margin stays where the reduction that would set it free failed", async () => {
    // The venue takes 10 basis points.
    await asDao("setTerms", [{ ...ACCOUNTS, ...TERMS, slippageBps: 5 }]);
    const before = await look(null);
    const done = await look(book([exposure(0.2)]));
    assert.deepEqual(done.refusals, ["PerpPriceBeyondLimit"]);
    assert.deepEqual([done.action, done.state.equity], [null, before.state.equity]);
    await asDao("setTerms", [{ ...ACCOUNTS, ...TERMS }]);
  });

  it("behavior: in a pause the target goes on being reported, and a position without margin shrinks", async () => {
    await asDao("pause");
    const { refusals, hasReported, action } = await look(book([exposure(2)]));
    assert.deepEqual({ refusals, hasReported, action }, { refusals: ["paused"], hasReported: true, action: null });
    await starve(await look(null));
    const shrunk = await look(null);
    assert.deepEqual(shrunk.refusals, ["margin-capped", "delta-unknown"]);
    assert.ok(shrunk.tradedCoins > 0 && marginShare(shrunk) > 0.145, `${marginShare(shrunk)}`);
    await asDao("resume");
  });

  it("behavior: size ends at the cap of the mandate, and says so for the turnover", async () => {
    await pass(TERMS.coolDownSec);
    const before = await look(null);
    const maxTurnoverE8 = before.state.used.turnoverE8 + 50_000_000n;
    await asDao("setTerms", [{ ...ACCOUNTS, ...TERMS, maxTurnoverE8 }]);
    const { state, refusals } = await look(book([exposure(40)]));
    assert.deepEqual(refusals, ["turnover-capped"]);
    // Some comes back in the meantime.
    const traded = before.state.positionE8 - state.positionE8;
    assert.ok(traded >= 50_000_000n && traded < 55_000_000n, `${traded}`);
    await asDao("setTerms", [{ ...ACCOUNTS, ...TERMS, maxSizeE8: 90_000_000n, maxTurnoverE8: 4_000_000_000n }]);
    await pass(TERMS.coolDownSec);
    assert.equal((await look(book([exposure(40)]))).state.positionE8, -90_000_000n);
  });

  it("behavior: after the end the position is closed and everything comes home, known delta or not", async () => {
    await asDao("endMandate");
    const { state, refusals } = await look(null);
    assert.deepEqual(refusals, ["ended"]);
    assert.equal(state.positionE8, 0n);
    assert.ok(state.equity < UNIT);
    assert.ok(state.idle > 49_000n * UNIT);
  });
});
