/** The tail model and its members: exact regressions, tails and a rotation by scipy and numpy; hostile input first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { choleskyFactor } from "../../../oracle/math/linear-algebra.ts";
import { fitLinearQuantile, linearAt } from "../../../oracle/math/quantile-regression.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { adaptTail, combinedTail } from "../../../oracle/models/var-quantile/combined-tail.ts";
import {
  forecastCorrelations,
  MIN_CORRELATION_DAYS,
} from "../../../oracle/models/var-quantile/correlation-forecast.ts";
import { forecastMatrices } from "../../../oracle/models/var-quantile/dynamic-correlation.ts";
import { empiricalTail, historicalTail } from "../../../oracle/models/var-quantile/empirical-tail.ts";
import { garchWalk, parametricTail, residualTail } from "../../../oracle/models/var-quantile/garch-tail.ts";
import { harTail } from "../../../oracle/models/var-quantile/har-tail.ts";
import { ewmaNormalTail, studentTail } from "../../../oracle/models/var-quantile/normal-tail.ts";
import { portfolioTail } from "../../../oracle/models/var-quantile/portfolio-tail.ts";
import { JUDGED_LEVELS, MIN_HISTORY, type TailPath } from "../../../oracle/models/var-quantile/tail-path.ts";

const series = z.array(z.number()).transform((values) => Float64Array.from(values));
const vectorsSchema = z.object({
  regressions: z.object({
    design: series,
    answers: series,
    fits: z.array(z.object({ level: z.number(), coefficients: z.array(z.number()), loss: z.number() })),
  }),
  laws: z.array(z.tuple([z.number().nullable(), z.number(), z.number(), z.number()])),
  rotation: z.object({
    returns: z.array(series),
    deviations: z.array(z.number()),
    weights: z.array(z.number()),
    forecast: z.array(z.array(z.number())),
    tails: z.array(z.tuple([z.number(), z.number(), z.number()])),
  }),
  matrices: z.object({ residuals: z.array(series), forecast: z.array(z.number()) }),
});
const VECTORS = new URL("../../vectors/var-quantile.json", import.meta.url);
const vectors = vectorsSchema.parse(JSON.parse(readFileSync(VECTORS, "utf8")));

function near(actual: number, expected: number, tolerance: number, label: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${label}: ${actual}, not ${expected}`);
}

/** Daily returns with volatility clusters, percent. */
function simulate(seed: string, count: number): Float64Array {
  const rng = createRng(seed);
  let variance = 4;
  return Float64Array.from({ length: count }, () => {
    const value = Math.sqrt(variance) * rng.normal();
    variance = 0.2 + 0.1 * value * value + 0.85 * variance;
    return value;
  });
}

describe("fitLinearQuantile", () => {
  it("error: nothing, collinear and not finite rows have no fit", () => {
    const answers = new Float64Array([1, 2, 3, 4]);
    assert.equal(fitLinearQuantile({ design: new Float64Array(), answers: new Float64Array() }, 0.5), null);
    assert.equal(fitLinearQuantile({ design: new Float64Array(8).fill(1), answers }, 0.5), null);
    assert.equal(fitLinearQuantile({ design: new Float64Array(5).fill(1), answers }, 0.5), null);
    assert.equal(fitLinearQuantile({ design: new Float64Array([1, 1, 1, Number.NaN]), answers }, 0.5), null);
  });
  it("default: the loss of the exact linear programme to 1e-5", () => {
    const { design, answers, fits } = vectors.regressions;
    for (const { level, coefficients, loss } of fits) {
      const found = fitLinearQuantile({ design, answers }, level);
      assert.ok(found !== null);
      const total = answers.reduce((sum, answer, row) => {
        const error = answer - linearAt(design, row, found);
        return sum + (error < 0 ? level - 1 : level) * error;
      }, 0);
      assert.ok(total >= loss - 1e-9 && total <= loss * (1 + 1e-5), `${level}: ${total}, not ${loss}`);
      coefficients.forEach((value, place) => {
        near(found[place] ?? Number.NaN, value, 5e-3, `${level} coefficient ${place}`);
      });
    }
  });
});

