/** GARCH forecasts of one asset in walk-forward, on daily returns. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { filterReturns } from "../../models/garch/filter-returns.ts";
import { fitGarch } from "../../models/garch/fit-garch.ts";
import { forecastVariances } from "../../models/garch/forecast-variance.ts";
import type { GarchFit, GarchSpec } from "../../models/garch/garch-types.ts";
import type { ForecastGrid } from "../../models/vol-lstm/har-walk-forward.ts";
import { HOURS_PER_DAY } from "../../models/vol-lstm/hourly-variance.ts";
import type { VarianceWindows } from "../../models/vol-lstm/variance-windows.ts";

/** Trailing window of a fit and days between refits (design/models.md §4: windows of 1 000 to 1 500 days). */
const WINDOW_DAYS = 1_500;
const REFIT_DAYS = 30;
const MIN_DAYS = 250;
/** Below this shape the variance means nothing. */
const BOUNDS = { minShape: 2.5 };

/** Forecasts of one member of the family. */
export interface GarchForecasts {
  /** Mean variance per day over each horizon, decimal²; NaN before 250 days. `[horizon][n]` */
  readonly forecasts: readonly Float64Array[];
  /** Refits whose estimate ended at a bound, and refits in all. */
  readonly refits: { readonly total: number; readonly atBound: number; readonly failed: number };
}

/**
 * Walks over a daily grid; a refit reads returns up to its time, a forecast filters up to its own.
 *
 * @param grid one time a day.
 * @param horizonDays whole days.
 */
export function garchForecasts(
  windows: VarianceWindows,
  grid: ForecastGrid,
  { spec, horizonDays }: { readonly spec: GarchSpec; readonly horizonDays: readonly number[] },
): GarchForecasts {
  const returns = Float64Array.from(grid.indexes, (index) => windows.logReturn(index, HOURS_PER_DAY));
  const forecasts = horizonDays.map(() => new Float64Array(returns.length).fill(Number.NaN));
  const refits = { total: 0, atBound: 0, failed: 0 };
  const steps = Math.max(...horizonDays);
  let fit: GarchFit | null = null;
  let refitSec = Number.NEGATIVE_INFINITY;
  for (let time = MIN_DAYS; time < returns.length; time += 1) {
    const past = returns.subarray(Math.max(0, time + 1 - WINDOW_DAYS), time + 1);
    const nowSec = grid.atSec[time] ?? Number.NaN;
    if (nowSec - refitSec >= REFIT_DAYS * SECONDS_PER_DAY) {
      const outcome = fitGarch(past, { spec, startRule: "backcast", bounds: BOUNDS });
      refits.total += 1;
      if (outcome.ok) {
        fit = outcome.value;
        refits.atBound += Number(fit.atBounds.length > 0);
      } else refits.failed += 1;
      refitSec = nowSec;
    }
    if (fit !== null) setForecasts(forecasts, { time, horizonDays, path: pathOf(fit, past, steps) });
  }
  return { forecasts, refits };
}

function pathOf(fit: GarchFit, past: Float64Array, steps: number): Float64Array {
  const { nextVariance, residuals } = filterReturns(past, fit);
  return forecastVariances({ ...fit, nextVariance, residuals, steps });
}

function setForecasts(
  forecasts: readonly Float64Array[],
  {
    time,
    horizonDays,
    path,
  }: { readonly time: number; readonly horizonDays: readonly number[]; readonly path: Float64Array },
): void {
  horizonDays.forEach((days, horizon) => {
    const column = forecasts[horizon];
    const mean = path.subarray(0, days).reduce((sum, value) => sum + value, 0) / days;
    if (column !== undefined) column[time] = mean;
  });
}
