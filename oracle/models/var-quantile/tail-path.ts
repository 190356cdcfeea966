/** Vocabulary of the models of the lower tail of daily returns. */

/** Forecasts of the lower tail, one a step. The forecast of a step knows the returns before it and no other. */
export interface TailPath {
  /** Quantiles by level, in units of the returns; NaN where history is too short. `[level][n]` */
  readonly quantiles: readonly Float64Array[];
  /** Mean return below the quantile, by level; at most the quantile. `[level][n]` */
  readonly shortfalls: readonly Float64Array[];
}

/** A quantile and its shortfall. */
export interface TailPoint {
  readonly quantile: number;
  readonly shortfall: number;
}

/** Levels that are judged (design/models.md §3, row `var-quantile`). */
export const JUDGED_LEVELS: readonly number[] = [0.01, 0.025, 0.05];
/** Trailing returns that a model is fitted on; windows of 1 000 to 1 500 days keep the variance finite. */
export const FIT_WINDOW = 1_250;
/** Steps between fits. */
export const REFIT_STEPS = 30;
/** Fewer returns than this give no forecast. */
export const MIN_HISTORY = 500;

/** Builds a path from a function of step and level; it is asked for every step from {@link MIN_HISTORY} on. */
export function tailPath(
  steps: number,
  levels: readonly number[],
  pointAt: (step: number, level: number) => TailPoint,
): TailPath {
  const blank = (): Float64Array => new Float64Array(steps).fill(Number.NaN);
  const path = { quantiles: levels.map(blank), shortfalls: levels.map(blank) };
  for (let step = MIN_HISTORY; step < steps; step += 1) {
    levels.forEach((level, place) => {
      const { quantile, shortfall } = pointAt(step, level);
      const [quantiles, shortfalls] = [path.quantiles[place], path.shortfalls[place]];
      if (quantiles !== undefined) quantiles[step] = quantile;
      if (shortfalls !== undefined) shortfalls[step] = Math.min(shortfall, quantile);
    });
  }
  return path;
}
