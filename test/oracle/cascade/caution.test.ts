/** When operators call for caution, and when enough of them do. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CascadeState, CautionLimits } from "../../../oracle/domain/cascade.ts";
import { agreedCaution } from "../../../oracle/pipeline/local/caution-votes.ts";
import { cautionAssets } from "../../../oracle/pipeline/operator/cascade-states.ts";

const FALL_OF_A_TENTH = -Math.log(0.9);
const LIMITS: CautionLimits = { leastProbability: 0.5, leastExpectedFall: 0.05 };

function stateOf(probability24h: number, extra: number, baseRate24h = 0.1): CascadeState {
  const shock = Float64Array.of(0, FALL_OF_A_TENTH, 1);
  const further = Float64Array.of(0, extra, 1);
  const curve = { shock, extra: further, extraLow: further, extraHigh: further, positions: 1, notionalUsd: 1 };
  const rates = { probability6h: 0, baseRate6h: 0, baseRate24h };
  return { asset: "ETH", atSec: 0, probability24h, ...rates, curve: { ...curve, protocolUsd: {} } };
}

describe("cautionAssets", () => {
  it("behavior: nobody calls without limits, for numbers that are none, or at the base rate", () => {
    assert.deepEqual(cautionAssets([stateOf(1, 1)], null), []);
    assert.deepEqual(cautionAssets([], LIMITS), []);
    const silent = [stateOf(Number.NaN, 1), stateOf(0.9, Number.NaN), stateOf(0.9, 1, 0.9)];
    assert.deepEqual(cautionAssets(silent, LIMITS), []);
  });

  it("default: both the probability and its product with the further fall after a tenth must reach their limits", () => {
    assert.deepEqual(cautionAssets([stateOf(0.5, 0.1)], LIMITS), ["ETH"]);
    assert.deepEqual(cautionAssets([stateOf(0.5, 0.099)], LIMITS), []);
    assert.deepEqual(cautionAssets([stateOf(0.49, 0.9)], LIMITS), []);
  });
});

describe("agreedCaution", () => {
  it("behavior: an asset needs a quorum of operators; who names it twice has one vote", () => {
    const votes = [["ETH", "ETH"], ["ETH", "BTC"], ["BTC"], []].map((caution) => ({ caution }));
    assert.deepEqual(agreedCaution(votes, 3), []);
    assert.deepEqual(agreedCaution(votes, 2), ["ETH", "BTC"]);
    assert.deepEqual(agreedCaution([...votes, { caution: ["BTC"] }], 3), ["BTC"]);
    assert.deepEqual(agreedCaution([], 1), []);
  });
});
