/** What the gap forecast reads from hourly bars; every row knows only bars up to its own. */
import type { BarSeries } from "../../domain/market.ts";
import { exponentialMean, trailingMean, windowMax, windowMin } from "../../math/rolling.ts";
import { weekProfile } from "./week-profile.ts";

/** Rows of the windows. */
const ROWS = { short: 6, day: 24, week: 168, month: 720, long: 2_160 } as const;
/** Squared weights of day, week and month. */
const RECENT_WEIGHTS = { day: 0.5, week: 0.3, month: 0.2 } as const;
/** Sizes below are those of a feed that stands still; logs stay finite. */
const LEAST_SIZE = 1e-6;
/** The last hours count as at least this share of the recent size. */
const LEAST_SHORT_RATIO = 0.1;
/** Trend scores are clipped here. */
const GREATEST_TREND = 3;
const GREATEST_DISTANCE = 5;

/** Signals by row. */
export interface GapSignals {
  /** Mean absolute hourly log return of day, week and month, free of the week's rhythm; decimal. `[n]` */
  readonly recent: Float64Array;
  /** The same over six hours, at least a tenth of `recent`. `[n]` */
  readonly short: Float64Array;
  /** Mean absolute hourly log return of 90 days. `[n]` */
  readonly long: Float64Array;
  /** Log move of the last day over its standard deviation of a month, in [−3, 3]. `[n]` */
  readonly dayTrend: Float64Array;
  /** The same of the last week. `[n]` */
  readonly weekTrend: Float64Array;
  /** Log distance below the week's highest and above its lowest close, in the same unit, in [0, 5]. `[n]` */
  readonly belowHigh: Float64Array;
  readonly aboveLow: Float64Array;
  /** Size of the coming hours of the week, about 1. `[n]` */
  readonly weekAhead: (hours: number) => Float64Array;
}

/** Computes the signals; bars must be ascending with prices above 0. */
export function gapSignals(bars: BarSeries): GapSignals {
  const returns = bars.close.map((spot, row) => (row === 0 ? 0 : Math.log(spot / (bars.close[row - 1] ?? Number.NaN))));
  const sizes = returns.map(Math.abs);
  const profile = weekProfile(bars);
  const calm = sizes.map((size, row) => size / (profile.own[row] ?? Number.NaN));
  const recent = recentSize(calm);
  const short = trailingMean(calm, ROWS.short);
  const squares = returns.map((value) => value * value);
  const deviation = exponentialMean(squares, ROWS.month, startOf(squares)).map(Math.sqrt);
  const week = { first: 1 - ROWS.week, last: 0 };
  const inUnits = (logs: Float64Array, rows: number, [low, high]: readonly [number, number]): Float64Array =>
    logs.map((log, row) =>
      clip(log / (Math.max(deviation[row] ?? Number.NaN, LEAST_SIZE) * Math.sqrt(rows)), low, high),
    );
  const trend = (rows: number): Float64Array =>
    inUnits(logMove(bars.close, rows), rows, [-GREATEST_TREND, GREATEST_TREND]);
  const distance = (extreme: Float64Array): Float64Array =>
    inUnits(
      extreme.map((price, row) => Math.abs(Math.log(price / (bars.close[row] ?? Number.NaN)))),
      ROWS.week,
      [0, GREATEST_DISTANCE],
    );
  return {
    recent,
    short: short.map((size, row) => Math.max(size, LEAST_SHORT_RATIO * (recent[row] ?? Number.NaN))),
    long: trailingMean(sizes, ROWS.long).map((size) => Math.max(size, LEAST_SIZE)),
    dayTrend: trend(ROWS.day),
    weekTrend: trend(ROWS.week),
    belowHigh: distance(windowMax(bars.close, week)),
    aboveLow: distance(windowMin(bars.close, week)),
    weekAhead: profile.ahead,
  };
}

function recentSize(calm: Float64Array): Float64Array {
  const [day, week, month] = [ROWS.day, ROWS.week, ROWS.month].map((rows) => trailingMean(calm, rows));
  const square = (window: Float64Array | undefined, row: number): number => (window?.[row] ?? Number.NaN) ** 2;
  return calm.map((_, row) => {
    const { day: ofDay, week: ofWeek, month: ofMonth } = RECENT_WEIGHTS;
    const sum = ofDay * square(day, row) + ofWeek * square(week, row) + ofMonth * square(month, row);
    return Math.max(Math.sqrt(sum), LEAST_SIZE);
  });
}

/** Mean of the first squares: what stands before the first row. */
function startOf(squares: Float64Array): number {
  return trailingMean(squares.subarray(0, ROWS.day), ROWS.day).at(-1) ?? Number.NaN;
}

function logMove(close: Float64Array, rows: number): Float64Array {
  return close.map((spot, row) => (row < rows ? 0 : Math.log(spot / (close[row - rows] ?? Number.NaN))));
}

function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
