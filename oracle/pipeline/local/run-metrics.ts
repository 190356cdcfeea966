/** Carries what happens in a run over to the Prometheus counters. */
import type { BreakerReason, WithheldReason } from "../../domain/breaker.ts";
import type { CascadeState } from "../../domain/cascade.ts";
import { CAUTION_PHASES, type CautionState, type CautionVotes } from "../../domain/caution.ts";
import { type DeliveryRow, SHOWN_MODES } from "../../domain/delivery.ts";
import type { DriftState } from "../../domain/drift.ts";
import type { FeedVerdict } from "../../domain/feed-verdict.ts";
import type { FundHedgeRow } from "../../domain/fund-hedge.ts";
import type { LendingReject } from "../../domain/lending.ts";
import type { IngestionCounts } from "../../domain/market.ts";
import type { SurfaceState } from "../../domain/quoted-surface.ts";
import type { PositionRow } from "../../domain/view.ts";
import type { PositionReject } from "../../ingestion/sources/source-positions.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import type { GuardCall } from "../../simulation/agents/guard-keeper.ts";

/**
 * How a round ended: `withheld` under a breaker that forbids it or cannot be read, `empty` when the chain would take
 * nothing of it, `vetoed` with too few observations.
 */
export type RoundFate = "quorum" | "withheld" | "empty" | "vetoed" | "failed";

/** Counters of a run. */
export interface RunMetrics {
  round(outcome: RoundFate, durationMs: number): void;
  /** A round that signed and sent nothing. */
  withheld(reason: WithheldReason): void;
  /** Values that a report lacks because of a breaker that is not NORMAL. */
  looseningsLeftOut(reason: BreakerReason, count: number): void;
  /** What a look at the chain's guards has found. */
  delivery(delivery: DeliveryRow): void;
  guardCall(call: GuardCall): void;
  report(outcome: "signed" | "accepted" | "held" | "rejected"): void;
  /** Of a transaction that carries a report; `refused` when a reorg took it and the chain takes its report no more. */
  transaction(outcome: "final" | "reorged" | "resubmitted" | "refused"): void;
  /** Takes running totals; the counters grow by the difference to the last ones. */
  ingestion(counts: IngestionCounts): void;
  /** Readings that the feed defence does not use now. */
  feeds(verdicts: readonly FeedVerdict[]): void;
  positions(rows: readonly PositionRow[]): void;
  /** A mandate after a look, and what the look traded. */
  hedge(row: FundHedgeRow, tradedCoins: number): void;
  /** Why a look did less or nothing, also one that failed. */
  hedgeRefused(asset: string, refusals: readonly string[]): void;
  /** How good the served quantiles have been, and what follows. */
  drift(states: readonly DriftState[]): void;
  /** How likely forced selling is; what is not stated any more is shown no more. */
  cascades(states: readonly CascadeState[]): void;
  /** Where episodes of caution stand, what is not known, and what a quorum says. */
  caution(states: readonly CautionState[], votes: CautionVotes): void;
  /** What is missing of lending markets. */
  lending(rejects: readonly LendingReject[]): void;
  /** Which assets are scored off quoted options, how old and how good these are; what is not known is shown no more. */
  surfaces(states: readonly SurfaceState[]): void;
  /** Counts positions that a round did not score. */
  rejected(rejects: readonly PositionReject[]): void;
}

const MILLISECONDS = 1_000;
const STATUSES = [
  "unscored",
  "fresh",
  "stale",
  "flagged",
  "closed",
  "settled",
] as const satisfies readonly PositionRow["status"][];

