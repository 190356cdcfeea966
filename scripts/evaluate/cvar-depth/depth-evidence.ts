/** What order books say about the depth model: the walk of a curve against measured prices, and depth left after falls. */
import type { BookDepth, DepthBand } from "../../../oracle/domain/market.ts";
import { lowerMedian, mean, quantile } from "../../../oracle/math/statistics.ts";
import { averageSlippage, type DepthCurve, depthCurve, depthLeft } from "../../../oracle/scoring/depth-curve.ts";

/** Sizes of relative errors of a walk's average distance. */
export interface SlippageErrors {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
}

/** Depth after falls of about one size. */
export interface DepthAfterFall {
  /** Log falls from the highest price of the last hour. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Separate stretches of time: what the count is really worth. */
  readonly episodes: number;
  /** Median depth over the median of all. */
  readonly left: number;
  /** What the model leaves after the bucket's mean fall. */
  readonly model: number;
}

/** Prices and depths in time order. All `[n]` */
export interface DepthSeries {
  readonly atSec: readonly number[];
  readonly price: readonly number[];
  readonly depth: readonly number[];
}

const FALL_EDGES = [0, 0.002, 0.004, 0.008, 0.012, 0.022] as const;
const LOOK_BACK_SEC = 3_600;
/** Rows further apart belong to two episodes. */
const EPISODE_GAP_SEC = 1_800;
const NONE = new Float64Array();
const BARS = { spanSec: 3_600, endSec: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE };
/** Round-trip slippage by notional, USD, of a market of 21 perpetuals (research/ml-models.md §4.7). */
const PUBLISHED_SLIPPAGE = [
  [50_000, 4.4e-4],
  [100_000, 8.9e-4],
  [250_000, 22.2e-4],
  [500_000, 44.4e-4],
  [1_000_000, 87e-4],
] as const;

/** Mid price of a book: middle between the average prices of its first bands; NaN without them. */
export function bandMid({ bids, asks }: Pick<BookDepth, "bids" | "asks">): number {
  return ((bids[0]?.averagePrice ?? Number.NaN) + (asks[0]?.averagePrice ?? Number.NaN)) / 2;
}

/**
 * Errors of walking a curve up to the notional of each band beyond the first, both sides.
 *
 * @param known how many bands the curve is given; it is asked about all of them.
 */
export function slippageErrors(books: readonly BookDepth[], known: number): SlippageErrors {
  const errors = books.flatMap((book) => {
    const mid = bandMid(book);
    return [book.bids, book.asks].flatMap((bands) => {
      const curve = curveOf(bands.slice(0, known));
      return bands.slice(1).flatMap(({ notionalUsd, averagePrice }) => {
        const measured = Math.abs((averagePrice ?? Number.NaN) / mid - 1);
        const error = Math.abs(averageSlippage(curve, notionalUsd) / measured - 1);
        return Number.isFinite(error) ? [error] : [];
      });
    });
  });
  return { count: errors.length, median: quantile(errors, 0.5), p95: quantile(errors, 0.95) };
}

/** Largest error of a uniform book, calibrated by its one number, on the published slippage curve. */
export function publishedSlippageError(): number {
  const depths = PUBLISHED_SLIPPAGE.map(([notional, roundTrip]) => Math.log((notional * 0.01) / roundTrip));
  const curve = curveOf([{ distance: 0.01, notionalUsd: Math.exp(mean(depths)), averagePrice: null }]);
  const errors = PUBLISHED_SLIPPAGE.map(([notional, roundTrip]) =>
    Math.abs((2 * averageSlippage(curve, notional)) / roundTrip - 1),
  );
  return Math.max(...errors);
}

/** Depth left by size of the fall since the highest price of the last hour; empty buckets are left out. */
export function depthAfterFalls({ atSec, price, depth }: DepthSeries): readonly DepthAfterFall[] {
  const usual = lowerMedian(depth) ?? Number.NaN;
  const falls = price.map((value, row) => Math.log(highest(atSec, price, row) / value));
  return FALL_EDGES.slice(1).flatMap((to, bucket) => {
    const from = FALL_EDGES[bucket] ?? 0;
    const rows = [...falls.keys()].filter((row) => (falls[row] ?? -1) >= from && (falls[row] ?? to) < to);
    if (rows.length === 0) return [];
    const times = rows.map((row) => atSec[row] ?? Number.NaN);
    return [
      {
        from,
        to,
        count: rows.length,
        episodes: 1 + times.filter((time, row) => time - (times[row - 1] ?? time) > EPISODE_GAP_SEC).length,
        left: (lowerMedian(rows.map((row) => depth[row] ?? Number.NaN)) ?? Number.NaN) / usual,
        model: depthLeft(mean(rows.map((row) => falls[row] ?? Number.NaN))),
      },
    ];
  });
}

function highest(atSec: readonly number[], price: readonly number[], row: number): number {
  let top = price[row] ?? Number.NaN;
  const oldest = (atSec[row] ?? Number.NaN) - LOOK_BACK_SEC;
  for (let before = row - 1; before >= 0 && (atSec[before] ?? 0) >= oldest; before -= 1) {
    top = Math.max(top, price[before] ?? 0);
  }
  return top;
}

function curveOf(bands: readonly DepthBand[]): DepthCurve {
  const provenance = { sourceId: "evidence", sourceTimeSec: 0, receivedTimeSec: 0 };
  const book = {
    kind: "book",
    asset: "BTC",
    bids: bands,
    asks: [],
    bestBid: null,
    bestAsk: null,
    ...provenance,
  } as const;
  return depthCurve({ book, bars: BARS }, "put", { defaultHalfSpread: 0 });
}
