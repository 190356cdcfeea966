/** Asks every venue for a while and says what answered, how late and how complete. */
import type { Logger } from "pino";
import type { AssetSymbol, MarketEvent } from "../../domain/market.ts";
import { openLiveFeed, VENUES, type VenueAddresses } from "../../ingestion/venues/live-feed.ts";
import { createVenueCounters } from "../../ingestion/venues/venue-counters.ts";
import type { Rng } from "../../math/rng.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Timers } from "../../platform/timers.ts";

/** What is asked, and for how long. */
export interface VenueCheckOptions {
  readonly assets: readonly AssetSymbol[];
  readonly listenMs: number;
  readonly addresses: VenueAddresses;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly rng: Rng;
  readonly logger: Pick<Logger, "info" | "warn">;
}

/** `complete`: everything that always speaks was heard. */
export type CheckVerdict = "complete" | "partial" | "unreachable";

/** What one venue did. */
export interface VenueCheckRow {
  readonly source: string;
  readonly verdict: CheckVerdict;
  readonly connections: number;
  readonly frames: number;
  /** Latency of the newest message, milliseconds; negative where the venue's clock runs ahead of ours. */
  readonly latencyMs: number | null;
  /** Kinds of events heard, and those expected within the time that were not. */
  readonly heard: readonly MarketEvent["kind"][];
  readonly missing: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  /** The newest fault in words; `null` without any. */
  readonly error: string | null;
}

/** What every venue tells of every asset within a quarter of a minute. */
const EXPECTED_KINDS = ["book", "reference"] as const;

/** Listens to all venues at once; rows in the venues' order. */
export async function checkVenues(options: VenueCheckOptions): Promise<readonly VenueCheckRow[]> {
  const events: MarketEvent[] = [];
  const counters = createVenueCounters();
  const feed = openLiveFeed({
    assets: options.assets,
    barSpanMs: options.listenMs,
    addresses: options.addresses,
    deps: { ...options, counters, emit: (event) => void events.push(event) },
  });
  await new Promise<void>((resolve) => options.timers.after(options.listenMs, resolve));
  const rows = VENUES.map((venue) => {
    const own = events.filter(({ sourceId }) => sourceId === venue);
    const { connections, frames, lastLatencyMs, faults, lastFault } = counters.of(venue);
    const missing = options.assets.flatMap((asset) =>
      EXPECTED_KINDS.filter((kind) => !own.some((event) => event.asset === asset && event.kind === kind)).map(
        (kind) => `${asset} ${kind}`,
      ),
    );
    const verdict: CheckVerdict = frames === 0 ? "unreachable" : missing.length === 0 ? "complete" : "partial";
    return {
      source: venue,
      verdict,
      connections,
      frames,
      latencyMs: lastLatencyMs,
      heard: [...new Set(own.map(({ kind }) => kind))].sort(),
      missing,
      faults,
      error: lastFault,
    };
  });
  feed.close();
  return rows;
}
