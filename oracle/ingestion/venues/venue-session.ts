/** What a venue's protocol and the connection core know of each other. */
import type { Logger } from "pino";
import type { MarketEvent } from "../../domain/market.ts";
import type { Rng } from "../../math/rng.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Timers } from "../../platform/timers.ts";
import type { VenueCounters } from "./venue-counters.ts";

/**
 * What can be wrong with a venue. A book is withdrawn by `gap`, `stale`, `future`, `crossed-book`, `empty-book`,
 * `unit-jump` and `stale-snapshot`; the whole link ends by `refused`, `silence`, `disconnect` and `unreachable`; the
 * others lose one frame.
 */
export type VenueFault =
  | "malformed"
  | "unknown-frame"
  | "duplicate"
  | "gap"
  | "stale"
  | "future"
  | "crossed-book"
  | "empty-book"
  | "unit-jump"
  | "stale-snapshot"
  | "late-trade"
  | "incomplete-bar"
  | "refused"
  | "silence"
  | "disconnect"
  | "unreachable"
  | "rate-limited"
  | "server-error";

/** Why the time of a message makes it unusable. */
export type TimeFault = Extract<VenueFault, "stale" | "future">;

/** What the core lends to a session while its link lives. Times in milliseconds since the epoch. */
export interface VenueWire {
  nowMs(): number;
  /** Jitter of rebuilds. */
  readonly rng: Rng;
  /** Sends one JSON frame; lost when the link is down. */
  send(frame: object): void;
  emit(event: MarketEvent): void;
  /** Counts and logs what is wrong, and goes on. */
  fault(fault: VenueFault, detail: string): void;
  /** The same, and begins again with a new connection. */
  restart(fault: VenueFault, detail: string): void;
  /**
   * Notes a message of a channel by its venue time.
   *
   * @returns what makes it unusable, for the caller to count: its time is too far from ours. Such a message does not break the
   *   channel's silence.
   */
  heard(channel: string, venueMs: number): TimeFault | null;
  /** Calls once after a delay, unless the link has ended by then. */
  after(delayMs: number, call: () => void): void;
}

/** One venue's protocol over one connection; made anew for each. */
export interface VenueSession {
  /** Longest silence of each channel that always speaks, milliseconds. */
  readonly silenceLimitsMs: ReadonlyMap<string, number>;
  /** The socket is open: says what it wants to hear. */
  opened(): void;
  /** One JSON value from the venue. */
  read(frame: unknown): void;
  /** Called every second while the link lives. */
  tick(): void;
  /** The link has ended: nothing of it may be served any more. */
  ended(): void;
}

/** Everything that a venue client is handed. */
export interface VenueDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Jitter of reconnects. */
  readonly rng: Rng;
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly counters: VenueCounters;
  /** Takes every event, in the order in which they were made. */
  readonly emit: (event: MarketEvent) => void;
}
