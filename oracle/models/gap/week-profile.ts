/** How large the moves of each hour of the week are, learned as time goes on. */
import type { BarSeries } from "../../domain/market.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { trailingMean } from "../../math/rolling.ts";

const HOURS_PER_WEEK = 168;
/** Rows of the mean that a bar's range is compared with. */
const LEVEL_ROWS = 720;
/** A single range counts at most this many times the mean: one crash must not shape its hour of the week. */
const GREATEST_RATIO = 5;
/** Weeks of "like every hour" that stand before the first observation. */
const PRIOR_WEEKS = 20;
const RENEW_ROWS = 24;
/** A range of zero everywhere has no profile. */
const LEAST_LEVEL = 1e-6;

/** Factors around 1, by row; a row knows only bars up to its own. */
export interface WeekProfile {
  /** Of the row's own hour, as it was known before the bar. `[n]` */
  readonly own: Float64Array;
  /** Root mean square of the coming `hours` hours. `[n]` */
  readonly ahead: (hours: number) => Float64Array;
}

/** Learns the profile from the ranges ln(high/low), renewed every day. */
export function weekProfile({ endSec, high, low }: BarSeries): WeekProfile {
  const range = high.map((top, row) => Math.log(top / (low[row] ?? Number.NaN)));
  const level = trailingMean(range, LEVEL_ROWS);
  const [sums, counts] = [new Float64Array(HOURS_PER_WEEK), new Float64Array(HOURS_PER_WEEK)];
  const profiles: Float64Array[] = [];
  let profile = new Float64Array(HOURS_PER_WEEK).fill(1);
  const own = endSec.map((end, row) => {
    const hour = hourOfWeek(end - SECONDS_PER_HOUR);
    const factor = profile[hour] ?? Number.NaN;
    const ratio = (range[row] ?? Number.NaN) / Math.max(level[row] ?? Number.NaN, LEAST_LEVEL);
    sums[hour] = (sums[hour] ?? 0) + Math.min(ratio, GREATEST_RATIO);
    counts[hour] = (counts[hour] ?? 0) + 1;
    if (row % RENEW_ROWS === 0) profile = profileOf(sums, counts);
    profiles.push(profile);
    return factor;
  });
  return { own, ahead: (hours) => endSec.map((end, row) => rootMeanSquare(profiles[row], hourOfWeek(end), hours)) };
}

function hourOfWeek(timeSec: number): number {
  return Math.floor(timeSec / SECONDS_PER_HOUR) % HOURS_PER_WEEK;
}

function profileOf(sums: Float64Array, counts: Float64Array): Float64Array<ArrayBuffer> {
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const mean = total(sums) / total(counts);
  // Without any range every hour is alike.
  if (!(mean > 0)) return new Float64Array(HOURS_PER_WEEK).fill(1);
  return Float64Array.from(sums, (sum, hour) => (sum / mean + PRIOR_WEEKS) / ((counts[hour] ?? 0) + PRIOR_WEEKS));
}

function rootMeanSquare(profile: Float64Array | undefined, firstHour: number, hours: number): number {
  let squares = 0;
  for (let hour = 0; hour < hours; hour += 1)
    squares += (profile?.[(firstHour + hour) % HOURS_PER_WEEK] ?? Number.NaN) ** 2;
  return Math.sqrt(squares / hours);
}
