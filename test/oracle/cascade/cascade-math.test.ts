/** Self-exciting arrivals, monotone logits and ranking scores against numpy and scipy (`scripts/generate/cascade-reference.py`). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { expectedArrivals, fitHawkes, hawkesLogLikelihood } from "../../../oracle/math/hawkes.ts";
import { fitLogit, logistic } from "../../../oracle/math/logit-regression.ts";
import { rankScores } from "../../../oracle/training/evaluate/rank-scores.ts";

const numbers = z.array(z.number());
const series = numbers.transform((values) => Float64Array.from(values));
const fitted = z.object({ slopes: numbers, intercepts: numbers, loss: z.number() });
const { hawkes, logit, ranks } = z
  .object({
    hawkes: z.object({
      times: series,
      from: z.number(),
      to: z.number(),
      halfLives: numbers,
      point: z.object({ baseline: z.number(), branching: numbers }),
      logLikelihood: z.number(),
      fit: z.object({ baseline: z.number(), branching: numbers, logLikelihood: z.number() }),
      moments: series,
      horizon: z.number(),
      expected: numbers,
    }),
    logit: z.object({
      inputs: z.array(numbers),
      outcomes: z.array(series),
      ridge: z.number(),
      free: fitted,
      monotone: fitted,
    }),
    ranks: z.object({ scores: numbers, hits: numbers, auc: z.number(), averagePrecision: z.number() }),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/cascade.json", import.meta.url), "utf8")));

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);
}

const { times, from, to, halfLives } = hawkes;

describe("hawkes", () => {
  it("behavior: no arrivals or no window give no process", () => {
    assert.equal(fitHawkes({ times: new Float64Array(), from: 0, to: 1 }, [1]), null);
    assert.equal(fitHawkes({ times: Float64Array.of(1), from: 1, to: 1 }, [1]), null);
  });

  it("behavior: likelihood and expected arrivals are those of sums over all pairs", () => {
    const process = { halfLives, ...hawkes.point };
    near(hawkesLogLikelihood(process, { times, from, to }), hawkes.logLikelihood, 1e-9);
    const expected = expectedArrivals(process, times, hawkes);
    hawkes.expected.forEach((value, place) => {
      near(expected[place] ?? Number.NaN, value, 1e-10);
    });
  });

  it("behavior: the fit is the maximum that a simplex search finds", () => {
    const process = fitHawkes({ times, from, to }, halfLives);
    assert.ok(process !== null);
    near(hawkesLogLikelihood(process, { times, from, to }), hawkes.fit.logLikelihood, 1e-6);
    near(process.baseline, hawkes.fit.baseline, 1e-3);
    process.branching.forEach((value, place) => {
      near(value, hawkes.fit.branching[place] ?? Number.NaN, 2e-3);
    });
  });

  it("behavior: equal times are successive arrivals, and more arrivals are never expected to bring fewer", () => {
    const process = { baseline: 0.1, halfLives: [1], branching: [0.5] };
    const at = { moments: Float64Array.of(5), horizon: 2 };
    const counts = [[], [4], [4, 4], [4, 4, 5]].map(
      (list) => expectedArrivals(process, Float64Array.from(list), at)[0] ?? 0,
    );
    near(counts[0] ?? 0, 0.2, 1e-12);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  });
});

describe("fitLogit", () => {
  const rows = { width: 3, inputs: Float64Array.from(logit.inputs.flat()), outcomes: logit.outcomes };

  it("behavior: no rows, or an outcome that never happens, give no model", () => {
    const none = { width: 1, inputs: new Float64Array(), outcomes: [new Float64Array()] };
    assert.equal(fitLogit(none, { ridge: 1, isMonotone: false }), null);
    const never = { width: 1, inputs: Float64Array.of(1, 2), outcomes: [new Float64Array(2)] };
    assert.equal(fitLogit(never, { ridge: 1, isMonotone: false }), null);
  });

  for (const [name, isMonotone] of [
    ["free", false],
    ["monotone", true],
  ] as const) {
    it(`behavior: ${name} slopes over shared thresholds are scipy's`, () => {
      const model = fitLogit(rows, { ridge: logit.ridge, isMonotone });
      assert.ok(model !== null);
      const [found, expected] = [model, logit[name]].map(({ slopes, intercepts }) => [...slopes, ...intercepts]);
      expected?.forEach((value, place) => {
        near(found?.[place] ?? Number.NaN, value, 1e-5);
      });
    });
  }

  it("behavior: logistic keeps its limits", () => {
    assert.deepEqual([logistic(-1e9), logistic(0), logistic(1e9)], [0, 0.5, 1]);
    assert.ok(Number.isNaN(logistic(Number.NaN)));
  });
});

describe("rankScores", () => {
  it("behavior: one kind of outcome has no order", () => {
    assert.ok(Number.isNaN(rankScores([1, 2], [0, 0]).auc) && Number.isNaN(rankScores([1, 2], [1, 1]).auc));
    assert.ok(Number.isNaN(rankScores([], []).averagePrecision));
  });

  it("behavior: area and precision with ties are those of all pairs", () => {
    const found = rankScores(ranks.scores, ranks.hits);
    near(found.auc, ranks.auc, 1e-12);
    near(found.averagePrecision, ranks.averagePrecision, 1e-12);
  });
});
