/** The keys that pay for submissions, each with the queue and the ledger that everything sent with it must share. */
import type { Account } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { OperatorStore } from "../../platform/database/store.ts";
import { createKeyQueue, type KeyQueue } from "../../submission/key-queue.ts";
import type { LedgerStore } from "../../submission/ledger.ts";
import type { OperatorKeys } from "../operator-keys.ts";
import { operatorLedgerStore } from "./ledger-store.ts";

/** One operator's means to send. */
export interface Transmitter {
  readonly account: Account;
  readonly queue: KeyQueue;
  readonly ledger: LedgerStore;
}

/** Transmitters in operator order. */
export function createTransmitters(
  keys: readonly OperatorKeys[],
  stores: readonly OperatorStore[],
): readonly Transmitter[] {
  return keys.flatMap(({ transmitterKey }, index): Transmitter[] => {
    const store = stores[index];
    if (store === undefined) return [];
    return [
      { account: privateKeyToAccount(transmitterKey), queue: createKeyQueue(), ledger: operatorLedgerStore(store) },
    ];
  });
}

/** Index of the operator whose turn it is to submit the report of an epoch. */
export function turnOf(epoch: bigint, transmitters: readonly Transmitter[]): number {
  return Number(epoch % BigInt(transmitters.length));
}
