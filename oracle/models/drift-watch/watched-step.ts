/** One forecast of the past beside what followed: what the drift watch judges. */
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Ways in which spot can move against a position. */
export const WATCH_DIRECTIONS = ["fall", "rise"] as const;
/** One of {@link WATCH_DIRECTIONS}. */
export type WatchDirection = (typeof WATCH_DIRECTIONS)[number];

/** A number for each direction and horizon. `[horizon]` each. */
export type ByDirection<Value> = Readonly<Record<WatchDirection, Value>>;

/** Time between two watched forecasts, seconds. */
export const WATCH_STEP_SEC = 4 * SECONDS_PER_HOUR;
/** A watch begins at multiples of this since the epoch, seconds. */
const ALIGNMENT_SEC = 28 * SECONDS_PER_DAY;

/** Forecast and outcome of one asset at one time, as log moves ≥ 0 over the horizon's standard deviation. */
export interface WatchedStep {
  /** Seconds; a multiple of {@link WATCH_STEP_SEC}. */
  readonly atSec: number;
  /** Stated quantiles. `[horizon][level]` each. */
  readonly stated: ByDirection<readonly Float64Array[]>;
  /** Realised worst move; NaN while the horizon is not over or where bars are lost. `[horizon]` each. */
  readonly realised: ByDirection<Float64Array>;
}

/**
 * Start of the watch that is under way at a time: 28 to 56 days before it. Every node begins at the same times, whatever its
 * own uptime, so that all compute the same state from the same bars.
 */
export function watchStart(atSec: number): number {
  return (Math.floor(atSec / ALIGNMENT_SEC) - 1) * ALIGNMENT_SEC;
}

/** Time at which the next watch takes over from the one that is under way, seconds. */
export function watchEnd(atSec: number): number {
  return watchStart(atSec) + 2 * ALIGNMENT_SEC;
}

/** Time at which the outcome of a step is known, seconds. */
export function maturitySec(step: Pick<WatchedStep, "atSec">, horizon: number): number {
  return step.atSec + (QUANTILE_HORIZONS_HOURS[horizon] ?? Number.POSITIVE_INFINITY) * SECONDS_PER_HOUR;
}
