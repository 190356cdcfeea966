/** Tests of tail forecasts against statsmodels and scipy (`scripts/generate/tail-test-reference.py`), hostile input first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { chiSquareTail } from "../../../oracle/math/chi-square.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { coverageTests } from "../../../oracle/math/tail-tests/coverage-tests.ts";
import { dynamicQuantileTest } from "../../../oracle/math/tail-tests/dynamic-quantile.ts";
import { shortfallTest } from "../../../oracle/math/tail-tests/shortfall-test.ts";
import type { TailForecast } from "../../../oracle/math/tail-tests/tail-forecast.ts";
import { fz0Losses, pinballLosses } from "../../../oracle/math/tail-tests/tail-losses.ts";

const series = z.array(z.number()).transform((values) => Float64Array.from(values));
const pair = z.tuple([z.number(), z.number()]);
const vectorsSchema = z.object({
  chiSquare: z.array(z.tuple([z.number(), z.number(), z.number()])),
  cases: z.array(
    z.object({
      level: z.number(),
      returns: series,
      quantiles: series,
      shortfalls: series,
      violations: z.number(),
      unconditional: pair,
      independence: pair,
      conditional: pair,
      dynamicQuantile: pair,
      pinball: z.number(),
      fz0: z.number(),
      z1: z.number(),
      z2: z.number(),
    }),
  ),
});

const VECTORS = new URL("../../vectors/math/tail-tests.json", import.meta.url);
const vectors = vectorsSchema.parse(JSON.parse(readFileSync(VECTORS, "utf8")));

function near(actual: number, expected: number, tolerance: number, label: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${label}: ${actual}, not ${expected}`,
  );
}

const forecast = (
  change: Partial<Record<"returns" | "quantiles" | "shortfalls", number[]>> & { level?: number },
): TailForecast => ({
  returns: Float64Array.from(change.returns ?? [0, -2]),
  quantiles: Float64Array.from(change.quantiles ?? [-1, -1]),
  shortfalls: Float64Array.from(change.shortfalls ?? [-1.5, -1.5]),
  level: change.level ?? 0.05,
});

describe("chiSquareTail", () => {
  it("error: no degrees of freedom, NaN", () => {
    assert.ok(Number.isNaN(chiSquareTail(1, 0)));
    assert.ok(Number.isNaN(chiSquareTail(Number.NaN, 2)));
  });
  it("default: scipy", () => {
    for (const [x, degrees, tail] of vectors.chiSquare) {
      const found = chiSquareTail(x, degrees);
      assert.ok(Math.abs(found - tail) <= 1e-11 * tail, `Q(${x}; ${degrees}) = ${found}, not ${tail}`);
    }
    assert.deepEqual(
      [chiSquareTail(0, 3), chiSquareTail(-1, 3), chiSquareTail(Number.POSITIVE_INFINITY, 3)],
      [1, 1, 0],
    );
  });
});

describe("tests of tail forecasts", () => {
  it("error: what can not be tested is named", () => {
    const faults: readonly (readonly [TailForecast, RegExp])[] = [
      [forecast({ level: 0 }), /level 0/],
      [forecast({ level: 1 }), /level 1/],
      [forecast({ returns: [] }), /no steps/],
      [forecast({ quantiles: [-1] }), /1 quantiles for 2 returns/],
      [forecast({ returns: [0, Number.NaN] }), /return or quantile 1/],
      [forecast({ quantiles: [Number.NEGATIVE_INFINITY, -1] }), /return or quantile 0/],
      [forecast({ shortfalls: [-1.5] }), /1 shortfalls/],
      [forecast({ shortfalls: [-1.5, 0.1] }), /shortfall 1 is 0.1/],
      [forecast({ shortfalls: [-0.9, -1.5] }), /shortfall 0 is -0.9/],
    ];
    for (const [bad, reason] of faults) {
      for (const test of [coverageTests, dynamicQuantileTest, shortfallTest, pinballLosses, fz0Losses]) {
        assert.throws(() => test(bad), reason);
      }
    }
  });
  it("error: too few steps and no violation leave the dynamic quantile test undefined, not passed", () => {
    assert.ok(Number.isNaN(dynamicQuantileTest(forecast({})).pValue));
    const calm = { returns: new Float64Array(50), quantiles: new Float64Array(50).fill(-1), level: 0.05 };
    assert.ok(Number.isNaN(dynamicQuantileTest(calm).pValue));
    assert.ok(Number.isNaN(shortfallTest({ ...calm, shortfalls: new Float64Array(50).fill(-2) }).sizeOnly));
  });
  it("default: six forecasts of three levels, right ones and ones that are 30 % too small", () => {
    for (const [index, expected] of vectors.cases.entries()) {
      const coverage = coverageTests(expected);
      assert.equal(coverage.violations, expected.violations);
      for (const name of ["unconditional", "independence", "conditional"] as const) {
        near(coverage[name].statistic, expected[name][0], 1e-7, `${index} ${name}`);
        near(coverage[name].pValue, expected[name][1], 1e-7, `${index} ${name} p`);
      }
      const dynamic = dynamicQuantileTest(expected);
      near(dynamic.statistic, expected.dynamicQuantile[0], 1e-9, `${index} DQ`);
      near(dynamic.pValue, expected.dynamicQuantile[1], 1e-9, `${index} DQ p`);
      near(mean(pinballLosses(expected)), expected.pinball, 1e-12, `${index} pinball`);
      near(mean(fz0Losses(expected)), expected.fz0, 1e-12, `${index} FZ0`);
      const { sizeOnly, sizeAndCount } = shortfallTest(expected);
      near(sizeOnly, expected.z1, 1e-12, `${index} Z1`);
      near(sizeAndCount, expected.z2, 1e-12, `${index} Z2`);
    }
  });
  it("behavior: the smaller forecast is the one that the tests reject", () => {
    const [, understated] = vectors.cases.filter(({ level }) => level === 0.05);
    assert.ok(understated !== undefined);
    assert.ok(coverageTests(understated).unconditional.pValue < 0.05);
    assert.ok(shortfallTest(understated).sizeAndCount < -0.7);
  });
  it("behavior: a constant quantile is tested without itself as a regressor", () => {
    const [first] = vectors.cases;
    assert.ok(first !== undefined);
    const flat = { ...first, quantiles: new Float64Array(first.returns.length).fill(-1.5) };
    assert.ok(dynamicQuantileTest({ returns: flat.returns, quantiles: flat.quantiles, level: 0.05 }).pValue >= 0);
  });
});
