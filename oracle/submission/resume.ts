/** Takes up a submission that an earlier process wrote down and perhaps sent. */
import type { ChainClient } from "../chain/client.ts";
import type { QuorumReport } from "../domain/report.ts";
import { broadcast, isKnown } from "./broadcast.ts";
import type { LedgerStore, SubmissionRecord } from "./ledger.ts";

/** What resuming needs of a submission. */
export interface ResumeOptions {
  readonly chain: ChainClient;
  readonly ledger: LedgerStore;
  readonly quorum: QuorumReport;
}

/**
 * The transaction that is, or again may be, on its way; `null` when there was none or when it can no longer be mined, so
 * that a new one cannot double it.
 */
export async function resumeSubmission(options: ResumeOptions): Promise<SubmissionRecord | null> {
  const record = await options.ledger.find(options.quorum.digest);
  if (record === null) return null;
  if (await isKnown(options.chain, record.transactionHash)) return record;
  const address = record.transmitter;
  const nonce = await options.chain.reader.getTransactionCount({ address, blockTag: "latest" });
  // A higher nonce: another transaction took its place. A lower one: it would wait for ever behind a gap.
  if (nonce !== record.nonce) return null;
  await broadcast(options.chain, record);
  return record;
}
