/** What became of a report on chain: from its transaction's receipt, or from anyone's transaction that carried it. */
import { type TransactionReceipt, WaitForTransactionReceiptTimeoutError } from "viem";
import { riskOracleAbi } from "../chain/abi/risk-oracle.ts";
import type { ChainClient } from "../chain/client.ts";
import { revertOf } from "../chain/decode-revert.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { QuorumReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import type { EntryOutcome } from "../rules/entry-outcome.ts";
import type { SubmissionRecord } from "./ledger.ts";
import { readOutcomes } from "./read-outcomes.ts";

/** How a report fared. */
export interface SubmissionResult {
  /** `held` is for the effect guard of the chain, which keeps a report whole until it is released. */
  readonly state: "accepted" | "held" | "rejected";
  /** `null` when nothing was sent. */
  readonly txHash: Hex | null;
  readonly blockNumber: bigint | null;
  readonly blockHash: Hex | null;
  readonly gasUsed: bigint | null;
  /** One outcome per entry, in order; empty unless accepted. */
  readonly outcomes: readonly EntryOutcome[];
  readonly quantileOutcomes: readonly EntryOutcome[];
  /** Name of the contract's custom error, `EPOCH_SUPERSEDED` or `REVERTED`, for a rejected report. */
  readonly reason?: string;
  /** The error's arguments, printable. */
  readonly detail?: string;
}

/** A report and the contract that takes it. */
export interface ReportTarget {
  readonly chain: ChainClient;
  readonly oracle: Address;
  readonly quorum: QuorumReport;
}

/** What confirming needs of a submission. */
export interface ConfirmOptions extends ReportTarget {
  /** Time to wait for a receipt, milliseconds. */
  readonly receiptTimeoutMs: number;
}

/** Blocks before the head in which an accepted report is looked for; public providers allow this range. */
const SEARCH_BLOCKS = 5_000n;

/**
 * Waits for a transaction and reads its outcome.
 *
 * @throws PlimsollError `RECEIPT_TIMEOUT`.
 */
export async function confirmSubmission(options: ConfirmOptions, record: SubmissionRecord): Promise<SubmissionResult> {
  return await readResult(options, await waitForReceipt(options, record.transactionHash));
}

/** What a mined transaction did with its report. */
export async function readResult(target: ReportTarget, receipt: TransactionReceipt): Promise<SubmissionResult> {
  const accepted = acceptedBy(target, receipt);
  if (accepted !== null) return accepted;
  // Reverted: most often because another transmitter's transaction with the same report came first.
  const landed = await findLanded(target);
  if (landed?.state === "accepted") return landed;
  return { ...(await revertReason(target.chain, receipt)), ...minedAt(receipt) };
}

/** The accepted report of a receipt, or `null` when its logs do not show this report. */
function acceptedBy(target: ReportTarget, receipt: TransactionReceipt): SubmissionResult | null {
  const outcomes = readOutcomes(receipt.logs, target.oracle, target.quorum.digest);
  if (outcomes === null) return null;
  const { entries, classQuantiles } = outcomes;
  return { state: "accepted", ...minedAt(receipt), outcomes: entries, quantileOutcomes: classQuantiles };
}

function minedAt({ transactionHash, blockNumber, blockHash, gasUsed }: TransactionReceipt) {
  return { txHash: transactionHash, blockNumber, blockHash, gasUsed };
}

async function waitForReceipt(options: ConfirmOptions, hash: Hex) {
  try {
    return await options.chain.reader.waitForTransactionReceipt({
      hash,
      timeout: options.receiptTimeoutMs,
      // The ledger knows the one hash that may be mined; a search for replacements reads whole blocks.
      checkReplacement: false,
    });
  } catch (cause) {
    if (!(cause instanceof WaitForTransactionReceiptTimeoutError)) throw cause;
    throw new PlimsollError({
      code: "RECEIPT_TIMEOUT",
      problem: `Transaction ${hash} was not mined within ${options.receiptTimeoutMs} ms.`,
      remedy: "Submit the report again: the transaction is in the ledger and will be found, not sent twice.",
      context: { transactionHash: hash, receiptTimeoutMs: options.receiptTimeoutMs },
      cause,
    });
  }
}

/** Runs the failed call again on the state of its block, to learn the contract's reason. */
async function revertReason({ reader }: ChainClient, receipt: TransactionReceipt): Promise<SubmissionResult> {
  try {
    const { from, to, input } = await reader.getTransaction({ hash: receipt.transactionHash });
    const call = { account: from, to, data: input, blockNumber: receipt.blockNumber };
    await reader.call(call);
    return rejected("REVERTED", {});
  } catch (error) {
    const revert = revertOf(error);
    if (revert === null) throw error;
    return rejected(revert.code, revert.args);
  }
}

/**
 * Looks whether the report, or a later one, is on chain already.
 *
 * @returns `accepted` with the transaction that carried it, `rejected` with `EPOCH_SUPERSEDED`, or `null`: not yet.
 */
export async function findLanded(target: ReportTarget): Promise<SubmissionResult | null> {
  const { reader } = target.chain;
  const { report } = target.quorum.bundle;
  const contract = { address: target.oracle, abi: riskOracleAbi } as const;
  const readLastEpoch = () => reader.readContract({ ...contract, functionName: "lastEpoch" });
  if ((await readLastEpoch()) < report.epoch) return null;
  const head = await reader.getBlockNumber();
  const [event] = await reader.getContractEvents({
    ...contract,
    eventName: "ReportAccepted",
    args: { epoch: report.epoch, digest: target.quorum.digest },
    fromBlock: head > SEARCH_BLOCKS ? head - SEARCH_BLOCKS : 0n,
    toBlock: head,
  });
  if (event !== undefined)
    return acceptedBy(target, await reader.getTransactionReceipt({ hash: event.transactionHash }));
  // Asked again, because a reorg between the two answers looks the same as a later report.
  const lastEpoch = await readLastEpoch();
  return lastEpoch < report.epoch ? null : rejected("EPOCH_SUPERSEDED", { lastEpoch });
}

/** A report that the chain does not take. */
export function rejected(reason: string, args: Readonly<Record<string, unknown>>): SubmissionResult {
  const detail = Object.entries(args)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(", ");
  return {
    state: "rejected",
    txHash: null,
    blockNumber: null,
    blockHash: null,
    gasUsed: null,
    outcomes: [],
    quantileOutcomes: [],
    reason,
    detail,
  };
}
