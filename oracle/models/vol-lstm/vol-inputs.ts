/** Inputs of the volatility network: the same code fills them for training and for serving. All are free of scale. */
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { HOURS_PER_DAY } from "./hourly-variance.ts";
import type { VarianceWindows } from "./variance-windows.ts";

/** Horizons of the network, hours: 1, 4 and 24 h, 7 and 30 d. */
export const VOL_HORIZONS_HOURS = [1, 4, 24, 168, 720] as const;
/** Hours that an input looks back: 90 days. */
export const VOL_HISTORY_HOURS = 2_160;
/** Steps of the hourly sequence: the last 48 hours. */
export const HOUR_STEPS = 48;
/** Steps of the daily sequence: the last 30 blocks of 24 hours. */
export const DAY_STEPS = 30;
/** Numbers of one hourly step: range, return, hour of the day as sine and cosine. */
export const HOUR_FEATURES = 4;
/** Numbers of one daily step: range, realised variance, share of falls, return. */
export const DAY_FEATURES = 4;
/**
 * Names of the features beside the sequences; "r" range, "v" realised, each as log over the month's variance. `r2y`
 * is the mean of the daily logs over two years, or as far back as there are hours: the level to which volatility reverts.
 */
export const STATE_FEATURES = [
  ...[
    "r1h",
    "r4h",
    "r24h",
    "r7d",
    "r90d",
    "r2y",
    "v24h",
    "v7d",
    "v30d",
    "falls24h",
    "falls7d",
    "return24h",
    "return7d",
  ],
  ...["week1s", "week1c", "week2s", "week2c", "week3s", "week3c", "day1s", "day1c", "day2s", "day2c"],
] as const;

const MONTH_HOURS = 720;
const WEEK_HOURS = 168;
/** Hours of the long-run level. */
const LONG_HOURS = 17_520;
/** Share of observed hours in the last month and quarter below which there is no forecast. */
const MIN_OBSERVED_SHARE = 0.9;
/** Logs of variances are kept within this distance of the month's: an hour without trades has variance 0. */
const MAX_LOG_DISTANCE = 4;
/** Returns in units of their expected size are clipped here (research: ±6). */
const MAX_SCALED_RETURN = 6;
/** Harmonics of the weekly and daily pattern. */
const WEEKLY_HARMONICS = [1, 2, 3];
const DAILY_HARMONICS = [1, 2];
/** The epoch began on a Thursday; weeks are counted from Monday. */
const EPOCH_WEEKDAY_HOURS = 3 * HOURS_PER_DAY;

/** Inputs of one row. */
export interface VolInput {
  /**
   * What forecasts are relative to: log of the monthly mean range variance per day; for horizons that are judged by the
   * realised variance, moved by the long-run ratio of both measures, which differs between venues. `[horizon]`
   */
  readonly bases: Float64Array;
  /** `[HOUR_STEPS × HOUR_FEATURES]`, oldest step first. */
  readonly hours: Float32Array;
  /** `[DAY_STEPS × DAY_FEATURES]`, oldest step first. */
  readonly days: Float32Array;
  /** In the order of {@link STATE_FEATURES}. */
  readonly state: Float32Array;
}

/**
 * Inputs at the end of hour `index`; nothing later is read.
 *
 * @returns `null` when 90 days of hours are not there, more than a tenth of them or of the last month is missing, or the
 * month shows no movement.
 */
export function volInput(windows: VarianceWindows, index: number): VolInput | null {
  const isFull = [MONTH_HOURS, VOL_HISTORY_HOURS].every(
    (length) => windows.observedShare(index, length) >= MIN_OBSERVED_SHARE,
  );
  const month = windows.trailing("range", index, MONTH_HOURS);
  if (!isFull || !(month > 0) || !(windows.trailing("realised", index, MONTH_HOURS) > 0)) return null;
  const range = Math.log(month);
  const place = { windows, index, base: { range, realised: range + measureRatio(windows, index) } };
  const bases = Float64Array.from(VOL_HORIZONS_HOURS, (hours) => place.base[horizonMeasure(hours)]);
  return { bases, hours: hourSteps(place), days: daySteps(place), state: stateFeatures(place) };
}

/** Measure that a horizon is judged by: one squared hourly return says nothing, so horizons below a day use the range. */
export function horizonMeasure(hours: number): "range" | "realised" {
  return hours < HOURS_PER_DAY ? "range" : "realised";
}

