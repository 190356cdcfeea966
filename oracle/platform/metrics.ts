/** Prometheus metrics of one node: a registry of its own, so that tests and operators in one process do not mix. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { createVenueMetrics, type VenueMetrics } from "./venue-metrics.ts";

/** Bucket edges of a round in seconds: the goal is 0.5 s, the limit of a round 30 s. */
const ROUND_BUCKETS_SEC = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30];

/** Bucket edges of an explained round in seconds: about 20 ms a position, whenever the processor is free. */
const EXPLANATION_BUCKETS_SEC = [0.1, 0.3, 1, 3, 10, 30, 100];

/** What a node counts. Label values come from closed sets, never from addresses or ids. */
export interface NodeMetrics extends VenueMetrics {
  readonly registry: Registry;
  /** Rounds ended, by `outcome` (`quorum`, `vetoed`, …). */
  readonly rounds: Counter<"outcome">;
  /** Snapshot to quorum, seconds. */
  readonly roundDurationSec: Histogram;
  /** Market events that the ingestion guard passed on. */
  readonly ingestionAccepted: Counter;
  /** Market events that the ingestion guard refused, by `reason`. */
  readonly ingestionRejected: Counter<"reason">;
  /** 1 while the feed defence does not use a reading, by `asset`, `feature`, `source`, `action` and `reason`. */
  readonly feedRefused: Gauge<"asset" | "feature" | "source" | "action" | "reason">;
  /** Reports by `outcome`: `signed`, `accepted`, `held`, `rejected`. */
  readonly reports: Counter<"outcome">;
  /** What became of the reports' transactions, by `outcome`: `final`, `reorged`, `resubmitted`, `refused`. */
  readonly transactions: Counter<"outcome">;
  /** Positions known, by `status` of the read model. */
  readonly positions: Gauge<"status">;
  /** Positions that a round did not score, by `reason`. */
  readonly positionsRejected: Counter<"reason">;
  /** 1 for the `mode` in which the breaker was seen last, 0 for the others. */
  readonly breakerMode: Gauge<"mode">;
  /** Reports that the chain holds and that may still be released. */
  readonly heldReports: Gauge;
  /** Values left out of reports because they would lower a requirement, by the breaker's `reason`. */
  readonly looseningsLeftOut: Counter<"reason">;
  /** Rounds that were scored, but signed and sent nothing, by `reason`. */
  readonly roundsWithheld: Counter<"reason">;
  /** Calls that moved a guard of the chain, by `call`. */
  readonly guardCalls: Counter<"call">;
  /** 1 while an alarm of the drift watch makes an `asset` doubtful. */
  readonly driftDoubt: Gauge<"asset">;
  /** Mean normalised loss of the served quantiles over a week, by `asset`; 1 as in training. */
  readonly driftLoss: Gauge<"asset">;
  /** Greatest factor by which the drift watch widens the quantiles of an `asset`. */
  readonly driftWidening: Gauge<"asset">;
  /** Probability of a wave of liquidations within 6 or 24 h, by `asset` and `horizon`. */
  readonly cascadeProbability: Gauge<"asset" | "horizon">;
  /** USD that known positions would sell by force, by `asset` and `protocol`. */
  readonly cascadeBookUsd: Gauge<"asset" | "protocol">;
  /** 1 for the `phase` of an episode of caution in which an `asset` is, 0 for the others. */
  readonly cautionPhase: Gauge<"asset" | "phase">;
  /** 1 where it is not known whether caution is called for on an `asset`, by `reason`. */
  readonly cautionUnknown: Gauge<"asset" | "reason">;
  /** 1 where a quorum `says` call for an `asset`, or would if those who do not know did (unknown). */
  readonly cautionQuorum: Gauge<"asset" | "says">;
  /** Missing of lending markets in the last round, by `source` and `reason`. */
  readonly lendingRejected: Gauge<"source" | "reason">;
  /** Trades of the hedging mandates, by `asset`. */
  readonly hedgeTrades: Counter<"asset">;
  /** Why a mandate did less or nothing, by `asset` and `reason`. */
  readonly hedgeRefusals: Counter<"asset" | "reason">;
  /** Net delta of the fund and position of its hedge, by `asset` and `side`; coins. */
  readonly hedgeCoins: Gauge<"asset" | "side">;
  /** 1 while options of an `asset` are valued off a surface of quotes. */
  readonly surfaceServed: Gauge<"asset">;
  /** Age of the quotes behind that surface, seconds, by `asset`. */
  readonly surfaceAgeSec: Gauge<"asset">;
  /** Share of the quotes between whose bid and ask the surface's price lies, by `asset`. */
  readonly surfaceInside: Gauge<"asset">;
  /** Scores explained, by `outcome`: `shown`, or why not. */
  readonly explanations: Counter<"outcome">;
  /** Market time between the newest signed round and the newest explained one, seconds. */
  readonly explanationAgeSec: Gauge;
  /** Greatest difference between the parts of an explanation and what they explain, in the last round. */
  readonly explanationGap: Gauge;
  /** Time to explain one round, seconds. */
  readonly explanationSec: Histogram;
  /** Jobs waiting or delayed, by `queue`. */
  readonly queueDepth: Gauge<"queue">;
}

