/** Brings quorum reports to the chain: keeps each one first, so that a restart can still submit it. */
import type { Logger } from "pino";
import type { ChainClient } from "../../chain/client.ts";
import type { QuorumReport } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { ReportRow } from "../../domain/view.ts";
import type { OperatorStore, SharedStore } from "../../platform/database/store.ts";
import type { SubmissionResult } from "../../submission/confirm.ts";
import { submitReport } from "../../submission/transmit.ts";
import type { OperatorKeys } from "../operator-keys.ts";
import { decodeQuorum, encodeQuorum } from "../quorum-codec.ts";
import type { RunCounters } from "../run-summary.ts";
import { type JobLaneOptions, openJobLane } from "./job-runner.ts";
import { isApplied, recordFate, slotOf } from "./report-fate.ts";
import type { RunMetrics } from "./run-metrics.ts";
import { openTransactionWatch } from "./transaction-watch.ts";
import { createTransmitters, type Transmitter, turnOf } from "./transmitters.ts";

/** What the desk works with. */
export interface SubmissionDeskOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** Signer addresses in signer order. */
  readonly signers: readonly Address[];
  readonly keys: readonly OperatorKeys[];
  readonly stores: readonly OperatorStore[];
  readonly shared: SharedStore;
  readonly lanes: JobLaneOptions;
  /** Configuration that this run's reports are signed under. */
  readonly configDigest: Hex;
  readonly counters: RunCounters;
  readonly metrics: RunMetrics;
  readonly logger: Pick<Logger, "warn">;
  /** Blocks that must follow a report's block before the report is no longer watched. */
  readonly finalityBlocks: number;
  /** Time between two looks at one transaction, milliseconds; 5 000 by default. */
  readonly lookEveryMs?: number;
  /** Told of every report that reached an end, and again when a reorg changes it. */
  readonly onReport: (row: ReportRow) => void;
}

/** Submits reports in turn. */
export interface SubmissionDesk {
  /** Keeps the report, submits it as the operator whose turn it is, and resolves when its fate is known. */
  submit(quorum: QuorumReport): Promise<SubmissionResult | null>;
}

const RECEIPT_TIMEOUT_MS = 30_000;

/**
 * Opens the desk; reports that a killed run had kept are submitted before it is open. What is on chain is watched until
 * it is final, beside everything else.
 */
export async function openSubmissionDesk(options: SubmissionDeskOptions): Promise<SubmissionDesk> {
  const { shared, lanes } = options;
  const transmitters = createTransmitters(options.keys, options.stores);
  const watch = await openTransactionWatch({ ...options, transmitters, queues: lanes.queues });
  const results = new Map<string, SubmissionResult>();
  const signedHere = new Set<string>();
  const lane = await openJobLane(lanes, "tx-submit", async ({ operator, digest }) => {
    const transmitter = transmitters[operator];
    const quorum = await findReport(shared, digest);
    if (transmitter === undefined || quorum === null) return;
    const result = await transmit(options, transmitter, quorum);
    results.set(digest, result);
    await recordFate(options, quorum, result);
    // Inside of this job: killed before the watch is stored, it runs again and comes here again.
    if (result.txHash !== null) await watch.follow({ digest, transactionHash: result.txHash });
    // A report that an earlier run had signed is not one of this run's.
    if (signedHere.has(digest)) countResult(options, result, quorum.bundle.entries.length);
  });
  const bring = async (quorum: QuorumReport) => {
    const { epoch } = quorum.bundle.report;
    await lane.run({ operator: turnOf(epoch, transmitters), epoch: epoch.toString(), digest: quorum.digest });
  };
  // Kept by a run that was killed before it had queued the submission.
  for (const stored of await shared.pendingReports(options.configDigest)) await bring(decodeQuorum(stored));
  return {
    submit: async (quorum) => {
      await keepReport(shared, quorum);
      signedHere.add(quorum.digest);
      await bring(quorum);
      const result = results.get(quorum.digest) ?? null;
      results.delete(quorum.digest);
      return result;
    },
  };
}

async function keepReport(shared: SharedStore, quorum: QuorumReport): Promise<void> {
  await shared.saveReport({
    slot: slotOf(quorum),
    digest: quorum.digest,
    payload: encodeQuorum(quorum),
    observedAtSec: quorum.bundle.report.observedAt,
  });
}

/** A report that this node keeps, or `null`. */
export async function findReport(shared: Pick<SharedStore, "report">, digest: string): Promise<QuorumReport | null> {
  const kept = await shared.report(digest);
  return kept === null ? null : decodeQuorum(kept.payload);
}

async function transmit(
  options: SubmissionDeskOptions,
  transmitter: Transmitter,
  quorum: QuorumReport,
): Promise<SubmissionResult> {
  return await submitReport({
    quorum,
    signers: options.signers,
    chain: options.chain,
    oracle: options.oracle,
    ...transmitter,
    receiptTimeoutMs: RECEIPT_TIMEOUT_MS,
  });
}

function countResult({ counters, metrics }: SubmissionDeskOptions, result: SubmissionResult, entries: number): void {
  counters.add(result.state);
  metrics.report(result.state);
  for (const outcome of result.outcomes) {
    if (outcome === "APPLIED_TIGHTENED") counters.add("tightened");
    if (outcome === "APPLIED_LOOSENED") counters.add("loosened");
    if (isApplied(outcome)) counters.add("applied");
    else counters.skip(outcome);
  }
  if (result.gasUsed !== null && entries > 0) counters.reportGas(result.gasUsed, entries);
}
