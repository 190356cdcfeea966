/** Multi-step variance forecasts against simulation and closed forms. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { forecastVariances } from "../../../oracle/models/garch/forecast-variance.ts";
import type { GarchParameters, VarianceModel } from "../../../oracle/models/garch/garch-types.ts";

const STEPS = 6;
const PATHS = 40_000;

const PARAMETERS: GarchParameters = { mu: 0, omega: 0.1, alpha: 0.08, gamma: 0.1, beta: 0.8, shape: 6, skew: 0.8 };
const LOG_PARAMETERS: GarchParameters = { ...PARAMETERS, omega: -0.02, alpha: 0.2, gamma: -0.12, beta: 0.94 };
/** Standardised exactly to mean 0 and variance 1, leaning to falls. */
const RESIDUALS = standardise(Float64Array.from({ length: 500 }, (_, index) => skewed(createRng(index))));

function skewed(rng: Rng): number {
  return 1 - rng.exponential();
}

function standardise(values: Float64Array): Float64Array {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
  return values.map((value) => (value - centre) / spread);
}

/** Mean variance of each step over simulated paths whose shocks are drawn from the residuals. */
function simulatedMeans(variance: VarianceModel, parameters: GarchParameters): Float64Array {
  const rng = createRng(`forecast-${variance}`);
  const sums = new Float64Array(STEPS);
  for (let path = 0; path < PATHS; path += 1) {
    let state = 1.3;
    for (let step = 0; step < STEPS; step += 1) {
      sums[step] = (sums[step] ?? 0) + state / PATHS;
      state = nextState(variance, parameters, { state, shock: RESIDUALS[rng.integer(RESIDUALS.length)] ?? 0 });
    }
  }
  return sums;
}

function nextState(
  variance: VarianceModel,
  { omega, alpha, gamma, beta }: GarchParameters,
  { state, shock }: { readonly state: number; readonly shock: number },
): number {
  if (variance === "egarch") {
    const news = alpha * (Math.abs(shock) - Math.sqrt(2 / Math.PI)) + gamma * shock;
    return Math.exp(omega + news + beta * Math.log(state));
  }
  return omega + (alpha + (shock < 0 ? gamma : 0)) * shock * shock * state + beta * state;
}

describe("forecastVariances", () => {
  it("default: EGARCH's product formula is the mean over simulated paths", () => {
    const spec = { variance: "egarch", distribution: "t" } as const;
    const input = { spec, parameters: LOG_PARAMETERS, nextVariance: 1.3, residuals: RESIDUALS, steps: STEPS };
    const forecast = forecastVariances(input);
    simulatedMeans("egarch", LOG_PARAMETERS).forEach((mean, step) => {
      assert.ok(Math.abs((forecast[step] ?? 0) / mean - 1) < 0.01, `step ${step}: ${forecast[step]} against ${mean}`);
    });
  });

  it("default: GARCH returns geometrically to ω/(1 − α − β)", () => {
    const spec = { variance: "garch", distribution: "t" } as const;
    const parameters = { ...PARAMETERS, gamma: 0 };
    const forecast = forecastVariances({ spec, parameters, nextVariance: 3, residuals: RESIDUALS, steps: 500 });
    const longRun = 0.1 / (1 - 0.88);
    assert.equal(forecast[0], 3);
    assert.ok(Math.abs((forecast[4] ?? 0) - (longRun + 0.88 ** 4 * (3 - longRun))) < 1e-12);
    assert.ok(Math.abs((forecast[499] ?? 0) - longRun) < 1e-9);
  });

  it("behavior: GJR reacts to falls by their share of the variance, which skew raises", () => {
    const forecastAt = (skew: number): number => {
      const spec = { variance: "gjr", distribution: "skewed-t" } as const;
      const parameters = { ...PARAMETERS, skew };
      return forecastVariances({ spec, parameters, nextVariance: 1, residuals: RESIDUALS, steps: 2 })[1] ?? Number.NaN;
    };
    assert.ok(Math.abs(forecastAt(1) - (0.1 + 0.08 + 0.05 + 0.8)) < 1e-12);
    assert.ok(forecastAt(0.8) > forecastAt(1) && forecastAt(1.25) < forecastAt(1));
  });
});
