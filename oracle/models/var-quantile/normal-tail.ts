/** Tails of parametric laws with variance 1, and the exponentially weighted benchmark. */
import { normalInverse, normalPdf } from "../../math/special-functions.ts";
import { studentTPdf, studentTQuantile } from "../../math/student-t.ts";
import { type TailPath, type TailPoint, tailPath } from "./tail-path.ts";

/** Decay of RiskMetrics 1996 for daily returns. */
const DECAY = 0.94;
/** Returns that start the average. */
const START_RETURNS = 100;

/** Lower tail of the standard normal law. */
export function normalTail(level: number): TailPoint {
  const quantile = normalInverse(level);
  return { quantile, shortfall: -normalPdf(quantile) / level };
}

/**
 * Lower tail of Student's law scaled to variance 1 (McNeil, Frey and Embrechts 2005, example 2.19).
 *
 * @param degrees above 2; +∞ is the normal law.
 */
export function studentTail(level: number, degrees: number): TailPoint {
  if (degrees === Number.POSITIVE_INFINITY) return normalTail(level);
  const scale = Math.sqrt((degrees - 2) / degrees);
  const quantile = studentTQuantile(level, degrees);
  const mean = ((degrees + quantile * quantile) / (degrees - 1)) * (studentTPdf(quantile, degrees) / level);
  return { quantile: quantile * scale, shortfall: -mean * scale };
}

/** Exponentially weighted standard deviation of each step from the returns before it; NaN for the first 100. `[n]` */
export function ewmaDeviations(returns: Float64Array): Float64Array {
  const deviations = new Float64Array(returns.length).fill(Number.NaN);
  let variance = Number.NaN;
  for (let step = START_RETURNS; step < returns.length; step += 1) {
    if (Number.isNaN(variance)) {
      variance = returns.subarray(0, START_RETURNS).reduce((sum, value) => sum + value * value, 0) / START_RETURNS;
    } else variance = DECAY * variance + (1 - DECAY) * (returns[step - 1] ?? Number.NaN) ** 2;
    deviations[step] = Math.sqrt(variance);
  }
  return deviations;
}

/** RiskMetrics: normal quantiles of {@link ewmaDeviations}. */
export function ewmaNormalTail(returns: Float64Array, levels: readonly number[]): TailPath {
  const deviations = ewmaDeviations(returns);
  const unit = new Map(levels.map((level) => [level, normalTail(level)]));
  return tailPath(returns.length, levels, (step, level) => scaledPoint(unit.get(level), deviations[step]));
}

/** A tail of a law with variance 1 at a mean and deviation; NaN where one of them is missing. */
export function scaledPoint(point: TailPoint | undefined, deviation = Number.NaN, mean = 0): TailPoint {
  const { quantile, shortfall } = point ?? { quantile: Number.NaN, shortfall: Number.NaN };
  return { quantile: mean + deviation * quantile, shortfall: mean + deviation * shortfall };
}