/** How the registry is set up. */
export interface MetricsOptions {
  /** Also collect Node's process metrics (event-loop delay, memory); off in tests. */
  readonly processMetrics: boolean;
}

/** What the chain's guards do to a node. */
type GuardMetrics = Pick<
  NodeMetrics,
  "breakerMode" | "heldReports" | "looseningsLeftOut" | "roundsWithheld" | "guardCalls"
>;

/** What explaining scores comes to. */
type ExplanationMetrics = Pick<NodeMetrics, "explanations" | "explanationAgeSec" | "explanationGap" | "explanationSec">;

/** What the hedger of the insurance funds does. */
type HedgeMetrics = Pick<NodeMetrics, "hedgeTrades" | "hedgeRefusals" | "hedgeCoins">;

/** Whether operators call for caution. */
type CautionMetrics = Pick<NodeMetrics, "cautionPhase" | "cautionUnknown" | "cautionQuorum">;

/** Creates a registry with the metrics of {@link NodeMetrics}; names begin with `plimsoll_`. */
export function createMetrics(options: MetricsOptions): NodeMetrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `plimsoll_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `plimsoll_${name}`, help, labelNames, registers });
  return {
    registry,
    rounds: counter("rounds_total", "Rounds ended, by outcome.", ["outcome"]),
    roundDurationSec: new Histogram({
      name: "plimsoll_round_duration_seconds",
      help: "Time from snapshot to quorum.",
      buckets: ROUND_BUCKETS_SEC,
      registers,
    }),
    ingestionAccepted: counter("ingestion_accepted_total", "Market events passed on."),
    ingestionRejected: counter("ingestion_rejected_total", "Market events refused, by reason.", ["reason"]),
    reports: counter("reports_total", "Reports, by outcome.", ["outcome"]),
    transactions: counter("transactions_total", "Transactions of reports, by outcome.", ["outcome"]),
    positions: gauge("positions", "Short positions known, by status.", ["status"]),
    positionsRejected: counter("positions_rejected_total", "Positions that a round did not score, by reason.", [
      "reason",
    ]),
    feedRefused: createFeedMetric(registry),
    ...createGuardMetrics(registry),
    ...createHedgeMetrics(registry),
    ...createCautionMetrics(registry),
    ...createVenueMetrics(registry),
    driftDoubt: gauge("drift_doubt", "1 while an alarm of the drift watch makes the asset doubtful.", ["asset"]),
    driftLoss: gauge("drift_loss", "Mean normalised loss of the served quantiles over a week.", ["asset"]),
    driftWidening: gauge("drift_widening", "Greatest factor on the served quantiles of the asset.", ["asset"]),
    cascadeProbability: gauge("cascade_probability", "Probability of a wave of liquidations within the horizon.", [
      "asset",
      "horizon",
    ]),
    cascadeBookUsd: gauge("cascade_book_usd", "USD that known positions would sell by force.", ["asset", "protocol"]),
    lendingRejected: gauge("lending_rejected", "What is missing of lending markets in the last round.", [
      "source",
      "reason",
    ]),
    surfaceServed: gauge("surface_served", "1 while options are valued off a surface of quotes.", ["asset"]),
    surfaceAgeSec: gauge("surface_age_seconds", "Age of the quotes behind the surface.", ["asset"]),
    surfaceInside: gauge("surface_inside_share", "Share of the quotes that hold the surface's price.", ["asset"]),
    ...createExplanationMetrics(registry),
    queueDepth: gauge("queue_depth", "Jobs waiting or delayed, by queue.", ["queue"]),
  };
}

function createExplanationMetrics(registry: Registry): ExplanationMetrics {
  const registers = [registry];
  return {
    explanations: new Counter({
      name: "plimsoll_explanations_total",
      help: "Scores explained, or why not.",
      labelNames: ["outcome"],
      registers,
    }),
    explanationAgeSec: new Gauge({
      name: "plimsoll_explanation_age_seconds",
      help: "Market time between the newest signed round and the newest explained one.",
      registers,
    }),
    explanationGap: new Gauge({
      name: "plimsoll_explanation_gap",
      help: "Greatest difference between the parts of an explanation and what they explain.",
      registers,
    }),
    explanationSec: new Histogram({
      name: "plimsoll_explanation_duration_seconds",
      help: "Time to explain one round.",
      buckets: EXPLANATION_BUCKETS_SEC,
      registers,
    }),
  };
}

function createFeedMetric(registry: Registry): NodeMetrics["feedRefused"] {
  return new Gauge({
    name: "plimsoll_feed_refused",
    help: "1 while the feed defence does not use a reading.",
    labelNames: ["asset", "feature", "source", "action", "reason"],
    registers: [registry],
  });
}

function createHedgeMetrics(registry: Registry): HedgeMetrics {
  const registers = [registry];
  return {
    hedgeTrades: new Counter({
      name: "plimsoll_hedge_trades_total",
      help: "Trades of the hedging mandates.",
      labelNames: ["asset"],
      registers,
    }),
    hedgeRefusals: new Counter({
      name: "plimsoll_hedge_refusals_total",
      help: "Why a mandate did less or nothing, by reason.",
      labelNames: ["asset", "reason"],
      registers,
    }),
    hedgeCoins: new Gauge({
      name: "plimsoll_hedge_coins",
      help: "Net delta of the fund, and position of its hedge.",
      labelNames: ["asset", "side"],
      registers,
    }),
  };
}

function createCautionMetrics(registry: Registry): CautionMetrics {
  const registers = [registry];
  return {
    cautionPhase: new Gauge({
      name: "plimsoll_caution_phase",
      help: "1 for the phase of an episode of caution in which the asset is.",
      labelNames: ["asset", "phase"],
      registers,
    }),
    cautionUnknown: new Gauge({
      name: "plimsoll_caution_unknown",
      help: "1 where it is not known whether caution is called for, by reason.",
      labelNames: ["asset", "reason"],
      registers,
    }),
    cautionQuorum: new Gauge({
      name: "plimsoll_caution_quorum",
      help: "1 where a quorum calls for caution, or would if those who do not know did.",
      labelNames: ["asset", "says"],
      registers,
    }),
  };
}

function createGuardMetrics(registry: Registry): GuardMetrics {
  const registers = [registry];
  return {
    breakerMode: new Gauge({
      name: "plimsoll_breaker_mode",
      help: "1 for the mode in which the breaker was seen last.",
      labelNames: ["mode"],
      registers,
    }),
    heldReports: new Gauge({
      name: "plimsoll_held_reports",
      help: "Held reports that may still be released.",
      registers,
    }),
    looseningsLeftOut: new Counter({
      name: "plimsoll_loosenings_left_out_total",
      help: "Values left out because the breaker allows no loosening, by its reason.",
      labelNames: ["reason"],
      registers,
    }),
    roundsWithheld: new Counter({
      name: "plimsoll_rounds_withheld_total",
      help: "Rounds that signed and sent nothing, by reason.",
      labelNames: ["reason"],
      registers,
    }),
    guardCalls: new Counter({
      name: "plimsoll_guard_calls_total",
      help: "Calls that moved a guard of the chain, by call.",
      labelNames: ["call"],
      registers,
    }),
  };
}