describe("tails of laws and samples", () => {
  it("default: quantile and shortfall of normal and Student laws", () => {
    for (const [degrees, level, quantile, shortfall] of vectors.laws) {
      const found = studentTail(level, degrees ?? Number.POSITIVE_INFINITY);
      near(found.quantile, quantile, 1e-9, `t${degrees} ${level}`);
      near(found.shortfall, shortfall, 1e-7, `t${degrees} ${level} shortfall`);
    }
  });
  it("default: a sample's tail holds what lies at or below its quantile", () => {
    assert.deepEqual(empiricalTail(new Float64Array([-5, -3, -1, 0, 2]), 0.25), { quantile: -3, shortfall: -4 });
  });
});

describe("tail forecasts", () => {
  const returns = simulate("tails", 760);
  const models: Readonly<Record<string, (values: Float64Array) => TailPath>> = {
    historical: (values) => historicalTail(values, JUDGED_LEVELS),
    ewma: (values) => ewmaNormalTail(values, JUDGED_LEVELS),
    garchT: (values) => parametricTail(garchWalk(values, "t"), JUDGED_LEVELS),
    filtered: (values) => residualTail(garchWalk(values, "normal"), JUDGED_LEVELS),
    har: (values) => harTail(values, JUDGED_LEVELS),
    combined: (values) => combinedTail(values, JUDGED_LEVELS),
  };
  it("error: short and constant series have no forecast, and none is invented", () => {
    for (const [name, model] of Object.entries(models)) {
      const short = model(returns.subarray(0, MIN_HISTORY));
      assert.ok(
        short.quantiles.every((column) => column.every(Number.isNaN)),
        name,
      );
    }
    const flat = parametricTail(garchWalk(new Float64Array(600), "t"), JUDGED_LEVELS);
    assert.ok(flat.quantiles.every((column) => column.every(Number.isNaN)));
  });
  it("behavior: what comes later changes no forecast", () => {
    const cut = 700;
    const noise = createRng("noise");
    const other = returns.map((value, step) => (step < cut ? value : 9 * noise.normal()));
    for (const [name, model] of Object.entries(models)) {
      const [one, two] = [model(returns), model(other)];
      for (const kind of ["quantiles", "shortfalls"] as const) {
        one[kind].forEach((column, place) => {
          assert.deepEqual(column.slice(0, cut + 1), two[kind][place]?.slice(0, cut + 1), `${name} ${kind}`);
        });
      }
    }
  });
  it("behavior: levels never cross and a shortfall is never above its quantile", () => {
    const path = adaptTail(combinedTail(returns, JUDGED_LEVELS), returns, JUDGED_LEVELS);
    for (let step = MIN_HISTORY + 200; step < returns.length; step += 1) {
      const [deep = 0, middle = 0, shallow = 0] = path.quantiles.map((column) => column[step]);
      assert.ok(deep <= middle && middle <= shallow, `step ${step}`);
      path.shortfalls.forEach((column, place) => {
        assert.ok((column[step] ?? 0) <= (path.quantiles[place]?.[step] ?? 0), `step ${step}`);
      });
    }
  });
  it("behavior: the correction widens a forecast that is broken too often", () => {
    const narrow = combinedTail(returns, JUDGED_LEVELS);
    const third = {
      quantiles: narrow.quantiles.map((column) => column.map((value) => value / 3)),
      shortfalls: narrow.shortfalls,
    };
    const { quantiles } = adaptTail(third, returns, JUDGED_LEVELS);
    const last = returns.length - 1;
    for (const [place] of JUDGED_LEVELS.entries()) {
      assert.ok((quantiles[place]?.[last] ?? 0) < (third.quantiles[place]?.[last] ?? 0) * 1.02);
    }
  });
});

