/** Finds where a transaction stands on the chain now. */
import { BlockNotFoundError, type TransactionReceipt, TransactionReceiptNotFoundError } from "viem";
import type { ChainClient } from "../chain/client.ts";
import type { Hex } from "../domain/units.ts";

/** Where a transaction stands. */
export type Whereabouts =
  /** In no block: waiting, or unknown altogether. */
  | { readonly kind: "absent" }
  /** The RPC's answers are of two chains, as in the middle of a reorg. */
  | { readonly kind: "unsure" }
  /** In a block of the chain as it is now, with this many blocks after it. */
  | { readonly kind: "mined"; readonly receipt: TransactionReceipt; readonly blocksAfter: bigint };

/**
 * Looks once, without waiting for anything.
 *
 * @throws viem's transport errors when the RPC stays away.
 */
export async function locateTransaction({ reader }: ChainClient, hash: Hex): Promise<Whereabouts> {
  // Read first: a block that comes in between makes the depth too small, never too great.
  const head = await reader.getBlockNumber();
  const receipt = await orNull(reader.getTransactionReceipt({ hash }), TransactionReceiptNotFoundError);
  if (receipt === null) return { kind: "absent" };
  const block = await orNull(reader.getBlock({ blockNumber: receipt.blockNumber }), BlockNotFoundError);
  if (block?.hash !== receipt.blockHash) return { kind: "unsure" };
  return { kind: "mined", receipt, blocksAfter: head - receipt.blockNumber };
}

/** The answer, or `null` for the one error that says "there is none". */
async function orNull<Answer>(asked: Promise<Answer>, none: new (...args: never[]) => Error): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof none) return null;
    throw error;
  }
}
