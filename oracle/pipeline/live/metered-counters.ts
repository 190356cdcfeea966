/** Carries what venues count over to the Prometheus metrics. */
import { createVenueCounters, type VenueCounters } from "../../ingestion/venues/venue-counters.ts";
import type { Clock } from "../../platform/clock.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";

const MILLISECONDS = 1_000;

/**
 * Creates counters that also move metrics.
 *
 * @param onChange called after every change.
 */
export function createMeteredCounters(metrics: NodeMetrics, clock: Clock, onChange: () => void): VenueCounters {
  const tallies = createVenueCounters(onChange);
  return {
    of: tallies.of,
    frame: (venue) => {
      metrics.venueFrames.inc({ venue });
      metrics.venueHeardSec.set({ venue }, clock.nowSec());
      tallies.frame(venue);
    },
    fault: (venue, fault, detail) => {
      metrics.venueFaults.inc({ venue, fault });
      tallies.fault(venue, fault, detail);
    },
    connected: (venue, isFirst) => {
      metrics.venueConnections.inc({ venue });
      tallies.connected(venue, isFirst);
    },
    latency: (venue, latencyMs) => {
      metrics.venueLatencySec.observe({ venue }, latencyMs / MILLISECONDS);
      tallies.latency(venue, latencyMs);
    },
    book: (venue, asset, isServed) => {
      metrics.venueBookServed.set({ venue, asset }, isServed ? 1 : 0);
      tallies.book(venue, asset, isServed);
    },
  };
}
