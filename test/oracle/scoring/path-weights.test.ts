/** Probabilities counted by weight: what they may lower, and what they may not. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { defaultProbability } from "../../../oracle/scoring/default-probability.ts";
import { pathWeights } from "../../../oracle/scoring/path-weights.ts";
import { largestValues } from "../../../oracle/scoring/tail-statistics.ts";

describe("defaultProbability with weights", () => {
  const losses = Float64Array.from({ length: 1000 }, (_, index) => index / 1000);
  const weights = losses.map((loss) => (loss < 0.5 ? 1 : 0.5));
  const tail = { losses, weights, descending: largestValues(losses, 25), maxLoss: 10, optionValue: 100 };

  it("default: counts by weight, never below what the tail beyond begins with, and never rises with collateral", () => {
    assert.equal(defaultProbability(tail, 0.7995), 0.1);
    assert.equal(defaultProbability(tail, 0.97), 24 / 1000);
    let last = 1;
    for (let collateral = 0; collateral < 12; collateral += 0.0007) {
      const p = defaultProbability(tail, collateral);
      assert.ok(p <= last, `${collateral}: ${last} → ${p}`);
      last = p;
    }
  });

  it("behavior: the tail cap keeps the whole hole", () => {
    const poor = { ...tail, optionValue: 1 };
    assert.equal(defaultProbability(poor, 0.7), defaultProbability({ ...poor, weights: null }, 0.7));
  });
});

describe("pathWeights", () => {
  const moves = Float64Array.from({ length: 1000 }, (_, index) => (index + 1) / 1000);
  const learned = Float64Array.of(0.45, 0.7, 0.88, 0.95, 0.975, 0.99, 0.995);
  const above = (weights: Float64Array, limit: number): number =>
    moves.reduce((sum, move, path) => sum + (move > limit ? (weights[path] ?? Number.NaN) : 0), 0) / moves.length;

  it("error: moves or quantiles that are no numbers give no weight that could pass for one", () => {
    assert.ok(pathWeights(Float64Array.of(Number.NaN), learned, 0.75).every((weight) => !(weight > 1)));
    assert.equal(pathWeights(new Float64Array(0), learned, 0.75).length, 0);
    const constant = pathWeights(new Float64Array(10), new Float64Array(7), 0.75);
    assert.deepEqual([...constant], new Array(10).fill(1));
  });

  it("default: meets the learned probabilities below the tail, keeps those beyond, raises none", () => {
    const weights = pathWeights(moves, learned, 0.75);
    [0.5, 0.25, 0.1].forEach((stated, place) => {
      assert.ok(Math.abs(above(weights, learned[place] ?? 0) - stated) < 1e-12);
    });
    for (const limit of [0.951, 0.975, 0.99])
      assert.ok(
        Math.abs(
          above(weights, limit) -
            above(
              moves.map(() => 1),
              limit,
            ),
        ) < 1e-12,
      );
    for (let limit = 0; limit < 1; limit += 0.003)
      assert.ok(
        above(weights, limit) <=
          above(
            moves.map(() => 1),
            limit,
          ) +
            1e-12,
      );
  });

  it("behavior: lowers no probability below the least share, and nothing where that is 1", () => {
    const near = Float64Array.of(0.2, 0.3, 0.94, 0.95, 0.975, 0.99, 0.995);
    const weights = pathWeights(moves, near, 0.75);
    assert.ok(Math.abs(above(weights, 0.2) - 0.75 * 0.8) < 1e-12 && Math.abs(above(weights, 0.3) - 0.75 * 0.7) < 1e-12);
    assert.ok(pathWeights(moves, near, 1).every((weight) => Math.abs(weight - 1) < 1e-12));
  });

  it("behavior: quantiles above the simulated ones raise nothing", () => {
    const higher = learned.map((move) => 1.2 * move);
    assert.ok(pathWeights(moves, higher, 0.75).every((weight) => Math.abs(weight - 1) < 1e-9));
  });
});
