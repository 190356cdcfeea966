/**
 * Variance equations of the GARCH family, with shock e = r − μ and z = e/√h:
 *
 * - GARCH (Bollerslev 1986): h' = ω + αe² + βh
 * - GJR (Glosten, Jagannathan and Runkle 1993): h' = ω + (α + γ·1[e < 0])e² + βh
 * - EGARCH (Nelson 1991): ln h' = ω + α(|z| − √(2/π)) + γz + β ln h. The centring constant is that of the normal for
 *   every error law; another constant would only shift ω.
 */
import { mean } from "../../math/statistics.ts";
import type { GarchParameters, StartRule, VarianceModel } from "./garch-types.ts";

/** E|z| of a standard normal z. */
export const MEAN_ABSOLUTE_NORMAL = Math.sqrt(2 / Math.PI);
/** Decay of both weighted rules (RiskMetrics 1996, table 5.1), and length of the backcast of the Python package arch. */
const START_DECAY = 0.94;
const BACKCAST_LENGTH = 75;
/** Before the first return half of a squared shock counts as a fall. */
const HALF = 0.5;

/**
 * Value that stands for e² and h before the first return.
 *
 * - `mean-square`: (1/n) Σ e²ᵢ
 * - `backcast`: Σ λⁱe²ᵢ / Σ λⁱ over the first 75 values
 * - `ewma`: λⁿ·(1/n) Σ e²ᵢ + (1 − λ) Σ λⁱe²ᵢ, i from 0: smoothing from the last value back to the first
 *
 * @param rule `backcast` takes residuals from the sample mean, as arch does; the others from `mu`, and so move with it.
 */
export function startVarianceOf(returns: Float64Array, mu: number, rule: StartRule): number {
  if (rule === "backcast") return backcastVariance(returns);
  let sum = 0;
  for (const value of returns) sum += (value - mu) * (value - mu);
  const meanSquare = sum / returns.length;
  return rule === "mean-square" ? meanSquare : smoothedBack(returns, mu, meanSquare);
}

function smoothedBack(returns: Float64Array, mu: number, last: number): number {
  return returns.reduceRight((smoothed, value) => START_DECAY * smoothed + (1 - START_DECAY) * (value - mu) ** 2, last);
}

function backcastVariance(returns: Float64Array): number {
  const centre = mean(returns);
  let weight = 1;
  let weights = 0;
  let sum = 0;
  for (const value of returns.subarray(0, BACKCAST_LENGTH)) {
    sum += weight * (value - centre) * (value - centre);
    weights += weight;
    weight *= START_DECAY;
  }
  return sum / weights;
}

/** What a variance filter reads. */
export interface FilterInput {
  readonly variance: VarianceModel;
  readonly parameters: GarchParameters;
  /** `[n]` */
  readonly returns: Float64Array;
  readonly startVariance: number;
}

/**
 * Runs the variance equation over the returns and writes h of each return into `variances` `[n]`.
 *
 * @returns variance of the step after the last return; NaN or not positive when the parameters admit no variance.
 */
export function filterVariances(input: FilterInput, variances: Float64Array): number {
  return input.variance === "egarch" ? filterLogVariances(input, variances) : filterSquares(input, variances);
}

function filterSquares(input: FilterInput, variances: Float64Array): number {
  const { mu, omega, alpha, gamma, beta } = input.parameters;
  const { returns } = input;
  const fallAlpha = alpha + gamma;
  let current = omega + (alpha + HALF * gamma + beta) * input.startVariance;
  for (let index = 0; index < returns.length; index += 1) {
    variances[index] = current;
    const shock = (returns[index] ?? 0) - mu;
    current = omega + (shock < 0 ? fallAlpha : alpha) * shock * shock + beta * current;
  }
  return current;
}

function filterLogVariances(input: FilterInput, variances: Float64Array): number {
  const { mu, omega, alpha, gamma, beta } = input.parameters;
  const { returns } = input;
  let logVariance = omega + beta * Math.log(input.startVariance);
  for (let index = 0; index < returns.length; index += 1) {
    // 1/√h first: the next step waits only for the score, not for a division and a root.
    const inverseSigma = Math.exp(-0.5 * logVariance);
    variances[index] = 1 / (inverseSigma * inverseSigma);
    const score = ((returns[index] ?? 0) - mu) * inverseSigma;
    logVariance = omega + alpha * (Math.abs(score) - MEAN_ABSOLUTE_NORMAL) + gamma * score + beta * logVariance;
  }
  return Math.exp(logVariance);
}
