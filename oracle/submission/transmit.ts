/** Brings a quorum report on chain once: skip if it is there, simulate, write the intent down, send, wait, decode. */
import { type Account, keccak256 } from "viem";
import type { ChainClient } from "../chain/client.ts";
import { revertOf } from "../chain/decode-revert.ts";
import type { QuorumReport } from "../domain/report.ts";
import type { Address } from "../domain/units.ts";
import { broadcast } from "./broadcast.ts";
import { confirmSubmission, findLanded, rejected, type SubmissionResult } from "./confirm.ts";
import { encodeSubmission } from "./encode.ts";
import { withGasMargin } from "./gas-margin.ts";
import type { KeyQueue } from "./key-queue.ts";
import type { LedgerStore, SubmissionRecord } from "./ledger.ts";
import { knownSubmission, repeatableSubmission } from "./resume.ts";

/** What sending a report needs. */
export interface SendOptions {
  readonly quorum: QuorumReport;
  /** Signer set of the report's version, in order. */
  readonly signers: readonly Address[];
  readonly chain: ChainClient;
  readonly oracle: Address;
  /** Key that pays; it needs no rights. */
  readonly account: Account;
  readonly ledger: LedgerStore;
}

/** What a submission needs. */
export interface SubmissionOptions extends SendOptions {
  /** Shared by everything that sends with this key. */
  readonly queue: KeyQueue;
  /** Time to wait for a receipt, milliseconds. */
  readonly receiptTimeoutMs: number;
}

/**
 * Submits a report.
 *
 * @throws PlimsollError `RECEIPT_TIMEOUT` when the transaction is not mined in time (call again: the ledger finds it),
 *   `BROADCAST_FAILED` when the RPC refuses the transaction; viem's transport errors when the RPC stays away.
 */
export async function submitReport(options: SubmissionOptions): Promise<SubmissionResult> {
  return await options.queue.run(async () => {
    const sending = await sendReport(options);
    return sending.kind === "settled" ? sending.result : await confirmSubmission(options, sending.record);
  });
}

/** What sending came to. */
export type Sending =
  /** The transaction is mined or on its way; `isBroadcast` when it was handed to the RPC now. */
  | { readonly kind: "sent"; readonly record: SubmissionRecord; readonly isBroadcast: boolean }
  /** Nothing had to be sent, or the chain would not take it. */
  | { readonly kind: "settled"; readonly result: SubmissionResult };

/**
 * Sends a report without waiting for its receipt. Repeating is harmless: a transaction that is on its way is found, one
 * that got lost is sent again as it was signed while its nonce is free, and only otherwise is a new one signed. The
 * caller holds the key's queue.
 *
 * @throws PlimsollError `BROADCAST_FAILED` when the RPC refuses the transaction; viem's transport errors when the RPC
 *   stays away.
 */
export async function sendReport(options: SendOptions): Promise<Sending> {
  const known = await knownSubmission(options);
  if (known !== null) return { kind: "sent", record: known, isBroadcast: false };
  const landed = await findLanded(options);
  if (landed !== null) return { kind: "settled", result: landed };
  const refusal = await simulate(options);
  // Refused, perhaps, because another transmitter's copy came in between.
  if (refusal !== null) return { kind: "settled", result: (await findLanded(options)) ?? refusal };
  const record = (await repeatableSubmission(options)) ?? (await signAndKeep(options));
  await broadcast(options.chain, record);
  return { kind: "sent", record, isBroadcast: true };
}

/** Writes a new transaction down before it may leave. */
async function signAndKeep(options: SendOptions): Promise<SubmissionRecord> {
  const record = await signSubmission(options);
  await options.ledger.save(record);
  return record;
}

/** Asks the chain whether it would take the report now; a revert is final for this report and is not sent. */
async function simulate(options: SendOptions): Promise<SubmissionResult | null> {
  try {
    await options.chain.reader.call(toCall(options));
    return null;
  } catch (error) {
    const revert = revertOf(error);
    if (revert === null) throw error;
    return rejected(revert.code, revert.args);
  }
}

async function signSubmission(options: SendOptions): Promise<SubmissionRecord> {
  const { chain, quorum } = options;
  const wallet = chain.signer(options.account);
  const call = toCall(options);
  const address = options.account.address;
  const [nonce, estimate] = await Promise.all([
    chain.reader.getTransactionCount({ address, blockTag: "pending" }),
    chain.reader.estimateGas(call),
  ]);
  const gas = withGasMargin(estimate);
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

function toCall(options: SendOptions) {
  return {
    account: options.account,
    to: options.oracle,
    data: encodeSubmission(options.quorum, options.signers),
  };
}
