/** Watches the transactions of reports until no reorg can take them away any more, as jobs that survive a restart. */
import type { TransactionReceipt } from "viem";
import type { Hex } from "../../domain/units.ts";
import type { JobData } from "../../platform/queue/jobs.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import { readResult } from "../../submission/confirm.ts";
import { createKeyQueue, type KeyQueue } from "../../submission/key-queue.ts";
import { locateTransaction } from "../../submission/locate.ts";
import { type BringBackOptions, bringBack } from "./bring-back.ts";
import { recordFate } from "./report-fate.ts";
import { readWatchedReport, type WatchedReport } from "./watched-report.ts";

/** What a watch works with. */
export interface TransactionWatchOptions extends BringBackOptions {
  readonly queues: Queues;
  /** Configuration whose reports are watched. */
  readonly configDigest: Hex;
  /** Blocks that must follow a transaction's block before it counts as final. */
  readonly finalityBlocks: number;
  /** Time between two looks at one transaction, milliseconds; 5 000 by default. */
  readonly lookEveryMs?: number;
}

/** A running watch. */
export interface TransactionWatch {
  /** Watches a report's transaction from now on; once this resolves a crash does not end it. Repeating is harmless. */
  follow(transaction: JobData<"tx-watch">): Promise<void>;
}

/** Less than half of Ethereum's 12 s between blocks: a reorg is noticed before another block has come. */
const LOOK_EVERY_MS = 5_000;
/** A look lasts some requests; one that waits for an RPC must not hold up all the others. */
const CONCURRENT_LOOKS = 4;

/**
 * Starts to watch, beginning with what an earlier process had not seen to its end. Does not wait for any transaction:
 * a look that finds one not final yet puts its job back.
 */
export async function openTransactionWatch(options: TransactionWatchOptions): Promise<TransactionWatch> {
  const queue = options.queues.queue("tx-watch");
  const watch: TransactionWatch = { follow: async (transaction) => void (await queue.add(transaction)) };
  const looker: Looker = { ...options, watch, order: createKeyQueue() };
  options.queues.worker(
    "tx-watch",
    async (job, attempt) => {
      if ((await lookSafely(looker, job)) === "again") attempt.postpone(options.lookEveryMs ?? LOOK_EVERY_MS);
    },
    { concurrency: CONCURRENT_LOOKS },
  );
  // Their jobs are there as a rule; not when the queue was lost, or has moved to another server.
  for (const { digest, transactionHash } of await options.shared.watchedReports(options.configDigest)) {
    if (transactionHash !== null) await watch.follow({ digest, transactionHash });
  }
  return watch;
}

interface Looker extends TransactionWatchOptions {
  readonly watch: TransactionWatch;
  /** One report is brought back after the other, lest a newer one overtakes. */
  readonly order: KeyQueue;
}

/** A failed look says nothing about the transaction: it is repeated for as long as it takes. */
async function lookSafely(looker: Looker, job: JobData<"tx-watch">): Promise<"again" | "done"> {
  try {
    return await look(looker, job);
  } catch (err) {
    looker.logger.warn({ err, transactionHash: job.transactionHash }, "could not look at a transaction; trying again");
    return "again";
  }
}

async function look(looker: Looker, job: JobData<"tx-watch">): Promise<"again" | "done"> {
  const watched = readWatchedReport(await looker.shared.report(job.digest));
  if (watched === null || watched.isFinal) return "done";
  if (watched.transactionHash !== job.transactionHash) {
    // Another transaction carries the report by now.
    await looker.watch.follow({ digest: job.digest, transactionHash: watched.transactionHash });
    return "done";
  }
  const place = await locateTransaction(looker.chain, watched.transactionHash);
  if (place.kind === "absent") await looker.order.run(async () => await bringBack(looker, watched));
  if (place.kind !== "mined") return "again";
  if (place.receipt.blockHash !== watched.blockHash) await correct(looker, watched, place.receipt);
  else if (place.blocksAfter >= looker.finalityBlocks) return await conclude(looker, watched, watched.blockHash);
  return "again";
}

/** The transaction is in another block than it was: what it did there counts. */
async function correct(looker: Looker, watched: WatchedReport, receipt: TransactionReceipt): Promise<void> {
  const { quorum, slot, transactionHash } = watched;
  const result = await readResult({ ...looker, quorum }, receipt);
  await recordFate(looker, quorum, result);
  if (watched.blockHash === null) return;
  looker.metrics.transaction("reorged");
  const { blockNumber, state } = result;
  const where = { epoch: slot.epoch.toString(), digest: quorum.digest, transactionHash, blockNumber, state };
  looker.logger.warn(where, "a reorg moved a report's transaction to another block");
}

async function conclude(looker: Looker, watched: WatchedReport, blockHash: Hex): Promise<"again" | "done"> {
  const { slot, transactionHash } = watched;
  const isNoted = await looker.shared.markFinal(slot, { transactionHash, blockHash });
  if (!isNoted) return "again";
  looker.metrics.transaction("final");
  return "done";
}
