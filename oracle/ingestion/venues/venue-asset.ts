/** What every venue makes of one asset: book, bars, flow, liquidations, funding, open interest and reference prices. */
import type { AssetSymbol, Liquidation, ReferenceBasis } from "../../domain/market.ts";
import { createBackoff } from "./backoff.ts";
import { type BarBuilder, createBarBuilder } from "./bar-builder.ts";
import { type BookKeeper, createBookKeeper } from "./book-keeper.ts";
import { createFundingRoll, type FundingRoll } from "./funding-roll.ts";
import type { VenueCounters } from "./venue-counters.ts";
import type { VenueWire } from "./venue-session.ts";

/** Which asset of which venue. */
export interface VenueAssetOptions {
  readonly asset: AssetSymbol;
  readonly sourceId: string;
  /** Unit of the sizes in its book. */
  readonly unit: "coins" | "usd";
  /** Whether its snapshots hold every level. */
  readonly isWhole: boolean;
  readonly barSpanMs: number;
  readonly wire: VenueWire;
  readonly counters: VenueCounters;
  /** Asks the venue for a new snapshot. */
  readonly rebuild: () => void;
}

/** One asset on one connection. Times in milliseconds since the epoch. */
export interface VenueAsset {
  readonly book: BookKeeper;
  readonly bars: BarBuilder;
  readonly funding: FundingRoll;
  reference(basis: ReferenceBasis, price: number, venueMs: number): void;
  openInterest(coins: number, venueMs: number): void;
  liquidation(closed: Pick<Liquidation, "side" | "coins" | "price">, venueMs: number): void;
  /** Sends what is due; begins again when no book came for too long. */
  tick(): void;
  /** Withdraws everything. */
  ended(): void;
}

const MS_PER_SECOND = 1_000;
/** Depth and reference prices are told so often: features move by the minute, the guard counts books of fast feeds. */
const TELL_EVERY_MS = 10_000;
const OPEN_INTEREST_EVERY_MS = 60_000;
const REBUILD_BACKOFF = { firstMs: 100, maxMs: 60_000 };
/** A book that has held so long ends a run of rebuilds. */
const SOUND_AFTER_MS = 30_000;
/** A link that brings no book for so long is broken, whatever else it brings. */
const MAX_WITHOUT_BOOK_MS = 90_000;

/** Creates the parts of one asset for one connection. */
export function createVenueAsset(options: VenueAssetOptions): VenueAsset {
  const { asset, sourceId, wire } = options;
  const isDue = createThrottle(wire);
  const stamp = (venueMs: number) => ({
    asset,
    sourceId,
    sourceTimeSec: venueMs / MS_PER_SECOND,
    receivedTimeSec: wire.nowMs() / MS_PER_SECOND,
  });
  const { book, watch } = keepBook(options);
  const bars = createBarBuilder({
    asset,
    sourceId,
    spanMs: options.barSpanMs,
    onBar: (bar, flow) => {
      wire.emit(bar);
      wire.emit(flow);
    },
    onOddity: wire.fault,
  });
  return {
    book,
    bars,
    funding: createFundingRoll((ratePer8h, settledMs) =>
      wire.emit({ kind: "funding", ...stamp(settledMs), ratePer8h }),
    ),
    reference: (basis, price, venueMs) => {
      if (basis === "index") book.seeIndex(price);
      if (isDue(basis, TELL_EVERY_MS)) wire.emit({ kind: "reference", ...stamp(venueMs), basis, price });
    },
    openInterest: (coins, venueMs) => {
      if (isDue("open-interest", OPEN_INTEREST_EVERY_MS)) {
        wire.emit({ kind: "open-interest", ...stamp(venueMs), coins });
      }
    },
    liquidation: (closed, venueMs) => wire.emit({ kind: "liquidation", ...stamp(venueMs), ...closed }),
    tick: () => {
      watch();
      bars.advance(wire.nowMs());
      const depth = isDue("depth", TELL_EVERY_MS) ? book.depth(wire.nowMs()) : null;
      if (depth !== null) wire.emit(depth);
    },
    ended: () => {
      book.withdraw();
      bars.interrupt();
    },
  };
}

/** A book that is asked for again after every doubt, with growing pauses, one request at a time. */
function keepBook({ asset, sourceId, unit, isWhole, wire, counters, rebuild }: VenueAssetOptions) {
  const backoff = createBackoff(REBUILD_BACKOFF, wire.rng);
  let isAsked = false;
  /** When the book was taken into or out of service. */
  let changedMs = wire.nowMs();
  const book: BookKeeper = createBookKeeper({
    asset,
    sourceId,
    unit,
    isWhole,
    onOddity: wire.fault,
    onServed: (isServed) => {
      changedMs = wire.nowMs();
      counters.book(sourceId, asset, isServed);
    },
    onDoubt: (fault, detail) => {
      wire.fault(fault, detail);
      if (isAsked) return;
      isAsked = true;
      wire.after(backoff.nextMs(), () => {
        isAsked = false;
        rebuild();
      });
    },
  });
  const watch = (): void => {
    const sinceMs = wire.nowMs() - changedMs;
    if (book.isServed() && sinceMs > SOUND_AFTER_MS) backoff.reset();
    if (!book.isServed() && sinceMs > MAX_WITHOUT_BOOK_MS) wire.restart("silence", `no book of ${asset}`);
  };
  return { book, watch };
}

/** Says whether the last time that it said yes to a name is long enough ago. */
function createThrottle(wire: VenueWire): (name: string, everyMs: number) => boolean {
  const toldMs = new Map<string, number>();
  return (name, everyMs) => {
    const nowMs = wire.nowMs();
    if (nowMs - (toldMs.get(name) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    toldMs.set(name, nowMs);
    return true;
  };
}
