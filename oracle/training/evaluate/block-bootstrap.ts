/** Confidence intervals of statistics of dependent series: the moving-block bootstrap (Künsch 1989). */
import type { Rng } from "../../math/rng.ts";
import { sortedQuantile } from "../../math/statistics.ts";

/** How to resample. */
export interface BootstrapOptions {
  /** Length of a block, steps; at least the steps over which the series is dependent. */
  readonly blockSteps: number;
  readonly draws: number;
  /** Share inside of the interval, e.g. 0.95. */
  readonly level: number;
  readonly rng: Rng;
}

/**
 * Percentile interval of a statistic of `count` steps; blocks wrap around the end, so that every step counts alike.
 *
 * @param statistic of the drawn steps, numbers in [0, count).
 * @returns lower and upper end; NaN for no steps.
 */
export function blockBootstrap(
  count: number,
  statistic: (steps: Int32Array) => number,
  { blockSteps, draws, level, rng }: BootstrapOptions,
): readonly [number, number] {
  if (count === 0) return [Number.NaN, Number.NaN];
  const steps = new Int32Array(count);
  const values = Float64Array.from({ length: draws }, () => {
    for (let from = 0; from < count; from += blockSteps) {
      const start = rng.integer(count);
      for (let place = from; place < Math.min(count, from + blockSteps); place += 1)
        steps[place] = (start + place - from) % count;
    }
    return statistic(steps);
  }).sort();
  return [sortedQuantile(values, (1 - level) / 2), sortedQuantile(values, (1 + level) / 2)];
}
