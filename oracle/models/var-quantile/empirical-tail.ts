/** Quantile and mean of the lower tail of a sample. */
import { sortedQuantile } from "../../math/statistics.ts";
import { MIN_HISTORY, type TailPath, type TailPoint, tailPath } from "./tail-path.ts";

/** Window of plain historical simulation, two years of trading days as in the literature. */
const HISTORY_WINDOW = 500;

/**
 * Lower tail of a sample: quantile of type 7, and the mean of what lies at or below it.
 *
 * @param sorted ascending, not empty. `[n]`
 * @param level in (0, 1).
 */
export function empiricalTail(sorted: Float64Array, level: number): TailPoint {
  const quantile = sortedQuantile(sorted, level);
  let sum = 0;
  let count = 0;
  while (count < sorted.length && (sorted[count] ?? Number.NaN) <= quantile) {
    sum += sorted[count] ?? 0;
    count += 1;
  }
  return { quantile, shortfall: count === 0 ? quantile : sum / count };
}

/** Historical simulation: the tail of the last {@link HISTORY_WINDOW} returns. */
export function historicalTail(returns: Float64Array, levels: readonly number[]): TailPath {
  return perStep(returns.length, levels, (step) => returns.slice(step - HISTORY_WINDOW, step).sort());
}

/**
 * Filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper 1999) over given deviations: the tail of all earlier
 * returns over their deviation, times the deviation of the step.
 *
 * @param deviations forecast standard deviation of each step, known before it; NaN where there is none yet. `[n]`
 */
export function filteredTail(returns: Float64Array, deviations: Float64Array, levels: readonly number[]): TailPath {
  const ratios = returns.map((value, step) => value / (deviations[step] ?? Number.NaN));
  const known = (step: number): Float64Array => ratios.slice(0, step).filter(Number.isFinite).sort();
  const path = perStep(returns.length, levels, known);
  const scaled = (column: Float64Array): Float64Array =>
    column.map((value, step) => value * (deviations[step] ?? Number.NaN));
  return { quantiles: path.quantiles.map(scaled), shortfalls: path.shortfalls.map(scaled) };
}

/** Sorts once a step, not once a level. */
function perStep(steps: number, levels: readonly number[], sampleAt: (step: number) => Float64Array): TailPath {
  let sortedFor = Number.NaN;
  let sorted: Float64Array = new Float64Array();
  return tailPath(steps, levels, (step, level) => {
    if (step !== sortedFor) [sorted, sortedFor] = [sampleAt(step), step];
    // A short sample has no tail: fewer than a third of the usual history.
    if (sorted.length < MIN_HISTORY / 3) return { quantile: Number.NaN, shortfall: Number.NaN };
    return empiricalTail(sorted, level);
  });
}
