/** Tests of the evaluation's statistics against statsmodels, and by their properties. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { leastSquares } from "../../../oracle/math/least-squares.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { blockBootstrap } from "../../../oracle/training/evaluate/block-bootstrap.ts";
import { holmAdjust } from "../../../oracle/training/evaluate/holm.ts";
import { precedenceTest } from "../../../oracle/training/evaluate/lead-lag.ts";
import { dieboldMariano, longRunVariance } from "../../../oracle/training/evaluate/newey-west.ts";

const numbers = z.array(z.number());
const vectors = z
  .object({
    first: numbers,
    second: numbers,
    diebold: z.array(z.object({ lags: z.number(), statistic: z.number(), pValue: z.number() })),
    pValues: numbers,
    holm: numbers,
    target: numbers,
    controls: z.array(numbers),
    lags: z.array(numbers),
    precedence: z.array(z.object({ covarianceLags: z.number(), statistic: z.number(), pValue: z.number() })),
    weights: numbers,
    weighted: numbers,
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/evaluation/statistics.json", import.meta.url), "utf8")));
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} against ${expected}`,
  );

describe("dieboldMariano", () => {
  it("error: NaN for fewer than two losses and for losses that never differ", () => {
    assert.ok(Number.isNaN(dieboldMariano([Float64Array.of(1), Float64Array.of(2)], 0).pValue));
    const same = Float64Array.of(1, 2, 3);
    assert.ok(Number.isNaN(dieboldMariano([same, same], 1).statistic));
    assert.ok(Number.isNaN(longRunVariance(new Float64Array(), 0)));
  });

  it("default: statistic and p-value as statsmodels with HAC errors, 1e-8", () => {
    const losses = [Float64Array.from(vectors.first), Float64Array.from(vectors.second)] as const;
    for (const { lags, statistic, pValue } of vectors.diebold) {
      const found = dieboldMariano(losses, lags);
      near(found.statistic, statistic, 1e-8);
      near(found.pValue, pValue, 1e-8);
    }
  });
});

describe("holmAdjust", () => {
  it("default: as statsmodels; NaN stays and does not count", () => {
    holmAdjust(vectors.pValues).forEach((value, index) => {
      near(value, vectors.holm[index] ?? Number.NaN, 1e-12);
    });
    const [first, second, third] = holmAdjust([0.02, Number.NaN, 0.04]);
    assert.deepEqual([first, third], [0.04, 0.04]);
    assert.ok(Number.isNaN(second));
    assert.deepEqual(holmAdjust([]), []);
  });
});

describe("precedenceTest", () => {
  const rows = (values: readonly (readonly number[])[]): readonly Float64Array[] =>
    values.map((row) => Float64Array.from(row));

  it("error: NaN for dependent regressors, too few rows and no lags", () => {
    const target = Float64Array.from({ length: 40 }, (_, time) => Math.sin(time));
    const controls = Array.from({ length: 40 }, () => Float64Array.of(1));
    const inputs = [
      { target, controls, lags: controls, covarianceLags: 1 },
      { target: target.subarray(0, 3), controls: controls.slice(0, 3), lags: rows([[1], [2], [3]]), covarianceLags: 1 },
      { target, controls, lags: controls.map(() => new Float64Array()), covarianceLags: 1 },
      { target, controls, lags: controls.map(() => Float64Array.of(Number.NaN)), covarianceLags: 1 },
    ];
    for (const input of inputs) assert.ok(Number.isNaN(precedenceTest(input).pValue));
  });

  it("default: F statistic and p-value as statsmodels with HAC covariance, 1e-7", () => {
    for (const { covarianceLags, statistic, pValue } of vectors.precedence) {
      const found = precedenceTest({
        target: Float64Array.from(vectors.target),
        controls: rows(vectors.controls),
        lags: rows(vectors.lags),
        covarianceLags,
      });
      near(found.statistic, statistic, 1e-7);
      near(found.pValue, pValue, 1e-7);
    }
  });

  it("behavior: of 200 pairs of unrelated series about a twentieth is found at 5 %", () => {
    const rng = createRng("unrelated");
    let found = 0;
    for (let pair = 0; pair < 200; pair += 1) {
      const [target, other] = [0, 1].map(() => Float64Array.from({ length: 200 }, () => rng.normal()));
      if (!target || !other) throw new Error("two series wanted");
      const lags = Array.from({ length: 200 }, (_, time) => Float64Array.of(other[time - 1] ?? Number.NaN));
      const controls = lags.map(() => Float64Array.of(1));
      found += Number(precedenceTest({ target, controls, lags, covarianceLags: 3 }).pValue < 0.05);
    }
    assert.ok(found > 2 && found < 24, `${found}`);
  });
});

describe("leastSquares", () => {
  it("error: null for too few rows and dependent regressors; rows that are not finite are left out", () => {
    const sums = leastSquares(2);
    sums.add(Float64Array.of(1, Number.NaN), 1);
    sums.add(Float64Array.of(1, 1), Number.POSITIVE_INFINITY);
    assert.deepEqual([sums.count, sums.solve()], [0, null]);
    for (let row = 0; row < 5; row += 1) sums.add(Float64Array.of(1, 2), row);
    assert.equal(sums.solve(), null);
  });

  it("default: weighted coefficients as statsmodels, 1e-9", () => {
    const sums = leastSquares(4);
    vectors.target.forEach((value, row) => {
      const regressors = [...(vectors.controls[row] ?? []), ...(vectors.lags[row] ?? [])];
      sums.add(Float64Array.from(regressors), value, vectors.weights[row]);
    });
    sums.solve()?.forEach((value, index) => {
      near(value, vectors.weighted[index] ?? Number.NaN, 1e-9);
    });
    assert.equal(sums.count, vectors.target.length);
  });
});

describe("blockBootstrap", () => {
  const options = { blockSteps: 5, draws: 400, level: 0.95 };

  it("error: NaN for no steps", () => {
    const [low, high] = blockBootstrap(0, () => 1, { ...options, rng: createRng(1) });
    assert.ok(Number.isNaN(low) && Number.isNaN(high));
  });

  it("default: the interval of a mean covers the truth in about 95 % of 100 autocorrelated samples, and is reproducible", () => {
    let covered = 0;
    for (let sample = 0; sample < 100; sample += 1) {
      const rng = createRng(`sample-${sample}`);
      let state = 0;
      const values = Float64Array.from({ length: 300 }, () => {
        state = 0.3 * state + rng.normal();
        return state;
      });
      const statistic = (steps: Int32Array): number => mean(Array.from(steps, (step) => values[step] ?? Number.NaN));
      const interval = blockBootstrap(300, statistic, { ...options, blockSteps: 10, rng: rng.fork("draws") });
      assert.deepEqual(
        blockBootstrap(300, statistic, { ...options, blockSteps: 10, rng: rng.fork("draws") }),
        interval,
      );
      covered += Number(interval[0] < 0 && interval[1] > 0);
    }
    assert.ok(covered >= 87 && covered <= 99, `${covered}`);
  });
});
