/** What a gap forecast is judged by: the worst fall and the worst rise of the coming hours. */
import type { BarSeries } from "../../domain/market.ts";
import { windowMax, windowMin } from "../../math/rolling.ts";

/** One number for each direction and row, share of spot. */
export interface GapPath {
  /** Against writers of puts. `[n]` */
  readonly fall: Float64Array;
  /** Against writers of calls. `[n]` */
  readonly rise: Float64Array;
}

/** Both directions, in the order of their loops. */
export const GAP_SIDES = ["fall", "rise"] as const;

/**
 * Adverse extremes after each bar's close S: 1 − low/S and 1 − S/high, at least 0; NaN for the last bars.
 *
 * @param horizonRows bars that the extreme is taken over, at least 1.
 */
export function adverseGaps({ high, low, close }: BarSeries, horizonRows: number): GapPath {
  const ahead = { first: 1, last: horizonRows };
  const [lowest, highest] = [windowMin(low, ahead), windowMax(high, ahead)];
  return {
    fall: close.map((spot, row) => Math.max(0, 1 - (lowest[row] ?? Number.NaN) / spot)),
    rise: close.map((spot, row) => Math.max(0, 1 - spot / (highest[row] ?? Number.NaN))),
  };
}
