/** One venue's book of one asset on one connection: told while it is served, asked for again after every doubt. */
import type { AssetSymbol } from "../../domain/market.ts";
import { createBackoff } from "./backoff.ts";
import { type BookKeeper, type BookKeeperOptions, createBookKeeper } from "./book-keeper.ts";
import { createThrottle } from "./throttle.ts";
import type { VenueCounters } from "./venue-counters.ts";
import type { TimeFault, VenueWire } from "./venue-session.ts";

/** Which book. */
export interface VenueBookOptions extends Pick<BookKeeperOptions, "asset" | "sourceId" | "unit" | "isWhole"> {
  readonly wire: VenueWire;
  readonly counters: VenueCounters;
  /** The venue's index prices by asset. */
  readonly indices: ReadonlyMap<AssetSymbol, number>;
  /** Asks the venue for a new snapshot. */
  readonly rebuild: () => void;
}

/** A book that is watched. */
export interface VenueBook {
  readonly book: BookKeeper;
  /** A message of the book came at a time that it cannot have: a served book is withdrawn. */
  distrust(fault: TimeFault, venueMs: number): void;
  /** Tells depth when it is due; asks again when no book came for too long. */
  tick(): void;
  /** Withdraws the book. */
  ended(): void;
}

/** Features move by the minute, and the guard ends its probation after sixty good books of a fast feed. */
const TELL_EVERY_MS = 10_000;
const REBUILD_BACKOFF = { firstMs: 100, maxMs: 60_000 };
/** A book that has held so long ends a run of rebuilds. */
const SOUND_AFTER_MS = 30_000;
/** A book that has not come for so long is asked for again; the other assets of the connection are left alone. */
const MAX_WITHOUT_BOOK_MS = 90_000;

/** Creates the book of one connection; it is not served before its first snapshot. */
export function createVenueBook(options: VenueBookOptions): VenueBook {
  const { asset, sourceId, wire, counters, rebuild } = options;
  const isDue = createThrottle(wire);
  const askAgain = createRebuilder(wire, rebuild);
  /** When the book was taken into or out of service. */
  let changedMs = wire.nowMs();
  const book = createBookKeeper({
    ...options,
    indexNow: () => options.indices.get(asset) ?? null,
    onOddity: wire.fault,
    onServed: (isServed) => {
      changedMs = wire.nowMs();
      counters.book(sourceId, asset, isServed);
    },
    onDoubt: (fault, detail) => {
      wire.fault(fault, detail);
      askAgain.soon();
    },
  });
  return {
    book,
    distrust: (fault, venueMs) => {
      const detail = `book of ${venueMs} ms`;
      if (book.isServed()) book.doubt(fault, detail);
      else wire.fault(fault, detail);
    },
    tick: () => {
      const sinceMs = wire.nowMs() - changedMs;
      if (book.isServed() && sinceMs > SOUND_AFTER_MS) askAgain.reset();
      if (!book.isServed() && sinceMs > MAX_WITHOUT_BOOK_MS) {
        changedMs = wire.nowMs();
        wire.fault("silence", `no book of ${asset}`);
        askAgain.soon();
      }
      const depth = isDue("depth", TELL_EVERY_MS) ? book.depth(wire.nowMs()) : null;
      if (depth !== null) wire.emit(depth);
    },
    ended: () => book.withdraw(),
  };
}

/** Asks once for any number of doubts, with growing pauses. */
function createRebuilder(wire: VenueWire, rebuild: () => void) {
  const backoff = createBackoff(REBUILD_BACKOFF, wire.rng);
  let isAsked = false;
  return {
    soon: (): void => {
      if (isAsked) return;
      isAsked = true;
      wire.after(backoff.nextMs(), () => {
        isAsked = false;
        rebuild();
      });
    },
    reset: backoff.reset,
  };
}
