/** Feeds a market window from a source up to a time, as one operator sees it. */
import type { IngestionCounts, MarketSnapshot, MarketSource } from "../domain/market.ts";
import { SECONDS_PER_DAY } from "../domain/units.ts";
import type { MarketWindow } from "./market-window.ts";
import { type ObservationNoise, withObservationNoise } from "./observation-noise.ts";

/** History read before the first time asked for, seconds: 120 days. */
const DEFAULT_HISTORY_SEC = 120 * SECONDS_PER_DAY;

/** What an ingestor is made of. */
export interface MarketIngestorOptions {
  readonly source: MarketSource;
  readonly window: MarketWindow;
  /** Absent: the operator sees exactly what the source delivers. */
  readonly noise?: ObservationNoise;
  /** How far before the first `advanceTo` events are read, seconds; 120 days by default. */
  readonly historySec?: number;
}

/** One operator's view of a market source, moving forward in time. */
export interface MarketIngestor {
  /** Reads and ingests all events received by `atSec`; a time before the last one is ignored. */
  advanceTo(atSec: number): void;
  /** Snapshot at the time last advanced to. */
  snapshot(): MarketSnapshot;
  counts(): IngestionCounts;
}

/** Creates an ingestor; the first `advanceTo` also reads the history before it. */
export function createMarketIngestor(options: MarketIngestorOptions): MarketIngestor {
  const { source, window, noise } = options;
  const delaySec = noise?.delaySec ?? 0;
  let nowSec = Number.NEGATIVE_INFINITY;
  return {
    advanceTo: (atSec) => {
      if (atSec <= nowSec) return;
      const fromSec = Math.max(nowSec, atSec - (options.historySec ?? DEFAULT_HISTORY_SEC));
      for (const event of source.events(fromSec - delaySec, atSec - delaySec)) {
        const seen = noise === undefined ? event : withObservationNoise(event, noise);
        window.ingest(seen, seen.receivedTimeSec);
      }
      nowSec = atSec;
    },
    snapshot: () => window.snapshot(nowSec),
    counts: () => window.counts(),
  };
}
