/** Means of hourly variances over trailing and coming windows, by running sums. */
import { HOURS_PER_DAY, type HourlyVariance } from "./hourly-variance.ts";

/** Measures that windows are taken of. */
export type VarianceMeasure = "realised" | "range" | "falls";

/** Windows over one asset's hours. A trailing window ends with hour `i` and includes it. */
export interface VarianceWindows {
  readonly hours: HourlyVariance;
  /** Number of hours. */
  readonly count: number;
  /** Mean variance per day of the `length` hours up to and including hour `index`; NaN where they are not all there. */
  trailing(measure: VarianceMeasure, index: number, length: number): number;
  /** Mean variance per day of the `length` hours after hour `index`; NaN where they are not all there. */
  coming(measure: VarianceMeasure, index: number, length: number): number;
  /** Log return over the `length` hours up to and including hour `index`; NaN where they are not all there. */
  logReturn(index: number, length: number): number;
  /**
   * Mean of the logs of the daily range variance over the `length` hours up to and including hour `index`, or over as many
   * as there are; NaN without a full day. A level that single crashes do not move.
   */
  meanLogDay(index: number, length: number): number;
  /** Share of observed hours among the `length` hours up to and including hour `index`. */
  observedShare(index: number, length: number): number;
}

/** Prepares the running sums of an asset. `falls` is the realised variance of the hours with a negative return. */
export function varianceWindows(hours: HourlyVariance): VarianceWindows {
  const count = hours.observed.length;
  const sums = {
    realised: runningSums(hours.realised),
    range: runningSums(hours.range),
    falls: runningSums(hours.realised.map((value, hour) => ((hours.logReturn[hour] ?? 0) < 0 ? value : 0))),
  };
  const returns = runningSums(hours.logReturn);
  const logDays = dailyLogs(sums.range);
  const observed = runningSums(Float64Array.from(hours.observed));
  /** Sum of hours `[from, to)`. */
  const between = (sum: Float64Array, from: number, to: number): number =>
    from < 0 || to > count ? Number.NaN : (sum[to] ?? Number.NaN) - (sum[from] ?? Number.NaN);
  return {
    hours,
    count,
    trailing: (measure, index, length) =>
      (between(sums[measure], index + 1 - length, index + 1) / length) * HOURS_PER_DAY,
    coming: (measure, index, length) =>
      (between(sums[measure], index + 1, index + 1 + length) / length) * HOURS_PER_DAY,
    logReturn: (index, length) => between(returns, index + 1 - length, index + 1),
    meanLogDay: (index, length) => {
      const from = Math.max(HOURS_PER_DAY - 1, index + 1 - length);
      return from > index ? Number.NaN : between(logDays, from, index + 1) / (index + 1 - from);
    },
    observedShare: (index, length) => between(observed, index + 1 - length, index + 1) / length,
  };
}

/** A day without movement has no logarithm: daily variances are at least this, decimal². */
const DAY_FLOOR = 1e-8;

/** Running sums of the log range variance of the 24 hours that end with each hour; 0 for the first 23. `[n + 1]` */
function dailyLogs(range: Float64Array): Float64Array {
  const logs = new Float64Array(Math.max(0, range.length - 1));
  for (let hour = HOURS_PER_DAY - 1; hour < logs.length; hour += 1) {
    const day = (range[hour + 1] ?? Number.NaN) - (range[hour + 1 - HOURS_PER_DAY] ?? Number.NaN);
    logs[hour] = Math.log(Math.max(day, DAY_FLOOR));
  }
  return runningSums(logs);
}

/** Sums of the first k values, k from 0 to n. `[n + 1]` */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  // Kahan summation: windows are differences of two large sums.
  let carry = 0;
  values.forEach((value, index) => {
    const term = value - carry;
    const before = sums[index] ?? 0;
    const after = before + term;
    carry = after - before - term;
    sums[index + 1] = after;
  });
  return sums;
}
