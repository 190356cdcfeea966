/** What the bands of a depth row say about the mid price they were measured from. */
import type { BookDepth, DepthBand } from "../domain/market.ts";

/** Prices between which the mid must lie for a book to be true, USD; no mid exists when `low` is above `high`. */
export interface MidRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Intersects what every band implies: notional resting between distances d₁ and d₂ of mid m has, on the bid side, an
 * average price in [m(1 − d₂), m(1 − d₁)], on the ask side in [m(1 + d₁), m(1 + d₂)].
 *
 * A row whose sides were measured from different mids, or whose bids are priced above its asks, has no such m.
 *
 * @returns `null` when no band carries an average price.
 */
export function impliedMidRange(book: Pick<BookDepth, "bids" | "asks">): MidRange | null {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (const slice of slices(book.bids)) {
    low = Math.max(low, slice.price / (1 - slice.near));
    high = Math.min(high, slice.price / (1 - slice.far));
  }
  for (const slice of slices(book.asks)) {
    low = Math.max(low, slice.price / (1 + slice.far));
    high = Math.min(high, slice.price / (1 + slice.near));
  }
  return Number.isFinite(high) ? { low, high } : null;
}

/** Notional between two neighbouring distances and its average price. */
interface Slice {
  readonly near: number;
  readonly far: number;
  readonly price: number;
}

/** Splits cumulative bands into slices; the average price of a slice is its notional over its coins. */
function slices(bands: readonly DepthBand[]): readonly Slice[] {
  const out: Slice[] = [];
  let near = 0;
  let notional = 0;
  let coins = 0;
  for (const band of bands) {
    if (band.averagePrice === null) continue;
    const bandCoins = band.notionalUsd / band.averagePrice;
    const price = (band.notionalUsd - notional) / (bandCoins - coins);
    if (price > 0 && Number.isFinite(price)) out.push({ near, far: band.distance, price });
    near = band.distance;
    notional = band.notionalUsd;
    coins = bandCoins;
  }
  return out;
}
