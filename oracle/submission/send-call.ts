/** Sends one call with one key: asks the chain first, so that a refusal costs nothing, and waits for the receipt. */
import type { Account } from "viem";
import type { ChainClient } from "../chain/client.ts";
import { revertOf } from "../chain/decode-revert.ts";
import type { Outcome } from "../domain/errors.ts";
import type { Address, Hex } from "../domain/units.ts";
import { withGasMargin } from "./gas-margin.ts";
import type { KeyQueue } from "./key-queue.ts";

/** A call and who sends it. */
export interface CallOptions {
  readonly chain: ChainClient;
  readonly account: Account;
  /** Shared by everything that sends with this key. */
  readonly queue: KeyQueue;
  readonly to: Address;
  readonly data: Hex;
  /** Time to wait for the receipt, milliseconds. */
  readonly receiptTimeoutMs: number;
}

/** Included, but the state had changed between asking and inclusion. */
const REVERTED = "reverted";

/**
 * Whether a transaction of a key is on its way. Whoever decides from the chain's state has to ask before reading it: what is
 * on its way will change that state, and the same relative call twice is twice the change.
 *
 * @throws viem's errors when the RPC stays away.
 */
export async function hasPending({ reader }: ChainClient, { address }: Pick<Account, "address">): Promise<boolean> {
  const [mined, known] = await Promise.all([
    reader.getTransactionCount({ address, blockTag: "latest" }),
    reader.getTransactionCount({ address, blockTag: "pending" }),
  ]);
  return known !== mined;
}

/**
 * Sends a call. Nothing is kept: whoever decides anew from the chain's state needs no ledger, but {@link hasPending}.
 *
 * @returns hash of the included transaction, or the name of the error with which the chain refuses it.
 * @throws viem's errors when the RPC stays away or no receipt comes in time.
 */
export async function sendCall(options: CallOptions): Promise<Outcome<Hex, string>> {
  return await options.queue.run(async () => {
    const { chain, account, to, data } = options;
    const gas = await estimate(options);
    if (!gas.ok) return gas;
    const hash = await chain.signer(account).sendTransaction({ to, data, gas: gas.value });
    const timeout = options.receiptTimeoutMs;
    const { status } = await chain.reader.waitForTransactionReceipt({ hash, timeout });
    return status === "success" ? { ok: true, value: hash } : { ok: false, reason: REVERTED };
  });
}

async function estimate({ chain, account, to, data }: CallOptions): Promise<Outcome<bigint, string>> {
  try {
    const gas = await chain.reader.estimateGas({ account: account.address, to, data });
    return { ok: true, value: withGasMargin(gas) };
  } catch (error) {
    const revert = revertOf(error);
    if (revert === null) throw error;
    return { ok: false, reason: revert.code };
  }
}
