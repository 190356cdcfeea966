/** Descriptive statistics: hand-computed and numpy values, hostile input first. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  autocorrelation,
  expectedShortfall,
  lowerMedian,
  mean,
  meanSquare,
  quantile,
  sortedQuantile,
  upperMedian,
  variance,
} from "../../../oracle/math/statistics.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("mean, variance, meanSquare", () => {
  it("error: empty, single and NaN", () => {
    for (const compute of [mean, variance, meanSquare]) {
      assert.ok(Number.isNaN(compute([])));
      assert.ok(Number.isNaN(compute([1, nan])));
    }
    assert.ok(Number.isNaN(variance([3])));
    assert.equal(mean([infinity, 1]), infinity);
  });
  it("default: hand-computed", () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.equal(variance([1, 2, 6]), 7);
    assert.equal(meanSquare([1, -2, 2]), 3);
  });
  it("behavior: a large offset does not spoil the variance", () => {
    assert.ok(Math.abs(variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) - 30) < 1e-9);
  });
});

describe("lowerMedian, upperMedian", () => {
  it("error: empty gives undefined, NaN gives NaN", () => {
    assert.equal(lowerMedian([]), undefined);
    assert.equal(upperMedian([]), undefined);
    assert.ok(Number.isNaN(lowerMedian([1, nan, 3])));
    assert.ok(Number.isNaN(upperMedian([nan])));
  });
  it("default: even counts differ, odd ones agree", () => {
    assert.equal(lowerMedian([4, 1, 3, 2]), 2);
    assert.equal(upperMedian([4, 1, 3, 2]), 3);
    assert.equal(lowerMedian([30n, 10n, 20n]), 20n);
    assert.equal(upperMedian([30n, 10n, 20n, 2n ** 200n]), 30n);
  });
  it("behavior: order does not matter, the input is not changed, values sort as numbers", () => {
    const values = [10, 9, 100, -infinity];
    assert.equal(lowerMedian(values), 9);
    assert.deepEqual(values, [10, 9, 100, -infinity]);
  });
  it("behavior: a minority cannot move the median outside the honest range", () => {
    const honest = fc.array(fc.bigInt({ min: 1n, max: 10_000n }), { minLength: 3, maxLength: 21 });
    fc.assert(
      fc.property(honest, fc.array(fc.bigInt(), { maxLength: 20 }), (values, lies) => {
        const kept = lies.slice(0, Math.floor((values.length - 1) / 2));
        const sorted = [...values].sort((left, right) => (left < right ? -1 : 1));
        for (const median of [lowerMedian([...values, ...kept]), upperMedian([...values, ...kept])]) {
          assert.ok(median !== undefined && median >= (sorted[0] ?? 0n) && median <= (sorted.at(-1) ?? 0n));
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe("quantile", () => {
  it("error: empty, NaN and bad probabilities give NaN", () => {
    assert.ok(Number.isNaN(quantile([], 0.5)));
    assert.ok(Number.isNaN(quantile([1, nan], 0.1)));
    for (const bad of [-0.1, 1.1, nan]) assert.ok(Number.isNaN(quantile([1, 2], bad)));
    assert.ok(Number.isNaN(sortedQuantile(new Float64Array(), 0.5)));
  });
  it("default: type 7, as numpy.quantile", () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
    assert.ok(Math.abs(quantile([10, 20, 30, 40, 50], 0.9) - 46) < 1e-12);
    assert.equal(quantile([7], 0.3), 7);
  });
  it("behavior: infinities stay infinite, −0 is a value", () => {
    assert.equal(quantile([infinity, infinity, 1], 0.75), infinity);
    assert.equal(Math.abs(quantile([-0, 0], 0.5)), 0);
  });
});

describe("expectedShortfall", () => {
  it("error: empty, NaN and bad levels give NaN", () => {
    assert.ok(Number.isNaN(expectedShortfall([], 0.9)));
    assert.ok(Number.isNaN(expectedShortfall([1, nan], 0.9)));
    for (const bad of [-0.1, 1, nan]) assert.ok(Number.isNaN(expectedShortfall([1, 2], bad)));
  });
  it("default: mean of the worst share, the border in part", () => {
    assert.ok(Math.abs(expectedShortfall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.8) - 9.5) < 1e-12);
    assert.ok(Math.abs(expectedShortfall([1, 2, 3, 4], 0.625) - (4 + 0.5 * 3) / 1.5) < 1e-12);
  });
  it("behavior: level 0 is the mean, tiny shares are the maximum", () => {
    assert.equal(expectedShortfall([1, 2, 6], 0), 3);
    assert.ok(Math.abs(expectedShortfall([1, 2, 6], 0.999) - 6) < 1e-9);
  });
});

describe("autocorrelation", () => {
  it("error: lags that do not fit and constant series give NaN", () => {
    for (const lag of [-1, 3, 0.5, nan]) assert.ok(Number.isNaN(autocorrelation([1, 2, 3], lag)));
    assert.ok(Number.isNaN(autocorrelation([2, 2, 2], 1)));
  });
  it("default: hand-computed", () => {
    assert.equal(autocorrelation([1, 2, 3, 4], 0), 1);
    assert.equal(autocorrelation([1, 2, 3, 4], 1), 0.25);
  });
});
