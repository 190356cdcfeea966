/** Daily signals beside prices, with the lag after which they were known. */

/** One signal of one market. */
export interface DailySignal {
  readonly name: string;
  readonly family: string;
  /** At midnight that starts day t the newest known value is that of day t − lagDays. */
  readonly lagDays: number;
  /** Values by day, days since the epoch; absent where unknown. */
  readonly values: ReadonlyMap<number, number>;
}

/** Days of the trailing window that a value is compared with, and how many of them must be there. */
const WINDOW_DAYS = 90;
const MIN_VALUES = 30;
/** Scores are clipped here. */
const MAX_SCORE = 5;

/**
 * Standard score of the newest value known at a midnight against the 90 days up to it: free of scale and unit.
 *
 * @param day midnight at its start, days since the epoch.
 * @returns NaN when the value, or two thirds of its window, is missing, or nothing varied.
 */
export function signalScore({ lagDays, values }: DailySignal, day: number): number {
  const newest = day - lagDays;
  const value = values.get(newest) ?? Number.NaN;
  let [count, sum, squares] = [0, 0, 0];
  for (let back = 0; back < WINDOW_DAYS; back += 1) {
    const past = values.get(newest - back);
    if (past === undefined || !Number.isFinite(past)) continue;
    count += 1;
    sum += past;
    squares += past * past;
  }
  const mean = sum / count;
  const spread = Math.sqrt(squares / count - mean * mean);
  if (!(count >= MIN_VALUES && spread > 0)) return Number.NaN;
  return Math.min(MAX_SCORE, Math.max(-MAX_SCORE, (value - mean) / spread));
}
