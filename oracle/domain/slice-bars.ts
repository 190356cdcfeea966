/** A stretch of a bar series. */
import type { BarSeries } from "./market.ts";

/** Bars `[from, end)` by place, as views of the same columns: nothing is copied. */
export function sliceBars(bars: BarSeries, from: number, end: number): BarSeries {
  const { spanSec, endSec, open, high, low, close, volume } = bars;
  const slice = (column: Float64Array): Float64Array => column.subarray(from, end);
  return {
    spanSec,
    endSec: slice(endSec),
    open: slice(open),
    high: slice(high),
    low: slice(low),
    close: slice(close),
    volume: slice(volume),
  };
}
