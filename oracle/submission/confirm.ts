/** What became of a report on chain: from its transaction's receipt, or from anyone's transaction that carried it. */
import { WaitForTransactionReceiptTimeoutError } from "viem";
import { riskOracleAbi } from "../chain/abi/risk-oracle.ts";
import type { ChainClient } from "../chain/client.ts";
import { revertOf } from "../chain/decode-revert.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { QuorumReport } from "../domain/report.ts";
import type { Address, Hex } from "../domain/units.ts";
import type { EntryOutcome } from "../rules/entry-outcome.ts";
import type { SubmissionRecord } from "./ledger.ts";
import { isHeld, readOutcomes } from "./read-outcomes.ts";

/** How a report fared. */
export interface SubmissionResult {
  /** `held` is for the effect guard of the chain, which keeps a report whole until it is released. */
  readonly state: "accepted" | "held" | "rejected";
  /** `null` when nothing was sent. */
  readonly txHash: Hex | null;
  readonly blockNumber: bigint | null;
  readonly gasUsed: bigint | null;
  /** One outcome per entry, in order; empty unless accepted. */
  readonly outcomes: readonly EntryOutcome[];
  readonly quantileOutcomes: readonly EntryOutcome[];
  /** Name of the contract's custom error, `EPOCH_SUPERSEDED` or `REVERTED`, for a rejected report. */
  readonly reason?: string;
  /** The error's arguments, printable. */
  readonly detail?: string;
}

/** What confirming needs of a submission. */
export interface ConfirmOptions {
  readonly chain: ChainClient;
  readonly oracle: Address;
  readonly quorum: QuorumReport;
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
  const receipt = await waitForReceipt(options, record.transactionHash);
  const mined = { txHash: receipt.transactionHash, blockNumber: receipt.blockNumber, gasUsed: receipt.gasUsed };
  const outcomes = readOutcomes(receipt.logs, options.oracle, options.quorum.digest);
  if (outcomes !== null) {
    const { entries, classQuantiles } = outcomes;
    return { state: "accepted", ...mined, outcomes: entries, quantileOutcomes: classQuantiles };
  }
  if (isHeld(receipt.logs, options.oracle, options.quorum.digest)) return held(mined);
  // Reverted: most often because another transmitter's transaction with the same report came first.
  const landed = await findLanded(options);
  if (landed !== null && landed.state !== "rejected") return landed;
  return { ...(await revertReason(options, record, receipt.blockNumber)), ...mined };
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
async function revertReason(
  options: ConfirmOptions,
  record: SubmissionRecord,
  blockNumber: bigint,
): Promise<SubmissionResult> {
  const { reader } = options.chain;
  try {
    const transaction = await reader.getTransaction({ hash: record.transactionHash });
    const call = { account: transaction.from, to: transaction.to, data: transaction.input, blockNumber };
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
export async function findLanded(options: ConfirmOptions): Promise<SubmissionResult | null> {
  const { reader } = options.chain;
  const { report } = options.quorum.bundle;
  const contract = { address: options.oracle, abi: riskOracleAbi } as const;
  const lastEpoch = await reader.readContract({ ...contract, functionName: "lastEpoch" });
  if (lastEpoch < report.epoch) return null;
  const head = await reader.getBlockNumber();
  const search = {
    ...contract,
    args: { epoch: report.epoch, digest: options.quorum.digest },
    fromBlock: head > SEARCH_BLOCKS ? head - SEARCH_BLOCKS : 0n,
    toBlock: head,
  } as const;
  const [accepted] = await reader.getContractEvents({ ...search, eventName: "ReportAccepted" });
  const [waiting] = accepted ? [] : await reader.getContractEvents({ ...search, eventName: "ReportHeld" });
  const event = accepted ?? waiting;
  if (event === undefined) return rejected("EPOCH_SUPERSEDED", { lastEpoch });
  const receipt = await reader.getTransactionReceipt({ hash: event.transactionHash });
  const mined = { txHash: receipt.transactionHash, blockNumber: receipt.blockNumber, gasUsed: receipt.gasUsed };
  if (accepted === undefined) return held(mined);
  const outcomes = readOutcomes(receipt.logs, options.oracle, options.quorum.digest);
  return {
    state: "accepted",
    ...mined,
    outcomes: outcomes?.entries ?? [],
    quantileOutcomes: outcomes?.classQuantiles ?? [],
  };
}

/** A report that the chain keeps whole until guardian or DAO decide: nothing of it is applied. */
function held(mined: Pick<SubmissionResult, "txHash" | "blockNumber" | "gasUsed">): SubmissionResult {
  return { state: "held", ...mined, outcomes: [], quantileOutcomes: [], reason: "EFFECT_GUARD" };
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
    gasUsed: null,
    outcomes: [],
    quantileOutcomes: [],
    reason,
    detail,
  };
}
