/** Hands signed bytes to the chain; repeating is harmless, since the bytes are always the same. */
import { TransactionNotFoundError } from "viem";
import { type ChainClient, isTransportFailure } from "../chain/client.ts";
import { PlimsollError } from "../domain/errors.ts";
import type { Hex } from "../domain/units.ts";
import type { SubmissionRecord } from "./ledger.ts";

/** The client repeats each request itself; these are whole attempts on top. */
const ATTEMPTS = 3;

/**
 * Broadcasts a transaction. Only failures in transport are repeated; an RPC that refuses a transaction it already has
 * is content.
 *
 * @throws PlimsollError `BROADCAST_FAILED` when the RPC refuses it.
 */
export async function broadcast(chain: ChainClient, record: SubmissionRecord): Promise<void> {
  let failure: unknown = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await chain.reader.sendRawTransaction({ serializedTransaction: record.rawTransaction });
      return;
    } catch (error) {
      failure = error;
      if (!isTransportFailure(error)) break;
    }
  }
  if (await isKnown(chain, record.transactionHash)) return;
  throw new PlimsollError({
    code: "BROADCAST_FAILED",
    problem: `The RPC ${chain.rpcUrl} did not take transaction ${record.transactionHash}.`,
    remedy: "Check the transmitter's balance and the RPC; the report can be submitted again at once.",
    context: { transmitter: record.transmitter, nonce: record.nonce },
    cause: failure,
  });
}

/** Whether the chain knows a transaction, mined or waiting. */
export async function isKnown(chain: ChainClient, hash: Hex): Promise<boolean> {
  try {
    await chain.reader.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return false;
    throw error;
  }
}
