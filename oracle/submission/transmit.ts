/** Brings a quorum report on chain once: skip if it is there, simulate, write the intent down, send, wait, decode. */
import { type Account, keccak256 } from "viem";
import type { ChainClient } from "../chain/client.ts";
import { revertOf } from "../chain/decode-revert.ts";
import type { QuorumReport } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import { broadcast } from "./broadcast.ts";
import { confirmSubmission, findLanded, rejected, type SubmissionResult } from "./confirm.ts";
import { encodeSubmission } from "./encode.ts";
import type { KeyQueue } from "./key-queue.ts";
import type { LedgerStore, SubmissionRecord } from "./ledger.ts";
import { resumeSubmission } from "./resume.ts";

/** What a submission needs. */
export interface SubmissionOptions {
  readonly quorum: QuorumReport;
  /** Signer set of the report's version, in order. */
  readonly signers: readonly Address[];
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** Key that pays; it needs no rights. */
  readonly account: Account;
  readonly ledger: LedgerStore;
  /** Shared by everything that sends with this key. */
  readonly queue: KeyQueue;
  /** Time to wait for a receipt, milliseconds. */
  readonly receiptTimeoutMs: number;
}

/** State may change between estimate and inclusion: one more entry may be written. Percent. */
const GAS_MARGIN_PERCENT = 120n;
const PERCENT = 100n;

/**
 * Submits a report.
 *
 * @throws PlimsollError `RECEIPT_TIMEOUT` when the transaction is not mined in time (call again: the ledger finds it),
 *   `BROADCAST_FAILED` when the RPC refuses the transaction; viem's transport errors when the RPC stays away.
 */
export async function submitReport(options: SubmissionOptions): Promise<SubmissionResult> {
  return await options.queue.run(async () => {
    const sent = await resumeSubmission(options);
    if (sent !== null) return await confirmSubmission(options, sent);
    const landed = await findLanded(options);
    if (landed !== null) return landed;
    const refusal = await simulate(options);
    if (refusal !== null) return refusal;
    const record = await signSubmission(options);
    await options.ledger.save(record);
    await broadcast(options.chain, record);
    return await confirmSubmission(options, record);
  });
}

/** Asks the chain whether it would take the report now; a revert is final for this report and is not sent. */
async function simulate(options: SubmissionOptions): Promise<SubmissionResult | null> {
  try {
    await options.chain.reader.call(toCall(options));
    return null;
  } catch (error) {
    const revert = revertOf(error);
    if (revert === null) throw error;
    return rejected(revert.code, revert.args);
  }
}

async function signSubmission(options: SubmissionOptions): Promise<SubmissionRecord> {
  const { chain, quorum } = options;
  const wallet = chain.signer(options.account);
  const call = toCall(options);
  const address = options.account.address;
  const [nonce, estimate] = await Promise.all([
    chain.reader.getTransactionCount({ address, blockTag: "pending" }),
    chain.reader.estimateGas(call),
  ]);
  const gas = (estimate * GAS_MARGIN_PERCENT) / PERCENT;
  const request = await wallet.prepareTransactionRequest({ to: call.to, data: call.data, nonce, gas });
  const rawTransaction = await wallet.signTransaction(request);
  return {
    digest: quorum.digest,
    epoch: quorum.bundle.report.epoch,
    transmitter: address,
    nonce,
    transactionHash: keccak256(rawTransaction),
    rawTransaction,
  };
}

function toCall(options: SubmissionOptions) {
  return {
    account: options.account,
    to: options.oracle,
    data: encodeSubmission(options.quorum, options.signers),
  };
}
