/** Brings quorum reports to the chain: keeps each one first, so that a restart can still submit it. */
import type { Account } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { ChainClient } from "../../chain/client.ts";
import type { QuorumReport } from "../../domain/report.ts";
import type { Address } from "../../domain/units.ts";
import type { ReportRow } from "../../domain/view.ts";
import type { OperatorStore, SharedStore } from "../../platform/database/store.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import type { SubmissionResult } from "../../submission/confirm.ts";
import { createKeyQueue, type KeyQueue } from "../../submission/key-queue.ts";
import { submitReport } from "../../submission/transmit.ts";
import type { OperatorKeys } from "../operator-keys.ts";
import { decodeQuorum, encodeQuorum } from "../quorum-codec.ts";
import type { RunCounters } from "../run-summary.ts";
import { openJobLane } from "./job-runner.ts";
import { operatorLedgerStore } from "./ledger-store.ts";

/** What the desk works with. */
export interface SubmissionDeskOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** Signer addresses in signer order. */
  readonly signers: readonly Address[];
  readonly keys: readonly OperatorKeys[];
  readonly stores: readonly OperatorStore[];
  readonly shared: SharedStore;
  readonly queues: Queues;
  readonly counters: RunCounters;
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

/** Opens the desk; reports that a killed run had kept are submitted first. */
export function openSubmissionDesk(options: SubmissionDeskOptions): SubmissionDesk {
  const transmitters = options.keys.flatMap((keys, index): Transmitter[] => {
    const store = options.stores[index];
    const account = privateKeyToAccount(keys.transmitterKey);
    return store === undefined ? [] : [{ account, queue: createKeyQueue(), store }];
  });
  const results = new Map<string, SubmissionResult>();
  const lane = openJobLane(options.queues, "tx-submit", async (job) => {
    const transmitter = transmitters[job.operator];
    const quorum = await findReport(options.shared, job.digest);
    if (transmitter === undefined || quorum === null) return;
    const result = await transmit(options, transmitter, quorum);
    results.set(job.digest, result);
    await finish(options, quorum, result);
  });
  return {
    submit: async (quorum) => {
      const { report } = quorum.bundle;
      await options.shared.saveReport({
        epoch: report.epoch,
        digest: quorum.digest,
        payload: encodeQuorum(quorum),
        observedAtSec: report.observedAt,
      });
      const operator = Number(report.epoch % BigInt(transmitters.length));
      await lane.run({ operator, epoch: report.epoch.toString(), digest: quorum.digest });
      const result = results.get(quorum.digest) ?? null;
      results.delete(quorum.digest);
      return result;
    },
  };
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

async function finish(options: SubmissionDeskOptions, quorum: QuorumReport, result: SubmissionResult): Promise<void> {
  const { entries, report } = quorum.bundle;
  await options.shared.saveReportResult(report.epoch, {
    state: result.state,
    transactionHash: result.txHash,
    blockNumber: result.blockNumber,
    gasUsed: result.gasUsed,
    entries: entries.map((entry, index) => ({ entry, outcome: result.outcomes[index] ?? result.state })),
  });
  const skipped = countResult(options.counters, result);
  if (result.gasUsed !== null && entries.length > 0) options.counters.reportGas(result.gasUsed, entries.length);
  options.onReport({
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
  });
}

/** Counts outcomes. @returns skipped entries by reason. */
function countResult(counters: RunCounters, result: SubmissionResult): Readonly<Record<string, number>> {
  counters.add(result.state);
  const skipped: Record<string, number> = {};
  for (const outcome of result.outcomes) {
    if (outcome === "APPLIED_TIGHTENED") counters.add("tightened");
    if (outcome === "APPLIED_LOOSENED") counters.add("loosened");
    if (outcome === "APPLIED_TIGHTENED" || outcome === "APPLIED_LOOSENED" || outcome === "REFRESHED") {
      counters.add("applied");
    } else {
      counters.skip(outcome);
      skipped[outcome] = (skipped[outcome] ?? 0) + 1;
    }
  }
  return skipped;
}
