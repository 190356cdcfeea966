/** A venue client under virtual time, with everything that it told. */
import assert from "node:assert/strict";
import type { MarketEvent } from "../../../oracle/domain/market.ts";
import { createVenueCounters, type VenueCounters } from "../../../oracle/ingestion/venues/venue-counters.ts";
import type { VenueDeps, VenueFault } from "../../../oracle/ingestion/venues/venue-session.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { createManualTime, type ManualTime } from "../../helpers/manual-time.ts";
import { type Bell, createBell } from "../../helpers/venues/bell.ts";

/** 2026-11-30 00:00:20 UTC: inside a bar, and eight hours before a settlement. */
export const BENCH_START_MS = Date.UTC(2026, 10, 30, 0, 0, 20);

/** What a test of a venue works with. */
export interface VenueBench {
  readonly time: ManualTime;
  readonly bell: Bell;
  readonly deps: VenueDeps;
  readonly counters: VenueCounters;
  readonly events: readonly MarketEvent[];
  /** Every change of service of a book, e.g. `deribit BTC served`. */
  readonly services: readonly string[];
  count(venue: string, fault: VenueFault): number;
  ofKind<Kind extends MarketEvent["kind"]>(kind: Kind): readonly Extract<MarketEvent, { kind: Kind }>[];
}

/** Creates the bench. */
export function createVenueBench(): VenueBench {
  const time = createManualTime(BENCH_START_MS);
  const bell = createBell();
  const events: MarketEvent[] = [];
  const services: string[] = [];
  const tallies = createVenueCounters(() => bell.ring());
  const counters: VenueCounters = {
    ...tallies,
    book: (venue, asset, isServed) => {
      services.push(`${venue} ${asset} ${isServed ? "served" : "withdrawn"}`);
      tallies.book(venue, asset, isServed);
    },
  };
  const logger = { info: () => {}, warn: () => {} };
  const emit = (event: MarketEvent): void => void events.push(event);
  return {
    time,
    bell,
    deps: { clock: time.clock, timers: time.timers, rng: createRng("venues"), logger, counters, emit },
    counters,
    events,
    services,
    count: (venue, fault) => counters.of(venue).faults[fault] ?? 0,
    ofKind: <Kind extends MarketEvent["kind"]>(kind: Kind) =>
      events.filter((event): event is Extract<MarketEvent, { kind: Kind }> => event.kind === kind),
  };
}

/** One fault: how it is made, what is counted, whether the book goes. */
export interface FaultCase {
  readonly name: string;
  readonly fault: VenueFault;
  readonly inject: () => void;
  /** Virtual time that passes after it, milliseconds; none by default. */
  readonly waitMs?: number;
  readonly heal?: () => void;
  readonly keepsBook?: boolean;
  /** How the book comes back; by itself after the pauses, by default. */
  readonly recover?: () => Promise<void>;
}

/** A client as the fault cases need it. */
export interface BenchClient {
  readonly venue: string;
  /** Whether a connection waits to be dialled again. */
  isWaiting(): boolean;
  isServed(): boolean;
}

/** Pauses pass in steps of so much, so that a new connection has its time to be made. */
const PAUSE_STEP_MS = 100;
/** Longer than the first pause before a rebuild. */
const FIRST_REBUILD_MS = 300;

/** Makes one fault, and asserts that it was hit, that the book went with it, and that it came back. */
export async function assertFault(bench: VenueBench, client: BenchClient, fault: FaultCase): Promise<void> {
  const { venue } = client;
  await bench.bell.until(client.isServed);
  const before = bench.count(venue, fault.fault);
  const services = bench.services.length;
  fault.inject();
  bench.time.advance(fault.waitMs ?? 0);
  await bench.bell.until(() => bench.count(venue, fault.fault) > before);
  if (fault.keepsBook === true) {
    assert.equal(client.isServed(), true);
    assert.equal(bench.services.length, services);
    return;
  }
  await bench.bell.until(() => bench.services.length > services);
  assert.match(bench.services[services] ?? "", /withdrawn$/);
  fault.heal?.();
  await recover(bench, client, fault.recover);
  assert.equal(client.isServed(), true);
}

/** Waits until a connection has ended, and lets the pause before the next one pass; returns its length, milliseconds. */
export async function passPause(bench: VenueBench, { isWaiting }: BenchClient): Promise<number> {
  await bench.bell.until(isWaiting);
  let waitedMs = 0;
  while (isWaiting()) {
    bench.time.advance(PAUSE_STEP_MS);
    waitedMs += PAUSE_STEP_MS;
  }
  return waitedMs;
}

/** Lets pauses pass until the book is served again. */
export async function recover(bench: VenueBench, client: BenchClient, by?: () => Promise<void>): Promise<void> {
  if (by !== undefined) return await by();
  if (!client.isWaiting()) bench.time.advance(FIRST_REBUILD_MS);
  await bench.bell.until(() => client.isServed() || client.isWaiting());
  while (!client.isServed()) {
    await passPause(bench, client);
    await bench.bell.until(() => client.isServed() || client.isWaiting());
  }
}
