/** Brings quorum reports to the chain: keeps each one first, so that a restart can still submit it. */
import type { Account } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { ChainClient } from "../../chain/client.ts";
import type { QuorumReport, RoundSlot } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { ReportRow } from "../../domain/view.ts";
import type { OperatorStore, SharedStore } from "../../platform/database/store.ts";
import type { SubmissionResult } from "../../submission/confirm.ts";
import { createKeyQueue, type KeyQueue } from "../../submission/key-queue.ts";
import { submitReport } from "../../submission/transmit.ts";
import type { OperatorKeys } from "../operator-keys.ts";
import { decodeQuorum, encodeQuorum } from "../quorum-codec.ts";
import type { RunCounters } from "../run-summary.ts";
import { type JobLaneOptions, openJobLane } from "./job-runner.ts";
import { operatorLedgerStore } from "./ledger-store.ts";
import type { RunMetrics } from "./run-metrics.ts";

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
  /** Told of every report that reached an end. */
  readonly onReport: (row: ReportRow) => void;
}

/** Submits reports in turn. */
export interface SubmissionDesk {
  /** Keeps the report, submits it as the operator whose turn it is, and resolves when its fate is known. */
  submit(quorum: QuorumReport): Promise<SubmissionResult | null>;
}

const RECEIPT_TIMEOUT_MS = 30_000;

interface Transmitter {
  readonly account: Account;
  readonly queue: KeyQueue;
  readonly store: OperatorStore;
}

/** Opens the desk; reports that a killed run had kept are submitted before it is open. */
export async function openSubmissionDesk(options: SubmissionDeskOptions): Promise<SubmissionDesk> {
  const transmitters = options.keys.flatMap((keys, index): Transmitter[] => {
    const store = options.stores[index];
    const account = privateKeyToAccount(keys.transmitterKey);
    return store === undefined ? [] : [{ account, queue: createKeyQueue(), store }];
  });
  const results = new Map<string, SubmissionResult>();
  const signedHere = new Set<string>();
  const lane = await openJobLane(options.lanes, "tx-submit", async (job) => {
    const transmitter = transmitters[job.operator];
    const quorum = await findReport(options.shared, job.digest);
    if (transmitter === undefined || quorum === null) return;
    const result = await transmit(options, transmitter, quorum);
    results.set(job.digest, result);
    await keepResult(options, quorum, result);
    // A report that an earlier run had signed is not one of this run's.
    if (signedHere.has(job.digest)) countResult(options, result, quorum.bundle.entries.length);
    options.onReport(toRow(quorum, result));
  });
  const bring = async (quorum: QuorumReport) => {
    const { epoch } = quorum.bundle.report;
    const operator = Number(epoch % BigInt(transmitters.length));
    await lane.run({ operator, epoch: epoch.toString(), digest: quorum.digest });
  };
  // Kept by a run that was killed before it had queued the submission.
  for (const stored of await options.shared.pendingReports(options.configDigest)) await bring(decodeQuorum(stored));
  return {
    submit: async (quorum) => {
      await keepReport(options.shared, quorum);
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

/** Every attestation of a quorum is for the same slot. */
function slotOf(quorum: QuorumReport): RoundSlot {
  const [first] = quorum.attestations;
  if (first === undefined) throw new RangeError("A quorum report has at least one attestation.");
  return first.slot;
}

async function findReport(shared: SharedStore, digest: string): Promise<QuorumReport | null> {
  const row = await shared.db.selectFrom("reports").select("payload").where("digest", "=", digest).executeTakeFirst();
  return row === undefined ? null : decodeQuorum(row.payload);
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
    account: transmitter.account,
    ledger: operatorLedgerStore(transmitter.store),
    queue: transmitter.queue,
    receiptTimeoutMs: RECEIPT_TIMEOUT_MS,
  });
}

async function keepResult(
  options: SubmissionDeskOptions,
  quorum: QuorumReport,
  result: SubmissionResult,
): Promise<void> {
  await options.shared.saveReportResult(slotOf(quorum), {
    state: result.state,
    transactionHash: result.txHash,
    blockNumber: result.blockNumber,
    gasUsed: result.gasUsed,
    entries: quorum.bundle.entries.map((entry, index) => ({ entry, outcome: result.outcomes[index] ?? result.state })),
  });
}

function toRow(quorum: QuorumReport, result: SubmissionResult): ReportRow {
  const { entries, report } = quorum.bundle;
  const skipped = skippedBy(result);
  return {
    epoch: report.epoch.toString(),
    digest: quorum.digest,
    observedAtSec: report.observedAt,
    state: result.state,
    transactionHash: result.txHash,
    blockNumber: result.blockNumber?.toString() ?? null,
    entries: entries.length,
    applied: result.outcomes.length - Object.values(skipped).reduce((sum, count) => sum + count, 0),
    skipped,
    signers: quorum.attestations.map(({ operator }) => operator),
    gasUsed: result.gasUsed?.toString() ?? null,
  };
}

const APPLIED: ReadonlySet<string> = new Set(["APPLIED_TIGHTENED", "APPLIED_LOOSENED", "REFRESHED"]);

/** Entries that the chain skipped, by reason. */
function skippedBy(result: SubmissionResult): Readonly<Record<string, number>> {
  const skipped = new Map<string, number>();
  for (const outcome of result.outcomes) {
    if (!APPLIED.has(outcome)) skipped.set(outcome, (skipped.get(outcome) ?? 0) + 1);
  }
  return Object.fromEntries(skipped);
}

function countResult({ counters, metrics }: SubmissionDeskOptions, result: SubmissionResult, entries: number): void {
  counters.add(result.state);
  metrics.report(result.state);
  for (const outcome of result.outcomes) {
    if (outcome === "APPLIED_TIGHTENED") counters.add("tightened");
    if (outcome === "APPLIED_LOOSENED") counters.add("loosened");
    if (APPLIED.has(outcome)) counters.add("applied");
    else counters.skip(outcome);
  }
  if (result.gasUsed !== null && entries > 0) counters.reportGas(result.gasUsed, entries);
}
