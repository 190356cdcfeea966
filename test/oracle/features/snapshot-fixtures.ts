/** Snapshots for feature tests: bars from closed formulas or a seeded stream. */
import type { AssetMarket, BarSeries, BookDepth, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { createRng } from "../../../oracle/math/rng.ts";

/** End of the newest bar in all fixtures, seconds; a whole hour. */
export const NOW_SEC = 1_767_600_000;
const HOUR_SEC = 3_600;

/** Columns of `count` bars whose rows `make` returns; the newest ends at {@link NOW_SEC}. */
export function makeBars(
  count: number,
  spanSec: number,
  make: (index: number) => { open: number; high: number; low: number; close: number; volume: number },
): BarSeries {
  const rows = Array.from({ length: count }, (_unused, index) => make(index));
  const column = (name: "open" | "high" | "low" | "close" | "volume") => Float64Array.from(rows, (row) => row[name]);
  return {
    spanSec,
    endSec: Float64Array.from(rows, (_row, index) => NOW_SEC - (count - 1 - index) * spanSec),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
}

/** Seeded random walk. */
export function randomBars(seed: number, count: number, spanSec = HOUR_SEC): BarSeries {
  const rng = createRng(seed);
  let price = 1_000;
  return makeBars(count, spanSec, () => {
    const open = price;
    price *= Math.exp(0.006 * rng.normal());
    const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999];
    return { open, high, low, close: price, volume: 10 * rng.exponential() + 1 };
  });
}

/** One asset's market with nothing but bars, unless given. */
export function makeMarket(asset: string, bars: BarSeries, extras: Partial<AssetMarket> = {}): AssetMarket {
  return {
    asset,
    spot: bars.close.at(-1) ?? 0,
    provenance: { sourceId: "test", sourceTimeSec: NOW_SEC, receivedTimeSec: NOW_SEC },
    bars,
    book: null,
    funding: [],
    volIndex: null,
    ...extras,
  };
}

/** Snapshot of the markets. */
export function makeSnapshot(markets: readonly AssetMarket[], atSec = NOW_SEC): MarketSnapshot {
  return { atSec, assets: new Map(markets.map((market) => [market.asset, market])), doubts: [] };
}

/** Book with 1, 2 and 5 % bands. */
export function makeBook(bids: readonly number[], asks: readonly number[], timeSec = NOW_SEC): BookDepth {
  const bands = (notionals: readonly number[]) =>
    notionals.map((notionalUsd, index) => ({
      distance: [0.01, 0.02, 0.05][index] ?? 0,
      notionalUsd,
      averagePrice: null,
    }));
  return {
    kind: "book",
    asset: "BTC",
    sourceId: "test",
    sourceTimeSec: timeSec,
    receivedTimeSec: timeSec,
    bids: bands(bids),
    asks: bands(asks),
    bestBid: null,
    bestAsk: null,
  };
}
