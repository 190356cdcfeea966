/** Walks the size of the next day's forced closures through time, with an interval from its own past errors. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { leastSquares, linearValue } from "../../math/least-squares.ts";
import { quantile } from "../../math/statistics.ts";
import type { IntensityRow } from "./perp-panel.ts";

/** How it is walked. */
export interface IntensityWalk {
  /** How many of the inputs are read, from the first. */
  readonly width: number;
  /** Added to each scaled input's mean square. */
  readonly ridge: number;
}

/** One forecast with its outcome, ln(1 + basis points of open interest). */
export interface IntensityForecast {
  readonly row: IntensityRow;
  readonly expected: number;
  /** Interval of 90 %; NaN before there are errors to take it from. */
  readonly low: number;
  readonly high: number;
}

/** Days before the first forecast, and between refits. */
const WARM_UP_DAYS = 120;
const REFIT_DAYS = 30;
const INTERVAL = [0.05, 0.95] as const;
/** Inputs further than this from their mean, in standard deviations, count as this far. */
const LARGEST_SCORE = 5;
const LEAST_ERRORS = 500;

/** Forecasts of all rows after 120 days, in time order; refitted every 30 days on rows whose next day was known. */
export function walkIntensity(
  rows: readonly IntensityRow[],
  { width, ridge }: IntensityWalk,
): readonly IntensityForecast[] {
  const forecasts: IntensityForecast[] = [];
  const [firstSec, lastSec] = [rows[0]?.daySec ?? 0, rows.at(-1)?.daySec ?? 0];
  const refitSec = REFIT_DAYS * SECONDS_PER_DAY;
  for (let fromSec = firstSec + WARM_UP_DAYS * SECONDS_PER_DAY; fromSec <= lastSec; fromSec += refitSec) {
    const fitted = fitRidge(
      rows.filter(({ daySec }) => daySec < fromSec - SECONDS_PER_DAY),
      { width, ridge },
    );
    if (fitted === null) continue;
    const errors = forecasts.map(({ row, expected }) => row.tomorrow - expected);
    const band =
      errors.length < LEAST_ERRORS ? [Number.NaN, Number.NaN] : INTERVAL.map((share) => quantile(errors, share));
    for (const row of rows) {
      if (row.daySec < fromSec || row.daySec >= fromSec + refitSec) continue;
      const expected = Math.max(0, fitted(row));
      forecasts.push({
        row,
        expected,
        low: Math.max(0, expected + (band[0] ?? Number.NaN)),
        high: expected + (band[1] ?? Number.NaN),
      });
    }
  }
  return forecasts;
}

/** Share of the variance of outcomes, around their mean, that forecasts explain; NaN for none. */
export function explainedShare(outcomes: readonly number[], forecasts: readonly number[]): number {
  const centre = outcomes.reduce((sum, value) => sum + value, 0) / outcomes.length;
  const total = outcomes.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return 1 - outcomes.reduce((sum, value, place) => sum + (value - (forecasts[place] ?? Number.NaN)) ** 2, 0) / total;
}

function fitRidge(
  rows: readonly IntensityRow[],
  { width, ridge }: IntensityWalk,
): ((row: IntensityRow) => number) | null {
  if (rows.length === 0) return null;
  const centre = Float64Array.from({ length: width }, (_, place) =>
    meanOf(rows, (row) => row.inputs[place] ?? Number.NaN),
  );
  const spread = centre.map(
    (middle, place) => Math.sqrt(meanOf(rows, (row) => ((row.inputs[place] ?? 0) - middle) ** 2)) || 1,
  );
  const level = meanOf(rows, (row) => row.tomorrow);
  const scaled = (row: IntensityRow): Float64Array =>
    centre.map((middle, place) => {
      const score = ((row.inputs[place] ?? Number.NaN) - middle) / (spread[place] ?? 1);
      return Math.min(LARGEST_SCORE, Math.max(-LARGEST_SCORE, score));
    });
  const sums = leastSquares(width);
  for (const row of rows) sums.add(scaled(row), row.tomorrow - level);
  // One row a regressor draws its coefficient to zero, also where the regressor never moved.
  for (let place = 0; place < width; place += 1)
    sums.add(
      Float64Array.from({ length: width }, (_, other) => Number(other === place)),
      0,
      ridge * rows.length,
    );
  const coefficients = sums.solve();
  return coefficients === null ? null : (row) => level + linearValue(coefficients, scaled(row));
}

function meanOf(rows: readonly IntensityRow[], of: (row: IntensityRow) => number): number {
  return rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
}
