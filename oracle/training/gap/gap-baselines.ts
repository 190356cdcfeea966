/** The gap rules that a forecast must beat (design/models.md §2b), up to the one knob that each of them has. */
import type { BarSeries } from "../../domain/market.ts";
import { exponentialMean, trailingMean } from "../../math/rolling.ts";
import type { GapPath } from "../../models/gap/adverse-gaps.ts";

const HALF_LIFE_ROWS = 120;
/** Mean of so many squares stands before the first row. */
const START_ROWS = 240;
/** Rows and weights of the mean variance of day, week and month. */
const HAR = [
  { rows: 24, weight: 0.4 },
  { rows: 168, weight: 0.35 },
  { rows: 720, weight: 0.25 },
] as const;

/** Names of the rules. */
export type GapBaseline = "static" | "ewma" | "har" | "dvol";

/**
 * A constant, the root of the exponentially weighted variance (half-life 5 d), of the HAR mix of variances, and implied
 * volatility; the same for both directions.
 *
 * @param impliedVol as known at each bar's end; NaN where unknown. `[n]`
 */
export function gapBaselines(bars: BarSeries, impliedVol: Float64Array): Readonly<Record<GapBaseline, GapPath>> {
  const squares = bars.close.map((spot, row) => (row === 0 ? 0 : Math.log(spot / (bars.close[row - 1] ?? spot)) ** 2));
  const start = trailingMean(squares.subarray(0, START_ROWS), START_ROWS).at(-1) ?? Number.NaN;
  const parts = HAR.map(({ rows, weight }) => trailingMean(squares, rows).map((value) => weight * value));
  const har = squares.map((_, row) => Math.sqrt(parts.reduce((sum, part) => sum + (part[row] ?? Number.NaN), 0)));
  const both = (values: Float64Array): GapPath => ({ fall: values, rise: values });
  return {
    static: both(new Float64Array(squares.length).fill(1)),
    ewma: both(exponentialMean(squares, HALF_LIFE_ROWS, start).map(Math.sqrt)),
    har: both(har),
    dvol: both(impliedVol),
  };
}
