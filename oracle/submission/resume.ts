/** Takes up a submission that was written down before: by an earlier process, or before a reorg took it away. */
import type { ChainClient } from "../chain/client.ts";
import type { QuorumReport } from "../domain/report.ts";
import { isKnown } from "./broadcast.ts";
import type { LedgerStore, SubmissionRecord } from "./ledger.ts";

/** What resuming needs of a submission. */
export interface ResumeOptions {
  readonly chain: ChainClient;
  readonly ledger: LedgerStore;
  readonly quorum: QuorumReport;
}

/** The transaction that the ledger has for the report and that is mined or on its way; `null` when there is none. */
export async function knownSubmission({ chain, ledger, quorum }: ResumeOptions): Promise<SubmissionRecord | null> {
  const record = await ledger.find(quorum.digest);
  return record !== null && (await isKnown(chain, record.transactionHash)) ? record : null;
}

/**
 * The transaction that the ledger has for the report and whose turn it is: sent again, it can be mined next. `null` when
 * there is none, or when it can no longer be mined, so that a new one cannot double it.
 */
export async function repeatableSubmission({ chain, ledger, quorum }: ResumeOptions): Promise<SubmissionRecord | null> {
  const record = await ledger.find(quorum.digest);
  if (record === null) return null;
  const address = record.transmitter;
  // Waiting transactions count: behind one of them the nonce is free, in the place of one of them it is not.
  const nonce = await chain.reader.getTransactionCount({ address, blockTag: "pending" });
  // A higher nonce: another transaction took its place. A lower one: it would wait for ever behind a gap.
  return nonce === record.nonce ? record : null;
}
