/** Tomorrow's correlation of two assets from the realised correlations of the days before. */
import { leastSquares, linearValue } from "../../math/least-squares.ts";
import { mean } from "../../math/statistics.ts";

/** Days of realised correlation before the first forecast. */
export const MIN_CORRELATION_DAYS = 60;
const DECAYS = [0.94, 0.97];
const [WEEK, MONTH] = [7, 30];
const REFIT_DAYS = 30;
/** Rows before the regression takes part. */
const MIN_ROWS = 120;
/** Share of a regressor's own mean square: keeps the four, which overlap, from cancelling each other. */
const RIDGE = 1e-3;
/** A correlation of one makes a matrix singular. */
const GREATEST = 0.999;

/** Forecasts by member, and their mean, which serves. All NaN for the first 60 days. `[n]` */
export interface CorrelationForecasts {
  /** Exponential averages, decay 0.94 and 0.97. */
  readonly ewma94: Float64Array;
  readonly ewma97: Float64Array;
  /** Regression on yesterday, week and month (Corsi 2009 applied to correlation), refitted every 30 days. */
  readonly har: Float64Array;
  readonly combined: Float64Array;
}

/**
 * Forecasts each day from the days before it: the mean of two speeds and a regression, since none of them is the best
 * throughout (`npm run evaluate -- --model var-quantile` prints all).
 *
 * @param realised correlation of each day, in [−1, 1]. `[n]`
 */
export function forecastCorrelations(realised: Float64Array): CorrelationForecasts {
  const [ewma94, ewma97] = DECAYS.map((decay) => exponentialAverage(realised, decay));
  const blank = new Float64Array(realised.length).fill(Number.NaN);
  const har = regression(realised);
  const members = [ewma94 ?? blank, ewma97 ?? blank, har];
  const combined = blank.map((_, day) => clip(mean(members.map((member) => member[day] ?? Number.NaN))));
  return { ewma94: members[0] ?? blank, ewma97: members[1] ?? blank, har, combined };
}

function exponentialAverage(realised: Float64Array, decay: number): Float64Array {
  let level = mean(realised.subarray(0, MIN_CORRELATION_DAYS));
  return realised.map((value, day) => {
    if (day < MIN_CORRELATION_DAYS) return Number.NaN;
    const forecast = level;
    level = decay * level + (1 - decay) * value;
    return forecast;
  });
}

/** Until it has rows enough, the mean of the month stands for it. */
function regression(realised: Float64Array): Float64Array {
  const sums = leastSquares(4);
  let coefficients: Float64Array | null = null;
  return realised.map((_, day) => {
    if (day < MIN_CORRELATION_DAYS) return Number.NaN;
    const before = regressorsAt(realised, day - 1);
    if (day > MIN_CORRELATION_DAYS) sums.add(before, realised[day - 1] ?? Number.NaN);
    if (sums.count >= MIN_ROWS && day % REFIT_DAYS === 0) coefficients = sums.solve(RIDGE) ?? coefficients;
    const now = regressorsAt(realised, day);
    return coefficients === null ? (now[3] ?? Number.NaN) : clip(linearValue(coefficients, now));
  });
}

function regressorsAt(realised: Float64Array, day: number): Float64Array {
  const over = (days: number): number => mean(realised.subarray(day - days, day));
  return new Float64Array([1, realised[day - 1] ?? Number.NaN, over(WEEK), over(MONTH)]);
}

function clip(value: number): number {
  return Math.max(-GREATEST, Math.min(GREATEST, value));
}