/** Log of the realised over the range variance, over two years or as far back as there are hours. */
function measureRatio(windows: VarianceWindows, index: number): number {
  const length = Math.min(LONG_HOURS, index + 1);
  return Math.log(windows.trailing("realised", index, length) / windows.trailing("range", index, length));
}

interface Place {
  readonly windows: VarianceWindows;
  readonly index: number;
  /** Log of the month's variance in each measure. */
  readonly base: Readonly<Record<"range" | "realised", number>>;
}

/** Log of a variance relative to the month, kept finite. */
function relativeLog(variance: number, base: number): number {
  return clip(Math.log(Math.max(variance, Number.MIN_VALUE)) - base, MAX_LOG_DISTANCE);
}

/** Return over `hours` in units of the month's volatility. */
function scaledReturn({ windows, base }: Place, index: number, hours: number): number {
  const size = Math.sqrt((Math.exp(base.range) * hours) / HOURS_PER_DAY);
  return clip(windows.logReturn(index, hours) / size, MAX_SCALED_RETURN);
}

/** Share of the realised variance that fell on falling hours, less one half; 0 where nothing moved. */
function fallShare({ windows }: Place, index: number, hours: number): number {
  const total = windows.trailing("realised", index, hours);
  return total > 0 ? windows.trailing("falls", index, hours) / total - 0.5 : 0;
}

function hourSteps(place: Place): Float32Array {
  const { windows, index, base } = place;
  const steps = new Float32Array(HOUR_STEPS * HOUR_FEATURES);
  for (let step = 0; step < HOUR_STEPS; step += 1) {
    const hour = index - HOUR_STEPS + 1 + step;
    const phase = (2 * Math.PI * hourOfWeek(windows, hour)) / HOURS_PER_DAY;
    const range = relativeLog(windows.trailing("range", hour, 1), base.range);
    steps.set([range, scaledReturn(place, hour, 1), Math.sin(phase), Math.cos(phase)], step * HOUR_FEATURES);
  }
  return steps;
}

function daySteps(place: Place): Float32Array {
  const { windows, index, base } = place;
  const steps = new Float32Array(DAY_STEPS * DAY_FEATURES);
  for (let step = 0; step < DAY_STEPS; step += 1) {
    const end = index - HOURS_PER_DAY * (DAY_STEPS - 1 - step);
    const logs = (["range", "realised"] as const).map((measure) =>
      relativeLog(windows.trailing(measure, end, HOURS_PER_DAY), base[measure]),
    );
    const row = [...logs, fallShare(place, end, HOURS_PER_DAY), scaledReturn(place, end, HOURS_PER_DAY)];
    steps.set(row, step * DAY_FEATURES);
  }
  return steps;
}

function stateFeatures(place: Place): Float32Array {
  const { windows, index, base } = place;
  const range = (hours: number): number => relativeLog(windows.trailing("range", index, hours), base.range);
  const realised = (hours: number): number => relativeLog(windows.trailing("realised", index, hours), base.realised);
  const hour = hourOfWeek(windows, index + 1);
  const wave =
    (period: number) =>
    (harmonic: number): readonly number[] => {
      const phase = (2 * Math.PI * harmonic * hour) / period;
      return [Math.sin(phase), Math.cos(phase)];
    };
  return Float32Array.from([
    ...[1, 4, HOURS_PER_DAY, WEEK_HOURS, VOL_HISTORY_HOURS].map(range),
    clip(windows.meanLogDay(index, LONG_HOURS) - base.range, MAX_LOG_DISTANCE),
    ...[HOURS_PER_DAY, WEEK_HOURS, MONTH_HOURS].map(realised),
    ...[HOURS_PER_DAY, WEEK_HOURS].map((hours) => fallShare(place, index, hours)),
    ...[HOURS_PER_DAY, WEEK_HOURS].map((hours) => scaledReturn(place, index, hours)),
    ...WEEKLY_HARMONICS.flatMap(wave(WEEK_HOURS)),
    ...DAILY_HARMONICS.flatMap(wave(HOURS_PER_DAY)),
  ]);
}

/** Hours since Monday 00:00 UTC at which hour `index` starts. */
function hourOfWeek({ hours }: VarianceWindows, index: number): number {
  const startHour = Math.round(hours.firstEndSec / SECONDS_PER_HOUR) + index - 1;
  return (((startHour + EPOCH_WEEKDAY_HOURS) % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
}

function clip(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
