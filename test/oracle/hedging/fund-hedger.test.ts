/** The hedger beside the rounds: an endpoint that fails or hangs is told, delays nothing, and hides nothing that was known. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { FundHedgeRow } from "../../../oracle/domain/fund-hedge.ts";
import type { GreeksReport } from "../../../oracle/domain/greeks.ts";
import type { Position } from "../../../oracle/domain/positions.ts";
import type { Anchor } from "../../../oracle/domain/report.ts";
import { createFundHedger, type FundHedgerOptions } from "../../../oracle/pipeline/local/fund-hedger.ts";
import { createRunCounters } from "../../../oracle/pipeline/run-summary.ts";
import { type Anvil, startAnvil } from "../../helpers/anvil.ts";
import { deployOracle, GENESIS_SEC, type OracleFixture } from "../chain/oracle-fixture.ts";
import { deployMandate, HEDGER, KEYS } from "./mandate-fixture.ts";

const ANCHOR: Anchor = { blockNumber: 7n, blockHash: `0x${"00".repeat(32)}`, timestampSec: GENESIS_SEC };
const GREEKS: GreeksReport = { atSec: GENESIS_SEC, positions: [], groups: [] };
const FACTS = {
  ...{ operators: 4, threshold: 3, positions: 0, models: [], dataSource: "test" },
  ...{ ingestion: { accepted: 0, rejected: {} }, fundHedges: [] },
};
const HOUR_SEC = 3_600;
const PUT: Position = {
  ...{ seriesId: 1n, asset: "BTC", kind: "put", strike: 50_000, expirySec: GENESIS_SEC + 20 * 86_400, sourceIndex: 0 },
  ...{ source: "0x00000000000000000000000000000000000000a1", id: 1n, epoch: 0, classId: 1, flaggedAtSec: null },
  ...{ owner: "0x00000000000000000000000000000000000000a2", size: 1, sizeE8: 100_000_000n },
  ...{ collateralPerContract: 2_000, collateralUnits: 2_000_000_000n },
};

/** At a spot price of 50 000 without a basis. */
function greeksOf({ source, id, owner, asset }: Position): GreeksReport {
  const zero = { value: 0, gamma: 0, vega: 0, theta: 0, vanna: 0, volga: 0 };
  const sensitivities: GreeksReport["positions"][number]["sensitivities"] = {
    ...{ spotUsd: 50_000, forwardUsd: 50_000, impliedVol: 0.6, volSource: "volatility-index", quotesAgeSec: null },
    ...{ tenorYears: 20 / 365, isDoubted: false },
    usd: { ...zero, delta: 0, deltaUsd: 0, gammaUsd: 0 },
    coin: { ...zero, netDelta: 0, netDeltaUsd: 0 },
  };
  const row = { source: source.toLowerCase(), id: id.toString(), owner, asset, sensitivities, explanation: "" };
  return { atSec: GENESIS_SEC, positions: [row], groups: [] };
}

