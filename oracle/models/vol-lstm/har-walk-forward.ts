/** HAR regressions of one asset in expanding walk-forward: baselines of the volatility network, and one of its members. */
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";
import { type LeastSquares, leastSquares, linearValue } from "../../math/least-squares.ts";
import { HOURS_PER_DAY } from "./hourly-variance.ts";
import type { VarianceMeasure, VarianceWindows } from "./variance-windows.ts";
import { horizonMeasure } from "./vol-inputs.ts";

/** Times at which forecasts are made: hours of one asset. */
export interface ForecastGrid {
  /** Hours after which a forecast is made, ascending. `[n]` */
  readonly indexes: Int32Array;
  /** Their times, seconds. `[n]` */
  readonly atSec: Float64Array;
}

/**
 * - `logHar`: logs of the day's, week's and month's variance (Corsi 2009 in logs); below a day of hour, day and week
 * - `har`: the same in levels (Corsi 2009, equation 9)
 * - `range`: logs of range variances (Parkinson 1980): a less noisy measure of the same thing
 */
export type HarKind = "logHar" | "har" | "range";

/** Windows of the regressors, hours. */
const DAILY_WINDOWS = [24, 168, 720];
const INTRADAY_WINDOWS = [1, 24, 168];
/** Days between refits, and days of complete labels before the first fit. */
const REFIT_DAYS = 30;
const MIN_DAYS = 250;
/** An hour without movement has no logarithm: variances are at least this, decimal² a day (0.1 % a day). */
const VARIANCE_FLOOR = 1e-6;

/** Hours of an asset at whole multiples of `everyHours` since the epoch that have a month behind them. */
export function forecastGrid(windows: VarianceWindows, everyHours: number): ForecastGrid {
  const firstHour = Math.round(windows.hours.firstEndSec / SECONDS_PER_HOUR);
  const start = Math.max(...DAILY_WINDOWS) - 1;
  const indexes: number[] = [];
  for (let index = start; index < windows.count; index += 1)
    if ((firstHour + index) % everyHours === 0) indexes.push(index);
  return {
    indexes: Int32Array.from(indexes),
    atSec: Float64Array.from(indexes, (index) => (firstHour + index) * SECONDS_PER_HOUR),
  };
}

/**
 * Forecasts of the mean variance per day over the next hours, decimal². `[n]`
 *
 * A refit reads only labels that are complete at its time. A forecast in levels is never below the smallest label of its
 * fit. NaN before 250 days of labels.
 */
export function harForecasts(
  windows: VarianceWindows,
  grid: ForecastGrid,
  { kind, hours }: { readonly kind: HarKind; readonly hours: number },
): Float64Array {
  const regression = createRegression(kind);
  const regressors = Array.from(grid.indexes, (index) => harRegressors(windows, index, { kind, hours }));
  const labels = Float64Array.from(grid.indexes, (index) => windows.coming(horizonMeasure(hours), index, hours));
  let [known, refitSec, firstSec] = [0, Number.NEGATIVE_INFINITY, grid.atSec[0] ?? Number.NaN];
  return grid.atSec.map((nowSec, time) => {
    for (; (grid.atSec[known] ?? Number.POSITIVE_INFINITY) + hours * SECONDS_PER_HOUR <= nowSec; known += 1) {
      const row = regressors[known];
      if (row !== undefined) regression.add(row, labels[known] ?? Number.NaN);
    }
    const isDue = nowSec - refitSec >= REFIT_DAYS * SECONDS_PER_DAY;
    if (isDue && nowSec - firstSec >= MIN_DAYS * SECONDS_PER_DAY) {
      regression.refit();
      refitSec = nowSec;
    }
    const row = regressors[time];
    return row === undefined ? Number.NaN : regression.forecast(row);
  });
}

function harRegressors(
  windows: VarianceWindows,
  index: number,
  { kind, hours }: { readonly kind: HarKind; readonly hours: number },
): Float64Array {
  const isIntraday = hours < HOURS_PER_DAY;
  const measure: VarianceMeasure = kind === "range" || isIntraday ? "range" : "realised";
  const lengths = isIntraday ? INTRADAY_WINDOWS : DAILY_WINDOWS;
  const values = lengths.map((length) => windows.trailing(measure, index, length));
  const shaped = kind === "har" ? values : values.map((value) => Math.log(Math.max(value, VARIANCE_FLOOR)));
  return Float64Array.from([1, ...shaped]);
}

interface HarRegression {
  add(row: Float64Array, label: number): void;
  refit(): void;
  forecast(row: Float64Array): number;
}

function createRegression(kind: HarKind): HarRegression {
  const size = DAILY_WINDOWS.length + 1;
  const sums: LeastSquares = leastSquares(size);
  const rows: { readonly row: Float64Array; readonly target: number }[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  let fit: { readonly coefficients: Float64Array; readonly spread: number } | null = null;
  const isLevel = kind === "har";
  return {
    add: (row, label) => {
      if (!(label > 0) || !row.every(Number.isFinite)) return;
      const target = isLevel ? label : Math.log(label);
      lowest = Math.min(lowest, label);
      rows.push({ row, target });
      sums.add(row, target);
    },
    refit: () => {
      const coefficients = sums.solve();
      if (coefficients === null) return;
      const squares = rows.reduce((sum, { row, target }) => sum + (target - linearValue(coefficients, row)) ** 2, 0);
      fit = { coefficients, spread: squares / rows.length };
    },
    forecast: (row) => {
      if (fit === null) return Number.NaN;
      const value = linearValue(fit.coefficients, row);
      // The mean of a lognormal variable: half the error variance on top of the mean of its logarithm.
      return isLevel ? Math.max(value, lowest) : Math.exp(value + fit.spread / 2);
    },
  };
}
