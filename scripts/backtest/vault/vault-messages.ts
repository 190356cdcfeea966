/** What the threads of the vault backtest say to each other. */
import { z } from "zod";
import { policySpecSchema } from "../../../oracle/simulation/vault/policy-spec.ts";
import type { DayCounts } from "../../../oracle/simulation/vault/vault-ledger.ts";

const specs = z.array(policySpecSchema);

/** To a thread: walk a segment and run it, or run the segments that this thread has walked under other policies. */
export const vaultTaskSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("live"),
    paths: z.array(z.string()),
    assets: z.array(z.string()),
    fromSec: z.number(),
    openUntilSec: z.number(),
    toSec: z.number(),
    config: z.string(),
    seed: z.string(),
    perDay: z.number().int().positive(),
    specs,
  }),
  z.object({ kind: z.literal("again"), specs }),
]);

/** See {@link vaultTaskSchema}. */
export type VaultTask = Readonly<z.infer<typeof vaultTaskSchema>>;

const count = z.number();
const dayCounts: z.ZodType<DayCounts> = z.object({
  collateralHours: count,
  notionalHours: count,
  valueHours: count,
  requiredHours: count,
  badDebt: count,
  opened: count,
  liquidations: count,
  wrongful: count,
  liquidatedNotional: count,
  charge: count,
  fundFees: count,
});

/** From a thread: days by policy, or why there are none. */
export const vaultAnswerSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("days"),
    policies: z.array(z.object({ spec: policySpecSchema, days: z.map(z.number(), dayCounts) })),
  }),
  z.object({ kind: z.literal("failure"), code: z.string(), text: z.string() }),
]);

/** See {@link vaultAnswerSchema}. */
export type VaultAnswer = Readonly<z.infer<typeof vaultAnswerSchema>>;
