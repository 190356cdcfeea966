/** Price levels of one order book, sorted, best first. */

/** Resting size at one price; the unit of the size is the venue's. */
export interface BookLevel {
  readonly price: number;
  readonly size: number;
}

/** Side of a book. */
export type BookSide = "bid" | "ask";

/** A book that is changed level by level. */
export interface OrderBook {
  clear(): void;
  /** Sets the size at a price; zero removes the level, and removing what is not there is no fault. */
  set(side: BookSide, price: number, size: number): void;
  /** Best prices, `null` where a side is empty. */
  best(): { readonly bid: number | null; readonly ask: number | null };
  /** Levels of a side, best first; a view that the next change may move. */
  levels(side: BookSide): readonly BookLevel[];
}

/** Creates an empty book. */
export function createOrderBook(): OrderBook {
  const sides: Record<BookSide, BookLevel[]> = { bid: [], ask: [] };
  return {
    clear: () => {
      sides.bid = [];
      sides.ask = [];
    },
    set: (side, price, size) => {
      const levels = sides[side];
      const index = placeOf(levels, side, price);
      const exists = levels[index]?.price === price;
      if (size > 0) levels.splice(index, exists ? 1 : 0, { price, size });
      else if (exists) levels.splice(index, 1);
    },
    best: () => ({ bid: sides.bid[0]?.price ?? null, ask: sides.ask[0]?.price ?? null }),
    levels: (side) => sides[side],
  };
}

/** First index whose price is not better than the given one. */
function placeOf(levels: readonly BookLevel[], side: BookSide, price: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = levels[middle]?.price ?? price;
    const isBetter = side === "bid" ? other > price : other < price;
    if (isBetter) low = middle + 1;
    else high = middle;
  }
  return low;
}
