/** Bars for the volatility tests, made from seeded random returns. */
import type { AssetMarket, BarSeries } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";

/** A round number of days since the epoch, seconds. */
export const START_SEC = 20_000 * 86_400;

/** How bars are made. */
export interface BarOptions {
  readonly count: number;
  readonly spanSec: number;
  readonly seed?: string;
  /** Standard deviation of the log return of a bar; default 0.005. Doubles and halves in slow waves. */
  readonly sigma?: number;
}

/** Bars that end at `START_SEC + k·spanSec`, k = 1…count, with clustered volatility. */
export function makeBars(options: BarOptions): BarSeries {
  const { count, spanSec, seed = "bars", sigma = 0.005 } = options;
  const rng = createRng(seed);
  let level = Math.log(50_000);
  let state = 1;
  const close = Float64Array.from({ length: count }, () => {
    const shock = rng.normal();
    level += sigma * Math.sqrt(state) * shock;
    state = 0.05 + 0.15 * state * shock * shock + 0.8 * state;
    return Math.exp(level);
  });
  const endSec = Float64Array.from({ length: count }, (_, index) => START_SEC + (index + 1) * spanSec);
  const open = close.map((value, index) => close[index - 1] ?? value);
  const high = close.map((value, index) => Math.max(value, open[index] ?? value));
  const low = close.map((value, index) => Math.min(value, open[index] ?? value));
  return { spanSec, endSec, open, high, low, close, volume: new Float64Array(count).fill(Number.NaN) };
}

/** Last `count` bars, or those up to `untilSec`. */
export function cutBars(bars: BarSeries, keep: (endSec: number, index: number) => boolean): BarSeries {
  const cut = (column: Float64Array): Float64Array =>
    column.filter((_, index) => keep(bars.endSec[index] ?? Number.NaN, index));
  const { open, high, low, close, volume, endSec, spanSec } = bars;
  return {
    spanSec,
    endSec: cut(endSec),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

/** Market of one asset around the given bars. */
export function marketOf(bars: BarSeries): AssetMarket {
  const sourceTimeSec = bars.endSec.at(-1) ?? START_SEC;
  return {
    asset: "BTC",
    spot: bars.close.at(-1) ?? 50_000,
    provenance: { sourceId: "test", sourceTimeSec, receivedTimeSec: sourceTimeSec },
    bars,
    book: null,
    funding: [],
    volIndex: null,
  };
}
