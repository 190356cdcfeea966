/** Fits an operator's submission table to what the submission stage asks for. */
import { z } from "zod";
import type { Hex } from "../../domain/units.ts";
import type { OperatorStore } from "../../platform/database/store.ts";
import type { LedgerStore } from "../../submission/ledger.ts";

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value));
const recordSchema = z.object({
  digest: hex,
  epoch: z
    .string()
    .regex(/^\d+$/)
    .transform((text) => BigInt(text)),
  transmitter: hex,
  nonce: z.number().int().nonnegative(),
  transactionHash: hex,
  rawTransaction: hex,
});

/** Keeps signed transactions of one operator's transmitter by report digest. */
export function operatorLedgerStore(store: OperatorStore): LedgerStore {
  return {
    find: async (digest) => {
      const stored = await store.submission(digest);
      return stored === null ? null : recordSchema.parse(stored);
    },
    save: async (record) => await store.saveSubmission(record.digest, record),
  };
}
