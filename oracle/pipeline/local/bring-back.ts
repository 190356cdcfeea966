/** Brings reports to the chain again whose transactions a reorg has taken away. */
import type { Logger } from "pino";
import type { QuorumReport } from "../../domain/report.ts";
import type { Address } from "../../domain/units.ts";
import { findLanded, type ReportTarget, type SubmissionResult } from "../../submission/confirm.ts";
import { locateTransaction } from "../../submission/locate.ts";
import { type Sending, sendReport } from "../../submission/transmit.ts";
import { type FateSinks, pendingFate, recordFate } from "./report-fate.ts";
import type { RunMetrics } from "./run-metrics.ts";
import { type Transmitter, turnOf } from "./transmitters.ts";
import { readWatchedReport, type WatchedReport } from "./watched-report.ts";

/** What bringing back works with. */
export interface BringBackOptions extends FateSinks, Omit<ReportTarget, "quorum"> {
  /** Signer addresses in signer order. */
  readonly signers: readonly Address[];
  readonly transmitters: readonly Transmitter[];
  readonly metrics: RunMetrics;
  readonly logger: Pick<Logger, "warn">;
}

/**
 * Brings a report back, and before it the older ones that the same reorg took: the chain accepts epochs in rising order
 * only, so a newer one that came first would shut them out. Without effect for a report that is on chain. Runs must not
 * overlap.
 *
 * @throws whatever sending this report throws; what an older one throws is logged, since its own watch repeats it.
 */
export async function bringBack(options: BringBackOptions, lost: WatchedReport): Promise<void> {
  const watched = await options.shared.watchedReports(lost.slot.configDigest);
  for (const kept of watched) {
    const older = readWatchedReport(kept);
    if (older === null || older.slot.epoch >= lost.slot.epoch) continue;
    try {
      await bringOneBack(options, older);
    } catch (err) {
      options.logger.warn({ err, digest: older.quorum.digest }, "an older report could not be brought back yet");
    }
  }
  const now = readWatchedReport(await options.shared.report(lost.quorum.digest));
  if (now !== null) await bringOneBack(options, now);
}

async function bringOneBack(options: BringBackOptions, watched: WatchedReport): Promise<void> {
  const { kind } = await locateTransaction(options.chain, watched.transactionHash);
  if (kind !== "absent") return;
  const lost = watched.blockHash === null ? watched : await noteReorg(options, watched);
  const sending = await sendAgain(options, lost.quorum);
  if (sending.kind === "sent") await noteSent(options, lost, sending);
  else if (sending.result.state === "rejected") await noteRefusal(options, lost, sending.result);
  else await recordFate(options, lost.quorum, sending.result);
}

/** Written down before anything is sent: the report is not on chain, whatever happens next. */
async function noteReorg(options: BringBackOptions, watched: WatchedReport): Promise<WatchedReport> {
  await recordFate(options, watched.quorum, pendingFate(watched.transactionHash));
  options.metrics.transaction("reorged");
  options.logger.warn(describe(watched), "a reorg took a report's transaction out of the chain");
  return { ...watched, state: "pending", blockHash: null };
}

async function sendAgain(options: BringBackOptions, quorum: QuorumReport): Promise<Sending> {
  const transmitter = options.transmitters[turnOf(quorum.bundle.report.epoch, options.transmitters)];
  if (transmitter === undefined) throw new RangeError("A run has at least one transmitter.");
  return await transmitter.queue.run(async () => {
    // Ours may wait in vain when another transaction has carried this report, or a later one, meanwhile.
    const landed = await findLanded({ ...options, quorum });
    return landed === null
      ? await sendReport({ ...options, ...transmitter, quorum })
      : { kind: "settled", result: landed };
  });
}

/**
 * What the chain refuses now it may take after the next reorg, so the report keeps its transaction, and with it its
 * watch, for as long as it is valid.
 */
async function noteRefusal(options: BringBackOptions, lost: WatchedReport, refusal: SubmissionResult): Promise<void> {
  const { timestamp } = await options.chain.reader.getBlock();
  const isOver = timestamp > lost.quorum.bundle.report.validUntil;
  const isNew = lost.state !== "rejected";
  if (isOver) await recordFate(options, lost.quorum, refusal);
  else if (isNew) await recordFate(options, lost.quorum, { ...refusal, txHash: lost.transactionHash });
  if (!isNew) return;
  options.metrics.transaction("refused");
  options.logger.warn({ ...describe(lost), reason: refusal.reason }, "the chain does not take the report any more");
}

async function noteSent(
  options: BringBackOptions,
  lost: WatchedReport,
  { record, isBroadcast }: Extract<Sending, { readonly kind: "sent" }>,
): Promise<void> {
  if (record.transactionHash !== lost.transactionHash || lost.state !== "pending") {
    await recordFate(options, lost.quorum, pendingFate(record.transactionHash));
  }
  if (!isBroadcast) return;
  options.metrics.transaction("resubmitted");
  options.logger.warn({ ...describe(lost), sent: record.transactionHash }, "the report was sent again");
}

function describe({ slot, quorum, transactionHash }: WatchedReport) {
  return { epoch: slot.epoch.toString(), digest: quorum.digest, transactionHash };
}
