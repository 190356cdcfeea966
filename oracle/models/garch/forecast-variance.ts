/** Multi-step variance forecasts of the GARCH family. */
import { skewedTConstants, skewedTFallShare } from "../../math/student-t.ts";
import { MEAN_ABSOLUTE_NORMAL } from "./conditional-variance.ts";
import type { GarchParameters, GarchSpec } from "./garch-types.ts";

/** A symmetric error law puts half of its variance below zero. */
const SYMMETRIC_FALL_SHARE = 0.5;

/** Where a forecast starts. */
export interface VarianceForecastInput {
  readonly spec: GarchSpec;
  readonly parameters: GarchParameters;
  /** Variance of the next step, as the filter leaves it. */
  readonly nextVariance: number;
  /** Standardised residuals; EGARCH averages over them. `[n]` */
  readonly residuals: Float64Array;
  /** Number of future steps, at least 1. */
  readonly steps: number;
}

/**
 * Expected variance of each of the next steps, in squared units of the returns. `[steps]`
 *
 * GARCH and GJR: h' = ω + (α + γκ + β)h, κ = E[z²; z < 0] of the error law: exact. EGARCH: because shocks are
 * independent, E[h] of step k is exp(ω Σ βⁱ)·h₁^β^(k−1)·Π E[exp(βⁱ g(z))]; each expectation is the mean over the
 * residuals, since under t errors it would be infinite (Nelson 1991, section 3). So the forecast is exact for the
 * empirical law of the residuals and needs no simulation.
 */
export function forecastVariances(input: VarianceForecastInput): Float64Array {
  return input.spec.variance === "egarch" ? forecastByLogs(input) : forecastBySquares(input);
}

/** Share of the error law's variance below zero, κ = E[z²; z < 0]. */
function fallShare(spec: GarchSpec, parameters: GarchParameters): number {
  if (spec.distribution !== "skewed-t") return SYMMETRIC_FALL_SHARE;
  return skewedTFallShare(skewedTConstants(parameters.shape, parameters.skew));
}

function forecastBySquares(input: VarianceForecastInput): Float64Array {
  const { omega, alpha, gamma, beta } = input.parameters;
  const persistence = alpha + gamma * fallShare(input.spec, input.parameters) + beta;
  const forecast = new Float64Array(input.steps);
  let variance = input.nextVariance;
  for (let step = 0; step < input.steps; step += 1) {
    forecast[step] = variance;
    variance = omega + persistence * variance;
  }
  return forecast;
}

function forecastByLogs(input: VarianceForecastInput): Float64Array {
  const { omega, beta } = input.parameters;
  const forecast = new Float64Array(input.steps);
  const logStart = Math.log(input.nextVariance);
  let weight = 1;
  let logDrift = 0;
  for (let step = 0; step < input.steps; step += 1) {
    forecast[step] = Math.exp(logDrift + weight * logStart);
    logDrift += weight * omega + Math.log(meanExponential(input, weight));
    weight *= beta;
  }
  return forecast;
}

/** Mean over the residuals of exp(weight·g(z)), g(z) = α(|z| − √(2/π)) + γz. */
function meanExponential(input: VarianceForecastInput, weight: number): number {
  const { alpha, gamma } = input.parameters;
  let sum = 0;
  for (const residual of input.residuals) {
    sum += Math.exp(weight * (alpha * (Math.abs(residual) - MEAN_ABSOLUTE_NORMAL) + gamma * residual));
  }
  return sum / input.residuals.length;
}
