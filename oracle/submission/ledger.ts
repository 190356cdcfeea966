/** What a transmitter writes down before a transaction leaves, so that a crash never sends a report twice. */
import type { Address, Hex } from "../domain/units.ts";

/** A signed transaction that may have been broadcast. */
export interface SubmissionRecord {
  /** EIP-712 digest of the report: the key. */
  readonly digest: Hex;
  readonly epoch: bigint;
  readonly transmitter: Address;
  readonly nonce: number;
  readonly transactionHash: Hex;
  /** The signed bytes: sending them again is harmless. */
  readonly rawTransaction: Hex;
}

/** Durable store of the transmitter's intents, keyed by digest. `save` resolves when the record is on disk. */
export interface LedgerStore {
  find(digest: Hex): Promise<SubmissionRecord | null>;
  save(record: SubmissionRecord): Promise<void>;
}
