/** Prometheus metrics of the links to venues and of what is asked beside them. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What a live node counts of its venues. Label values come from closed sets. */
export interface VenueMetrics {
  /** Frames heard of a `venue`. */
  readonly venueFrames: Counter<"venue">;
  /** What was wrong with a `venue`, by `fault`: gaps, silences, malformed frames, … */
  readonly venueFaults: Counter<"venue" | "fault">;
  /** Connections opened to a `venue`; all but the first are reconnects. */
  readonly venueConnections: Counter<"venue">;
  /** Time from a `venue` to this node, seconds. */
  readonly venueLatencySec: Histogram<"venue">;
  /** When the last frame of a `venue` came, seconds since the epoch. */
  readonly venueHeardSec: Gauge<"venue">;
  /** 1 while the book of an `asset` at a `venue` is served, 0 while it is withdrawn. */
  readonly venueBookServed: Gauge<"venue" | "asset">;
}

/** Bucket edges of the way from a venue, seconds: a message older than ten seconds is not used. */
const LATENCY_BUCKETS_SEC = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/** Creates the metrics on a node's registry; names begin with `plimsoll_venue_`. */
export function createVenueMetrics(registry: Registry): VenueMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `plimsoll_venue_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `plimsoll_venue_${name}`, help, labelNames, registers });
  return {
    venueFrames: counter("frames_total", "Frames heard of a venue.", ["venue"]),
    venueFaults: counter("faults_total", "What was wrong with a venue, by fault.", ["venue", "fault"]),
    venueConnections: counter("connections_total", "Connections opened to a venue.", ["venue"]),
    venueLatencySec: new Histogram({
      name: "plimsoll_venue_latency_seconds",
      help: "Time from a venue to this node.",
      labelNames: ["venue"],
      buckets: LATENCY_BUCKETS_SEC,
      registers,
    }),
    venueHeardSec: gauge("heard_timestamp_seconds", "When the last frame of a venue came.", ["venue"]),
    venueBookServed: gauge("book_served", "1 while the book of an asset at a venue is served.", ["venue", "asset"]),
  };
}
