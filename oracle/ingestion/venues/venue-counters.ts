/** Counts what happens on the links to venues; one place for metrics, health and tests. */
import type { VenueFault } from "./venue-session.ts";

/** What is told of a link, by venue. */
export interface VenueCounters {
  frame(venue: string): void;
  fault(venue: string, fault: VenueFault, detail: string): void;
  /** A connection was opened; `isFirst` once in a run. */
  connected(venue: string, isFirst: boolean): void;
  /** A message came this long after the venue made it, milliseconds. */
  latency(venue: string, latencyMs: number): void;
  /** A book was taken into service or withdrawn. */
  book(venue: string, asset: string, isServed: boolean): void;
  /** What was counted of one venue so far. */
  of(venue: string): VenueTally;
}

/** Totals of one venue. */
export interface VenueTally {
  readonly frames: number;
  readonly faults: Readonly<Partial<Record<VenueFault, number>>>;
  readonly connections: number;
  /** Latency of the newest message that had a time, milliseconds; `null` before the first. */
  readonly lastLatencyMs: number | null;
  /** Assets whose book is served. */
  readonly booksServed: readonly string[];
  /** The newest fault in words; `null` before the first. */
  readonly lastFault: string | null;
}

interface MutableTally {
  frames: number;
  readonly faults: Partial<Record<VenueFault, number>>;
  connections: number;
  lastLatencyMs: number | null;
  readonly books: Set<string>;
  lastFault: string | null;
}

/**
 * Creates counters that begin at zero.
 *
 * @param onChange called after every change, with the venue's name.
 */
export function createVenueCounters(onChange: (venue: string) => void = () => {}): VenueCounters {
  const tallies = new Map<string, MutableTally>();
  const change = (venue: string, edit: (tally: MutableTally) => void): void => {
    const tally = tallies.get(venue) ?? emptyTally();
    tallies.set(venue, tally);
    edit(tally);
    onChange(venue);
  };
  return {
    frame: (venue) =>
      change(venue, (tally) => {
        tally.frames += 1;
      }),
    fault: (venue, fault, detail) =>
      change(venue, (tally) => {
        tally.faults[fault] = (tally.faults[fault] ?? 0) + 1;
        tally.lastFault = `${fault}: ${detail}`;
      }),
    connected: (venue) =>
      change(venue, (tally) => {
        tally.connections += 1;
      }),
    latency: (venue, latencyMs) =>
      change(venue, (tally) => {
        tally.lastLatencyMs = latencyMs;
      }),
    book: (venue, asset, isServed) =>
      change(venue, ({ books }) => {
        if (isServed) books.add(asset);
        else books.delete(asset);
      }),
    of: (venue) => {
      const { faults, books, ...totals } = tallies.get(venue) ?? emptyTally();
      return { ...totals, faults: { ...faults }, booksServed: [...books].sort() };
    },
  };
}

function emptyTally(): MutableTally {
  return { frames: 0, faults: {}, connections: 0, lastLatencyMs: null, books: new Set(), lastFault: null };
}
