/** Hours weighted by how much crypto moves in them: nights and weekends count less, the opening of New York more. */
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { WEEK_PROFILE } from "./calendar-hours-data.ts";

const HOURS_PER_WEEK = 168;
/** Sum of the profile up to each hour of the week; its total is a week's hours. */
const CUMULATED = Float64Array.from({ length: HOURS_PER_WEEK + 1 }, (_, hour) =>
  WEEK_PROFILE.slice(0, hour).reduce((sum, weight) => sum + weight, 0),
);

/**
 * Weighted hours between two times; a week counts 168 of them. Variance grows with these hours rather than with clock hours.
 *
 * @param fromSec seconds since the epoch, UTC.
 * @param toSec at least `fromSec`.
 * @returns ≥ 0, non-decreasing in `toSec`.
 */
export function calendarHours(fromSec: number, toSec: number): number {
  return weightedHours(toSec) - weightedHours(fromSec);
}

function weightedHours(timeSec: number): number {
  const hours = timeSec / SECONDS_PER_HOUR;
  const week = Math.floor(hours / HOURS_PER_WEEK);
  const place = hours - week * HOURS_PER_WEEK;
  const hour = Math.floor(place);
  const before = CUMULATED[hour] ?? Number.NaN;
  const after = CUMULATED[hour + 1] ?? Number.NaN;
  return week * (CUMULATED[HOURS_PER_WEEK] ?? Number.NaN) + before + (place - hour) * (after - before);
}
