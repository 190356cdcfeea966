/** Keeps one order book true: served only between a verified snapshot and the first doubt. */
import type { AssetSymbol, BookDepth } from "../../domain/market.ts";
import { depthBands } from "./depth-bands.ts";
import { type BookLevel, createOrderBook, type OrderBook } from "./order-book.ts";
import type { VenueFault } from "./venue-session.ts";

/** Levels as a venue sends them, with its sequence number. Sizes are absolute; zero removes a level. */
export interface BookUpdate {
  readonly sequence: number;
  readonly venueMs: number;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** A change that says which update it follows. */
export interface BookChange extends BookUpdate {
  readonly previous: number;
}

/** Which book, and who is told. */
export interface BookKeeperOptions {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
  readonly unit: "coins" | "usd";
  /** Whether a snapshot holds every level of the book. */
  readonly isWhole: boolean;
  /** The venue's own index, against which the mid is held, USD; `null` while it is not known. */
  readonly indexNow: () => number | null;
  /** A served or expected book has become doubtful: it is withdrawn already and must be rebuilt. */
  readonly onDoubt: (fault: VenueFault, detail: string) => void;
  /** Something that loses nothing, such as a repeated update. */
  readonly onOddity: (fault: VenueFault, detail: string) => void;
  readonly onServed: (isServed: boolean) => void;
}

/** One venue's book of one asset. */
export interface BookKeeper {
  isServed(): boolean;
  /** Begins with a full snapshot. */
  restart(snapshot: BookUpdate): void;
  /** Applies a change; without a book it is passed over. */
  change(update: BookChange): void;
  /** Withdraws the book; without one only the doubt is told. */
  doubt(fault: VenueFault, detail: string): void;
  /** Withdraws the book without a doubt: the link has ended, or a rebuild has begun. */
  withdraw(): void;
  /** Depth now, or `null` while the book is not served. */
  depth(receivedMs: number): BookDepth | null;
}

const MS_PER_SECOND = 1_000;
/** As the guard's `maxMidFromSpot`: a book farther off speaks of another unit or another asset. */
const MAX_MID_FROM_INDEX = 0.25;

interface KeeperState {
  readonly options: BookKeeperOptions;
  readonly book: OrderBook;
  last: { readonly sequence: number; readonly venueMs: number } | null;
  reach: { readonly bid: number | null; readonly ask: number | null };
}

/** Creates a keeper without a book. */
export function createBookKeeper(options: BookKeeperOptions): BookKeeper {
  const book = createOrderBook();
  const state: KeeperState = { options, book, last: null, reach: { bid: null, ask: null } };
  return {
    isServed: () => state.last !== null,
    restart: (snapshot) => restart(state, snapshot),
    change: (update) => change(state, update),
    doubt: (fault, detail) => doubt(state, fault, detail),
    withdraw: () => withdraw(state),
    depth: (receivedMs) => depthOf(state, receivedMs),
  };
}

function restart(state: KeeperState, snapshot: BookUpdate): void {
  const wasServed = state.last !== null;
  state.book.clear();
  apply(state, snapshot);
  const { levels } = state.book;
  const reach = { bid: levels("bid").at(-1)?.price ?? null, ask: levels("ask").at(-1)?.price ?? null };
  state.reach = state.options.isWhole ? { bid: null, ask: null } : reach;
  if (isSound(state) && !wasServed) state.options.onServed(true);
}

function change(state: KeeperState, update: BookChange): void {
  const { last, options } = state;
  if (last === null) return;
  if (update.sequence <= last.sequence) {
    options.onOddity("duplicate", `update ${update.sequence} again`);
  } else if (update.previous === last.sequence) {
    apply(state, update);
    isSound(state);
  } else {
    doubt(state, "gap", `update ${update.sequence} follows ${update.previous}, held ${last.sequence}`);
  }
}

function apply(state: KeeperState, { sequence, venueMs, bids, asks }: BookUpdate): void {
  for (const { price, size } of bids) state.book.set("bid", price, size);
  for (const { price, size } of asks) state.book.set("ask", price, size);
  state.last = { sequence, venueMs };
}

/** Withdraws a book that cannot be. */
function isSound(state: KeeperState): boolean {
  const { bid, ask } = state.book.best();
  if (bid === null || ask === null) {
    doubt(state, "empty-book", bid === null ? "no bids" : "no asks");
    return false;
  }
  const mid = (bid + ask) / 2;
  const index = state.options.indexNow();
  const isFar = index !== null && Math.abs(mid / index - 1) > MAX_MID_FROM_INDEX;
  if (bid >= ask) doubt(state, "crossed-book", `best bid ${bid}, best ask ${ask}`);
  else if (isFar) doubt(state, "unit-jump", `mid ${mid}, index ${index}`);
  return bid < ask && !isFar;
}

function doubt(state: KeeperState, fault: VenueFault, detail: string): void {
  withdraw(state);
  state.options.onDoubt(fault, detail);
}

function withdraw(state: KeeperState): void {
  if (state.last === null) return;
  state.last = null;
  state.book.clear();
  state.options.onServed(false);
}

function depthOf({ options, book, last, reach }: KeeperState, receivedMs: number): BookDepth | null {
  const { bid, ask } = book.best();
  if (last === null || bid === null || ask === null) return null;
  const { asset, sourceId, unit } = options;
  const shared = { mid: (bid + ask) / 2, unit };
  return {
    kind: "book",
    asset,
    sourceId,
    sourceTimeSec: last.venueMs / MS_PER_SECOND,
    receivedTimeSec: receivedMs / MS_PER_SECOND,
    bids: depthBands({ ...shared, side: "bid", levels: book.levels("bid"), reach: reach.bid }),
    asks: depthBands({ ...shared, side: "ask", levels: book.levels("ask"), reach: reach.ask }),
    bestBid: bid,
    bestAsk: ask,
  };
}
