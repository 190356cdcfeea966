/** Sums a book's levels into the cumulative bands that features and guard read. */
import type { DepthBand } from "../../domain/market.ts";
import type { BookLevel, BookSide } from "./order-book.ts";

/** Features read 1, 2 and 5 %; the nearer ones are what books of limited depth can still answer. */
const DISTANCES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05] as const;

/** One side of a book, and how it is to be read. */
export interface BandInput {
  readonly side: BookSide;
  /** Best first. */
  readonly levels: readonly BookLevel[];
  readonly mid: number;
  /** Farthest price that the venue's snapshot spoke of: beyond it levels are unknown, not empty. `null` when it holds every level. */
  readonly reach: number | null;
  /** Size in coins, or in USD as of Deribit's inverse contracts. */
  readonly unit: "coins" | "usd";
}

/** Bands, ascending in distance; those that reach beyond what is known are left out. */
export function depthBands(input: BandInput): readonly DepthBand[] {
  const { side, levels, mid, reach } = input;
  const bands: DepthBand[] = [];
  let index = 0;
  let notionalUsd = 0;
  let coins = 0;
  for (const distance of DISTANCES) {
    const edge = side === "bid" ? mid * (1 - distance) : mid * (1 + distance);
    if (reach !== null && isBeyond(side, edge, reach)) break;
    for (const level of levels.slice(index)) {
      if (isBeyond(side, level.price, edge)) break;
      const levelCoins = coinsOf(level, input.unit);
      coins += levelCoins;
      notionalUsd += levelCoins * level.price;
      index += 1;
    }
    bands.push({ distance, notionalUsd, averagePrice: coins > 0 ? notionalUsd / coins : null });
  }
  return bands;
}

function coinsOf({ price, size }: BookLevel, unit: BandInput["unit"]): number {
  return unit === "usd" ? size / price : size;
}

/** Whether a price is farther from the mid than a limit on its side. */
function isBeyond(side: BookSide, price: number, limit: number): boolean {
  return side === "bid" ? price < limit : price > limit;
}
