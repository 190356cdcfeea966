/** A market whose volatility is another one from a moment on. */
import type { BarSeries } from "../../oracle/domain/market.ts";

/**
 * Multiplies every log move after a time by a factor, inside of bars as well; earlier bars stay.
 *
 * @param breakSec bars that end later are changed, seconds.
 * @param factor of volatility, above 0.
 */
export function breakBars(bars: BarSeries, breakSec: number, factor: number): BarSeries {
  const [open, high, low, close] = [bars.open.slice(), bars.high.slice(), bars.low.slice(), bars.close.slice()];
  for (let index = 1; index < close.length; index += 1) {
    if ((bars.endSec[index] ?? 0) <= breakSec) continue;
    const [before, anchor] = [bars.close[index - 1] ?? Number.NaN, close[index - 1] ?? Number.NaN];
    const moved = (price: number | undefined): number => anchor * ((price ?? Number.NaN) / before) ** factor;
    open[index] = moved(bars.open[index]);
    high[index] = moved(bars.high[index]);
    low[index] = moved(bars.low[index]);
    close[index] = moved(bars.close[index]);
  }
  return { ...bars, open, high, low, close };
}