describe("portfolio", () => {
  const { returns, deviations, weights, forecast, tails } = vectors.rotation;
  const days = returns[0]?.length ?? 0;
  const assets = {
    returns,
    deviations: deviations.map((value) => new Float64Array(days).fill(value)),
    weights,
    correlation: (left: number, right: number): number => forecast[left]?.[right] ?? Number.NaN,
  };
  it("error: a forecast matrix that is none leaves the residuals as they were", () => {
    const broken = portfolioTail(
      { ...assets, correlation: (left, right) => (left + right === 1 ? -0.99 : 0.99) },
      [0.05],
    );
    const own = portfolioTail({ ...assets, correlation: () => Number.NaN }, [0.05]);
    assert.deepEqual(broken.quantiles[0]?.at(-1), own.quantiles[0]?.at(-1));
    assert.ok(Number.isFinite(own.quantiles[0]?.at(-1)));
  });
  it("default: numpy's whitening and colouring", () => {
    const levels = tails.map(([level]) => level);
    const path = portfolioTail(assets, levels);
    tails.forEach(([level, quantile, shortfall], place) => {
      near(path.quantiles[place]?.at(-1) ?? Number.NaN, quantile, 1e-9, `${level}`);
      near(path.shortfalls[place]?.at(-1) ?? Number.NaN, shortfall, 1e-9, `${level} shortfall`);
    });
  });
});

describe("forecastCorrelations", () => {
  it("error: no forecast before sixty days, none outside of [-1, 1]", () => {
    const rng = createRng("correlations");
    const realised = Float64Array.from({ length: 400 }, () => Math.min(1, 0.8 + 0.3 * rng.normal()));
    const { combined } = forecastCorrelations(realised);
    assert.ok(combined.subarray(0, MIN_CORRELATION_DAYS).every(Number.isNaN));
    assert.ok(combined.subarray(MIN_CORRELATION_DAYS).every((value) => Math.abs(value) <= 1));
  });
  it("behavior: a break is followed, and the future changes nothing", () => {
    const realised = Float64Array.from({ length: 300 }, (_, day) => (day < 200 ? 0.9 : 0.2));
    const { combined } = forecastCorrelations(realised);
    near(combined[199] ?? 0, 0.9, 1e-3, "before");
    assert.ok((combined[299] ?? 1) < 0.3);
    const earlier = forecastCorrelations(realised.subarray(0, 250)).combined;
    assert.deepEqual(earlier, combined.slice(0, 250));
  });
});

describe("forecastMatrices", () => {
  const { residuals, forecast } = vectors.matrices;
  const withNext = residuals.map((column) => Float64Array.from([...column, 0]));
  it("error: no forecast before sixty whole steps, and a step with a gap counts as none", () => {
    const gappy = withNext.map((column, asset) =>
      column.map((value, step) => (asset === 0 && step < 20 ? Number.NaN : value)),
    );
    const first = (path: ReturnType<typeof forecastMatrices>): number => path.findIndex((matrix) => matrix !== null);
    assert.equal(first(forecastMatrices(withNext)), MIN_CORRELATION_DAYS);
    assert.equal(first(forecastMatrices(gappy)), MIN_CORRELATION_DAYS + 20);
    assert.deepEqual(forecastMatrices([]), []);
  });
  it("default: numpy's weighted cross products", () => {
    const last = forecastMatrices(withNext).at(-1);
    forecast.forEach((value, place) => {
      near(last?.[place] ?? Number.NaN, value, 1e-12, `cell ${place}`);
    });
  });
  it("behavior: ten assets give correlation matrices, a break is followed, and the future changes nothing", () => {
    const rng = createRng("matrices");
    const columns = Array.from({ length: 10 }, () => new Float64Array(600));
    for (let step = 0; step < 600; step += 1) {
      const share = step < 300 ? 0.9 : 0.1;
      const common = rng.normal();
      for (const column of columns) column[step] = Math.sqrt(share) * common + Math.sqrt(1 - share) * rng.normal();
    }
    const path = forecastMatrices(columns);
    for (const matrix of path) assert.ok(matrix === null || choleskyFactor(matrix) !== null);
    const meanAt = (step: number): number => ((path[step]?.reduce((sum, value) => sum + value, 0) ?? 0) - 10) / 90;
    assert.ok(meanAt(299) > 0.8 && meanAt(599) < 0.3, `${meanAt(299)}, ${meanAt(599)}`);
    assert.deepEqual(forecastMatrices(columns.map((column) => column.subarray(0, 200))), path.slice(0, 200));
  });
});
