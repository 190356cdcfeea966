/** Rows of rounds that can be explained: the inputs of the signed scores, and the explanations once they are made. */
import type { Kysely } from "kysely";
import type { RoundSlot } from "../../domain/report.ts";
import { slotColumns } from "./report-rows.ts";
import type { OperatorTables } from "./schema.ts";

/** A round as it is kept. */
export interface ExplainedRow {
  /** Inputs, as they were hashed, with what binds them to the report. */
  readonly inputs: string;
  /** `null` until they are made. */
  readonly explanations: string | null;
}

/** A round to keep. */
export interface ExplainedRecord {
  readonly slot: RoundSlot;
  readonly inputs: string;
  readonly observedAtSec: number;
}

/** Rounds of one deployment that are kept, the oldest go; fewer where they are large: 0.12 MB with two assets and 36 positions. */
const KEPT_ROUNDS = 96;
const KEPT_CHARACTERS = 128_000_000;

/** Keeps a round, the first for its slot, and forgets the oldest ones of its deployment. */
export async function saveExplained(db: Kysely<OperatorTables>, record: ExplainedRecord): Promise<void> {
  const slot = slotColumns(record.slot);
  await db
    .insertInto("explained_rounds")
    .values({ ...slot, inputs: record.inputs, explanations: null, observed_at: Math.floor(record.observedAtSec) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const oldestKept = await db
    .selectFrom("explained_rounds")
    .select("epoch")
    .where("config_digest", "=", slot.config_digest)
    .orderBy("epoch", "desc")
    .offset(keptRounds(record) - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldestKept === undefined) return;
  await db
    .deleteFrom("explained_rounds")
    .where("config_digest", "=", slot.config_digest)
    .where("epoch", "<", oldestKept.epoch)
    .execute();
}

/** At least the round itself. */
function keptRounds({ inputs }: ExplainedRecord): number {
  return Math.max(1, Math.min(KEPT_ROUNDS, Math.floor(KEPT_CHARACTERS / inputs.length)));
}

/** Keeps the explanations of a round; nothing happens for one that is no longer kept. */
export async function saveExplanations(
  db: Kysely<OperatorTables>,
  slot: RoundSlot,
  explanations: string,
): Promise<void> {
  const { config_digest, epoch } = slotColumns(slot);
  await db
    .updateTable("explained_rounds")
    .set({ explanations })
    .where("config_digest", "=", config_digest)
    .where("epoch", "=", String(epoch))
    .execute();
}

/** Epoch of the newest round of a deployment that is kept, or `null`. */
export async function newestExplained(db: Kysely<OperatorTables>, configDigest: string): Promise<bigint | null> {
  const row = await db
    .selectFrom("explained_rounds")
    .select("epoch")
    .where("config_digest", "=", configDigest.toLowerCase())
    .orderBy("epoch", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : BigInt(row.epoch);
}

/** A kept round, or `null`. */
export async function findExplained(db: Kysely<OperatorTables>, slot: RoundSlot): Promise<ExplainedRow | null> {
  const { config_digest, epoch } = slotColumns(slot);
  const row = await db
    .selectFrom("explained_rounds")
    .select(["inputs", "explanations"])
    .where("config_digest", "=", config_digest)
    .where("epoch", "=", String(epoch))
    .executeTakeFirst();
  return row ?? null;
}
