/** Counts the alarms that a hazard would have raised at several thresholds, and how many of them a wave followed. */
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import type { HazardForecast } from "../../../oracle/training/cascade/hazard-walk.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";

/** Alarms at one threshold. */
export interface AlarmCount {
  readonly threshold: number;
  /** An alarm lasts until the hazard has been below the threshold for a day. */
  readonly alarms: number;
  readonly alarmsPerYear: number;
  /** Share of alarms, and of all hours at or above the threshold, that were followed by a wave within the horizon; NaN without any. */
  readonly followed: number;
  readonly hoursFollowed: number;
  readonly hours: number;
}

const THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7] as const;
const QUIET_SEC = 24 * SECONDS_PER_HOUR;

/** Counts. @param forecasts hourly, ascending in time; hours may be missing. */
export function countAlarms(forecasts: readonly HazardForecast[]): readonly AlarmCount[] {
  const years = (forecasts.length * SECONDS_PER_HOUR) / SECONDS_PER_YEAR;
  return THRESHOLDS.map((threshold) => {
    const alarmed = forecasts.filter(({ probability }) => probability >= threshold);
    const first = alarmed.filter((forecast, place) => {
      const before = alarmed[place - 1];
      return before === undefined || forecast.atSec - before.atSec > QUIET_SEC;
    });
    return {
      threshold,
      alarms: first.length,
      alarmsPerYear: first.length / years,
      followed: shareHit(first),
      hoursFollowed: shareHit(alarmed),
      hours: alarmed.length,
    };
  });
}

function shareHit(forecasts: readonly HazardForecast[]): number {
  return forecasts.filter(({ isHit }) => isHit).length / forecasts.length;
}

/** Counts as metrics. */
export function alarmMetrics(counts: readonly AlarmCount[]): readonly Metrics[] {
  return counts.map((entry) => ({ ...entry }));
}