/** Creates the counters on a node's registry. */
export function createRunMetrics(metrics: NodeMetrics): RunMetrics {
  let last: IngestionCounts = { accepted: 0, rejected: {} };
  return {
    round: (outcome, durationMs) => {
      metrics.rounds.inc({ outcome });
      metrics.roundDurationSec.observe(durationMs / MILLISECONDS);
    },
    withheld: (reason) => metrics.roundsWithheld.inc({ reason }),
    looseningsLeftOut: (reason, count) => metrics.looseningsLeftOut.inc({ reason }, count),
    delivery: ({ breaker, heldReports }) => {
      for (const mode of SHOWN_MODES) metrics.breakerMode.set({ mode }, breaker.mode === mode ? 1 : 0);
      metrics.heldReports.set(heldReports.filter(({ state }) => state === "waiting").length);
    },
    guardCall: (call) => metrics.guardCalls.inc({ call }),
    report: (outcome) => metrics.reports.inc({ outcome }),
    transaction: (outcome) => metrics.transactions.inc({ outcome }),
    ingestion: (counts) => {
      metrics.ingestionAccepted.inc(counts.accepted - last.accepted);
      const before = new Map(Object.entries(last.rejected));
      for (const [reason, count] of Object.entries(counts.rejected)) {
        metrics.ingestionRejected.inc({ reason }, count - (before.get(reason) ?? 0));
      }
      last = counts;
    },
    feeds: (verdicts) => showFeeds(metrics, verdicts),
    drift: (states) => showDrift(metrics, states),
    cascades: (states) => showCascades(metrics, states),
    caution: (states, votes) => showCaution(metrics, states, votes),
    lending: (rejects) => {
      metrics.lendingRejected.reset();
      for (const { sourceId, reason, count } of rejects)
        metrics.lendingRejected.set({ source: sourceId, reason }, count);
    },
    hedgeRefused: (asset, refusals) => {
      for (const reason of refusals) metrics.hedgeRefusals.inc({ asset, reason });
    },
    hedge: (row, tradedCoins) => showHedge(metrics, row, tradedCoins),
    surfaces: (states) => showSurfaces(metrics, states),
    rejected: (rejects) => {
      for (const { reason, count } of rejects) metrics.positionsRejected.inc({ reason }, count);
    },
    positions: (rows) => {
      for (const status of STATUSES) {
        metrics.positions.set({ status }, rows.filter((row) => row.status === status).length);
      }
    },
  };
}

function showFeeds(metrics: NodeMetrics, verdicts: readonly FeedVerdict[]): void {
  metrics.feedRefused.reset();
  for (const { asset, feature, sourceId, action, reason } of verdicts)
    if (action !== "use") metrics.feedRefused.set({ asset, feature, source: sourceId, action, reason }, 1);
}

function showDrift(metrics: NodeMetrics, states: readonly DriftState[]): void {
  for (const { asset, isDoubted, recentLoss, widening } of states) {
    metrics.driftDoubt.set({ asset }, isDoubted ? 1 : 0);
    if (recentLoss !== null) metrics.driftLoss.set({ asset }, recentLoss);
    metrics.driftWidening.set({ asset }, Math.max(1, ...widening));
  }
}

function showCascades(metrics: NodeMetrics, states: readonly CascadeState[]): void {
  metrics.cascadeProbability.reset();
  metrics.cascadeBookUsd.reset();
  for (const { asset, probability6h, probability24h, isAssumed, curve } of states) {
    for (const [protocol, usd] of Object.entries(curve.protocolUsd))
      metrics.cascadeBookUsd.set({ asset, protocol }, usd);
    if (isAssumed) continue;
    metrics.cascadeProbability.set({ asset, horizon: "6h" }, probability6h);
    metrics.cascadeProbability.set({ asset, horizon: "24h" }, probability24h);
  }
}

function showCaution(metrics: NodeMetrics, states: readonly CautionState[], { calls, unknown }: CautionVotes): void {
  for (const gauge of [metrics.cautionPhase, metrics.cautionUnknown, metrics.cautionQuorum]) gauge.reset();
  for (const { asset, phase, reading } of states) {
    for (const one of CAUTION_PHASES) metrics.cautionPhase.set({ asset, phase: one }, one === phase ? 1 : 0);
    if (reading.doubt !== null) metrics.cautionUnknown.set({ asset, reason: reading.doubt }, 1);
  }
  for (const asset of calls) metrics.cautionQuorum.set({ asset, says: "call" }, 1);
  for (const asset of unknown) metrics.cautionQuorum.set({ asset, says: "unknown" }, 1);
}

function showSurfaces(metrics: NodeMetrics, states: readonly SurfaceState[]): void {
  metrics.surfaceServed.reset();
  metrics.surfaceAgeSec.reset();
  metrics.surfaceInside.reset();
  for (const { asset, atSec, reading } of states) {
    metrics.surfaceServed.set({ asset }, reading.ok ? 1 : 0);
    if (!reading.ok) continue;
    const { quotedAtSec, quotes, quotesInside } = reading.value;
    metrics.surfaceAgeSec.set({ asset }, atSec - quotedAtSec);
    metrics.surfaceInside.set({ asset }, quotesInside / quotes);
  }
}

function showHedge(
  metrics: NodeMetrics,
  { asset, netDeltaCoins, positionCoins }: FundHedgeRow,
  tradedCoins: number,
): void {
  if (tradedCoins !== 0) metrics.hedgeTrades.inc({ asset });
  metrics.hedgeCoins.set({ asset, side: "hedge" }, positionCoins);
  // What is not known is not shown as zero.
  if (netDeltaCoins === null) metrics.hedgeCoins.remove({ asset, side: "fund" });
  else metrics.hedgeCoins.set({ asset, side: "fund" }, netDeltaCoins);
}