describe("createFundHedger", function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let ground: OracleFixture;
  let hedge: FundHedgerOptions["contracts"]["hedges"][number];

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC)]);
    ground = await deployOracle(anvil);
    hedge = { asset: "BTC", decimals: 6, ...(await deployMandate(ground)) };
  });

  after(() => anvil.stop());

  function open(changed: Partial<FundHedgerOptions> = {}) {
    const rows: FundHedgeRow[] = [];
    const told: string[] = [];
    const anchors: (Anchor | undefined)[] = [];
    const counters = createRunCounters();
    const options: FundHedgerOptions = {
      chain: ground.chain,
      contracts: { vault: ground.vault, hedges: [hedge] },
      world: {
        positions: async (anchor) => {
          anchors.push(anchor);
          return [];
        },
      },
      hedger: HEDGER,
      keys: KEYS,
      counters,
      metrics: { hedge: () => {}, hedgeRefused: (asset, refusals) => void told.push(asset, ...refusals) },
      state: { greeks: () => GREEKS, setFundHedges: (shown) => void rows.splice(0, rows.length, ...shown) },
      logger: { warn: () => {} },
      ...changed,
    };
    const hedger = createFundHedger(options);
    const { look } = hedger;
    const at = (atSec: number) => look({ atSec, assets: new Map(), doubts: [] }, ANCHOR);
    return { hedger, at, rows, told, anchors, refused: () => counters.summary(FACTS).hedge.refused };
  }

  it("error: without the round's Greeks the look is made, and the delta is unknown", async () => {
    const state = { greeks: () => ({ ...GREEKS, atSec: GENESIS_SEC - HOUR_SEC }), setFundHedges: () => {} };
    const { at, refused, told } = open({ state });
    await at(GENESIS_SEC);
    assert.deepEqual(refused(), { "delta-unknown": 1 });
    assert.deepEqual(told, ["BTC", "delta-unknown"]);
  });

  it("error: so it is where positions cannot be read", async () => {
    const { at, refused } = open({ world: { positions: () => Promise.reject(new Error("no node")) } });
    await at(GENESIS_SEC);
    assert.deepEqual(refused(), { "delta-unknown": 1 });
  });

  it("default: positions are those of the Greeks' block, and the row is young", async () => {
    const { at, rows, anchors } = open();
    await at(GENESIS_SEC);
    assert.deepEqual(anchors, [ANCHOR]);
    assert.deepEqual([rows[0]?.fault, rows[0]?.ageSec, rows[0]?.netDeltaCoins], [null, 0, 0]);
  });

  it("behavior: a look that fails is counted, and shown with its age on what was known", async () => {
    let isDown = false;
    const getBlock: typeof ground.chain.reader.getBlock = (args) =>
      isDown ? Promise.reject(new TypeError("down")) : ground.chain.reader.getBlock(args);
    const reader = { ...ground.chain.reader, getBlock };
    const { at, rows, refused } = open({ chain: { ...ground.chain, reader } });
    await at(GENESIS_SEC);
    const known = rows[0];
    isDown = true;
    await at(GENESIS_SEC + HOUR_SEC);
    assert.equal(refused()["look-failed"], 1);
    assert.equal(rows[0]?.fault, "TypeError");
    assert.equal(rows[0].ageSec, GENESIS_SEC + HOUR_SEC - (known?.atSec ?? 0));
    assert.deepEqual([rows[0].atSec, rows[0].idleUsd], [known?.atSec, known?.idleUsd]);
  });

  it("behavior: a hedge grows only for what stood at the two looks before; an unknown look proves and disproves nothing", async () => {
    let [size, isKnown, now] = [0.4, true, ANCHOR];
    const put = () => ({
      ...PUT,
      source: ground.vault,
      size,
      sizeE8: BigInt(Math.round(size * 1e8)),
      collateralUnits: BigInt(Math.round(size * 2e9)),
    });
    const state = {
      greeks: () => (isKnown ? { ...greeksOf(put()), atSec: now.timestampSec } : null),
      setFundHedges: (shown: readonly FundHedgeRow[]) => void rows.splice(0, rows.length, ...shown),
    };
    const rows: FundHedgeRow[] = [];
    const { hedger, refused } = open({ state, world: { positions: async () => [put()] } });
    const look = async () => {
      await ground.control("evm_increaseTime", [61]);
      await ground.control("evm_mine", []);
      const { number, hash, timestamp } = await ground.chain.reader.getBlock();
      now = { blockNumber: number, blockHash: hash, timestampSec: Number(timestamp) };
      await hedger.look({ atSec: now.timestampSec, assets: new Map(), doubts: [] }, now);
      return Math.round(100 * Math.abs(rows[0]?.positionCoins ?? Number.NaN));
    };
    const unproven = () => refused()["target-unproven"] ?? 0;
    assert.deepEqual([await look(), unproven()], [0, 1]);
    isKnown = false;
    assert.deepEqual([await look(), unproven()], [0, 1]);
    isKnown = true;
    assert.deepEqual([await look(), unproven()], [0, 2]);
    const grown = await look();
    const proven = Math.round(100 * (rows[0]?.netDeltaCoins ?? Number.NaN));
    // To the edge of the band.
    assert.ok(grown > 0 && grown < proven);
    // Twice as much has not stood at two looks: as far as what has.
    size = 0.8;
    assert.deepEqual([await look(), unproven()], [proven, 3]);
    assert.deepEqual([await look(), unproven()], [proven, 4]);
    assert.ok((await look()) > 1.5 * proven);
  });

  it("behavior: an endpoint that hangs delays nothing, and nobody looks beside the look that hangs", async () => {
    let letGo = (): void => {};
    const hangs = new Promise<number>((resolve) => {
      letGo = () => resolve(0);
    });
    const reader = { ...ground.chain.reader, getTransactionCount: () => hangs };
    const { at, refused, told } = open({ chain: { ...ground.chain, reader }, deadlineMs: 1 });
    assert.equal((await at(GENESIS_SEC)).length, 1);
    assert.deepEqual(await at(GENESIS_SEC + HOUR_SEC), []);
    assert.deepEqual(refused(), { "look-running": 1 });
    assert.deepEqual(told, ["BTC", "look-running"]);
    letGo();
  });
});
