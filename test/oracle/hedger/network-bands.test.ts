/** How the hedger's network is read: what is not told or not believed changes nothing, and both edges lean on theory. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { InferenceSession } from "onnxruntime-node";
import { createRng } from "../../../oracle/math/rng.ts";
import { theoryBand } from "../../../oracle/models/hedger/classic-bands.ts";
import { decisionRequests } from "../../../oracle/models/hedger/decision-requests.ts";
import {
  FULL_KNOWLEDGE,
  HEDGE_FEATURES,
  type HedgeRequest,
  MARKET_FEATURES,
  requestFeatures,
  seenRequest,
} from "../../../oracle/models/hedger/hedge-features.ts";
import { callValue } from "../../../oracle/models/hedger/hedge-paths.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { NO_CAUTION, networkBands } from "../../../oracle/models/hedger/network-bands.ts";
import { simulatedWorld } from "../../../oracle/models/hedger/simulated-worlds.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { exportPolicy } from "../../../oracle/training/hedger/policy-graph.ts";
import { writeDecision } from "../../../oracle/training/hedger/rollout-batch.ts";
import { reportRequest } from "../../../oracle/training/hedger/write-hedger.ts";
import { servedPolicy } from "../../../scripts/evaluate/hedger/served-policy.ts";

const DEVIATION = 0.2;
const REQUEST: HedgeRequest = {
  spotOverStrike: 1.1,
  deviation: DEVIATION,
  stepsLeft: 9,
  delta: callValue(1.1, 1, DEVIATION).delta,
  cost: 0.002,
  forecastRatio: 1.4,
  levelRatio: 4,
  gas: 0,
  limit: 1,
  held: 0.3,
  result: -9,
};
const NOTHING = { forecast: false, surface: false };
const NO_COST = { cost: 0, gas: 0, limit: 1 };

/** A network with drawn weights: what it says has no meaning, but depends on every input. */
function model(): Uint8Array {
  const rng = createRng("network-bands");
  const drawn = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.3 * rng.normal());
  const values = new Map([
    ["weights0", drawn(HEDGE_FEATURES.length * 4)],
    ["bias0", drawn(4)],
    ["weights1", drawn(12)],
    ["bias1", drawn(3)],
  ]);
  return exportPolicy({ hidden: [4] }, values, {});
}

describe("seenRequest", () => {
  it("error: a level that is no number gives no number, not a guess", () => {
    const { deviation } = seenRequest({ ...REQUEST, levelRatio: Number.NaN }, FULL_KNOWLEDGE, 0.5);
    assert.ok(Number.isNaN(deviation));
  });

  it("default: with everything told and believed nothing changes", () => {
    assert.deepEqual(seenRequest(REQUEST, FULL_KNOWLEDGE, 1), REQUEST);
  });

  it("behavior: half of a fourfold level is a doubled one; without the surface there is none, whatever the trust", () => {
    const half = seenRequest(REQUEST, FULL_KNOWLEDGE, 0.5);
    assert.ok(Math.abs(half.levelRatio - 2) < 1e-12 && Math.abs(half.deviation - 0.1) < 1e-12);
    assert.ok(Math.abs(half.delta - callValue(1.1, 1, 0.1).delta) < 1e-12);
    assert.equal(half.forecastRatio, REQUEST.forecastRatio);
    const blind = seenRequest(REQUEST, NOTHING, 1);
    assert.ok(blind.levelRatio === 1 && Math.abs(blind.deviation - 0.05) < 1e-12);
    assert.equal(blind.forecastRatio, 1);
  });

  it("behavior: a row of the service is the row of training, with all knowledge and with none", () => {
    const paths = simulatedWorld("heston", { ...reportRequest(20), steps: 5 }, createRng("rows"));
    const held = new Float64Array(20).fill(0.2);
    const decision = { paths, step: 3, terms: NO_COST, held, result: () => new Float64Array(20) };
    for (const knowledge of [FULL_KNOWLEDGE, NOTHING]) {
      const market = new Float32Array(20 * MARKET_FEATURES);
      writeDecision(market, 0, { paths, step: 3, terms: () => NO_COST, knowledge });
      const rows = requestFeatures(decisionRequests(decision).map((request) => seenRequest(request, knowledge, 1)));
      market.forEach((value, place) => {
        const [row, feature] = [Math.floor(place / MARKET_FEATURES), place % MARKET_FEATURES];
        const found = rows[row * HEDGE_FEATURES.length + feature] ?? Number.NaN;
        assert.ok(Math.abs(found - value) < 1e-5, `${HEDGE_FEATURES[feature]}: ${found}, ${value}`);
      });
    }
  });
});

describe("networkBands", () => {
  let session: InferenceSession;
  before(async () => {
    session = await openSession(model());
  });
  after(() => session.release());

  it("default: all theory, no theory, and the middle of both", async () => {
    const read = async (shrinkage: number): Promise<readonly number[]> => {
      const reading = { ...NO_CAUTION, shrinkage };
      return (await networkBands(session, [REQUEST], { knowledge: FULL_KNOWLEDGE, reading })).bands[0] ?? [];
    };
    const [alone, theory, middle] = [await read(0), await read(1), await read(0.5)];
    assert.deepEqual(theory, [...theoryBand(REQUEST)]);
    for (const side of [0, 1])
      assert.ok(Math.abs((middle[side] ?? 0) - ((alone[side] ?? 1) + (theory[side] ?? 1)) / 2) < 1e-12);
  });

  it("behavior: without the forecast in its knowledge the forecast changes nothing, with it something", async () => {
    const edges = async (forecast: boolean, forecastRatio: number): Promise<unknown> => {
      const terms = { knowledge: { forecast, surface: true }, reading: NO_CAUTION };
      return (await networkBands(session, [{ ...REQUEST, forecastRatio }], terms)).bands;
    };
    assert.deepEqual(await edges(false, 0.5), await edges(false, 2));
    assert.notDeepEqual(await edges(true, 0.5), await edges(true, 2));
  });
});

describe("servedPolicy", () => {
  it("behavior: follows the service and counts the decisions that a rule made", async () => {
    const hedger: Pick<Hedger, "bands"> = {
      bands: async (requests) =>
        requests.map(({ delta }, path) => ({
          lower: delta,
          upper: delta,
          fallback: path === 0 ? ("inputs-out-of-range" as const) : null,
        })),
    };
    const paths = simulatedWorld("gbm", { ...reportRequest(4), steps: 2 }, createRng("served"));
    const { policy, fallbackShare } = servedPolicy(hedger);
    assert.ok(Number.isNaN(fallbackShare()));
    const held = new Float64Array(4);
    const bands = await policy({ paths, step: 0, terms: NO_COST, held, result: () => new Float64Array(4) });
    assert.equal(bands.lower.length, 4);
    assert.equal(fallbackShare(), 0.25);
  });
});
