/** Rows of reports and of what became of their entries. */
import type { Kysely, Selectable } from "kysely";
import type { RiskEntry, RoundSlot } from "../../domain/report.ts";
import { encodeJson } from "./json.ts";
import type { ReportState, SharedTables } from "./schema.ts";

/** A report's place and state. */
export interface ReportRecord {
  readonly slot: RoundSlot;
  readonly digest: string;
  readonly payload: unknown;
  readonly observedAtSec: number;
}

/** What the chain said to a report. */
export interface ReportResult {
  readonly state: ReportState;
  readonly transactionHash: string | null;
  readonly blockNumber: bigint | null;
  readonly blockHash: string | null;
  readonly gasUsed: bigint | null;
  /** One row for each entry: `applied` or the reason why not. */
  readonly entries: readonly { readonly entry: RiskEntry; readonly outcome: string }[];
}

/** A report as it is kept. */
export interface KeptReport {
  readonly digest: string;
  readonly payload: unknown;
  readonly state: ReportState;
  /** Transaction that carried it, or is to carry it; `null` while none does. */
  readonly transactionHash: string | null;
  /** Block in which that transaction was seen; `null` while it is in none. */
  readonly blockHash: string | null;
  readonly isFinal: boolean;
}

/** A transaction in a block. */
export interface MinedAt {
  readonly transactionHash: string;
  readonly blockHash: string;
}

/** Keeps a report as `pending`; the first for a slot stays. @returns whether it was new. */
export async function saveReport(db: Kysely<SharedTables>, record: ReportRecord): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("reports")
    .values({
      ...slotColumns(record.slot),
      digest: record.digest,
      state: "pending",
      payload: encodeJson(record.payload),
      observed_at: Math.floor(record.observedAtSec),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Replaces state, receipt and entry outcomes of a report in one transaction; the result is not final yet. */
export async function saveReportResult(db: Kysely<SharedTables>, slot: RoundSlot, result: ReportResult): Promise<void> {
  const { state, transactionHash, blockNumber, blockHash, gasUsed } = result;
  const receipt = { tx_hash: transactionHash, block_number: blockNumber, block_hash: blockHash, gas_used: gasUsed };
  const { config_digest, epoch } = slotColumns(slot);
  await db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable("reports")
      .set({ state, ...receipt, is_final: false })
      .where("config_digest", "=", config_digest)
      .where("epoch", "=", String(epoch))
      .execute();
    await transaction
      .deleteFrom("entry_outcomes")
      .where("config_digest", "=", config_digest)
      .where("epoch", "=", String(epoch))
      .execute();
    if (result.entries.length === 0) return;
    await transaction.insertInto("entry_outcomes").values(outcomeRows(slot, result.entries)).execute();
  });
}

/** Payloads of the reports under a configuration that no transaction is known to have carried, the oldest first. */
export async function readPending(db: Kysely<SharedTables>, configDigest: string): Promise<readonly unknown[]> {
  const rows = await db
    .selectFrom("reports")
    .select("payload")
    .where("config_digest", "=", configDigest.toLowerCase())
    .where("state", "=", "pending")
    .where("tx_hash", "is", null)
    .orderBy("epoch")
    .execute();
  return rows.map(({ payload }) => payload);
}

const KEPT_COLUMNS = ["digest", "payload", "state", "tx_hash", "block_hash", "is_final"] as const;

/** A report by its digest, or `null`. */
export async function findReport(db: Kysely<SharedTables>, digest: string): Promise<KeptReport | null> {
  const row = await db.selectFrom("reports").select(KEPT_COLUMNS).where("digest", "=", digest).executeTakeFirst();
  return row === undefined ? null : toKept(row);
}

/** Reports under a configuration whose transaction may still be reorganised away, the oldest first. */
export async function readWatched(db: Kysely<SharedTables>, configDigest: string): Promise<readonly KeptReport[]> {
  const rows = await db
    .selectFrom("reports")
    .select(KEPT_COLUMNS)
    .where("config_digest", "=", configDigest.toLowerCase())
    .where("is_final", "=", false)
    .where("tx_hash", "is not", null)
    .orderBy("epoch")
    .execute();
  return rows.map(toKept);
}

/** Notes that a report's result is final, unless it has changed meanwhile. @returns whether it was noted now. */
export async function markFinal(db: Kysely<SharedTables>, slot: RoundSlot, at: MinedAt): Promise<boolean> {
  const { config_digest, epoch } = slotColumns(slot);
  const { numUpdatedRows } = await db
    .updateTable("reports")
    .set({ is_final: true })
    .where("config_digest", "=", config_digest)
    .where("epoch", "=", String(epoch))
    .where("tx_hash", "=", at.transactionHash)
    .where("block_hash", "=", at.blockHash)
    .where("is_final", "=", false)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

type KeptRow = Pick<Selectable<SharedTables["reports"]>, (typeof KEPT_COLUMNS)[number]>;

function toKept(row: KeptRow): KeptReport {
  return {
    digest: row.digest,
    payload: row.payload,
    state: row.state,
    transactionHash: row.tx_hash,
    blockHash: row.block_hash,
    isFinal: row.is_final,
  };
}

function outcomeRows(slot: RoundSlot, entries: ReportResult["entries"]) {
  return entries.map(({ entry, outcome }) => ({
    ...slotColumns(slot),
    source_index: entry.sourceIndex,
    position_id: String(entry.positionId),
    outcome,
    rho_bps: entry.rhoBps,
    pi_bps: entry.piBps,
    score: entry.score,
  }));
}

/** A slot as the columns of its key. */
export function slotColumns({ configDigest, epoch }: RoundSlot) {
  return { config_digest: configDigest.toLowerCase(), epoch };
}
