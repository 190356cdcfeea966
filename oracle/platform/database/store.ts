/** The node's tables as typed operations: one store an operator, and one that all operators of a database share. */
import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "pg";
import type { RoundSlot } from "../../domain/report.ts";
import {
  type ExplainedRecord,
  type ExplainedRow,
  findExplained,
  newestExplained,
  saveExplained,
  saveExplanations,
} from "./explained-rows.ts";
import { encodeJson } from "./json.ts";
import { migrate } from "./migrate.ts";
import { OPERATOR_0001_INITIAL } from "./migrations/operator-0001-initial.ts";
import { OPERATOR_0002_SLOTS } from "./migrations/operator-0002-slots.ts";
import { OPERATOR_0003_EXPLAINED } from "./migrations/operator-0003-explained.ts";
import { SHARED_0001_INITIAL } from "./migrations/shared-0001-initial.ts";
import { SHARED_0002_SLOTS } from "./migrations/shared-0002-slots.ts";
import { SHARED_0003_FINALITY } from "./migrations/shared-0003-finality.ts";
import { SHARED_0004_MODELS } from "./migrations/shared-0004-models.ts";
import { SHARED_0005_HISTORY } from "./migrations/shared-0005-history.ts";
import {
  findReport,
  type KeptReport,
  type MinedAt,
  markFinal,
  type ReportRecord,
  type ReportResult,
  readPending,
  readWatched,
  saveReport,
  saveReportResult,
  slotColumns,
} from "./report-rows.ts";
import type { OperatorTables, SharedTables } from "./schema.ts";

/** An observation to keep. */
export interface ObservationRecord {
  readonly slot: RoundSlot;
  readonly operator: string;
  readonly digest: string;
  /** The signed observation; encoded as JSON with integers as decimal text. */
  readonly payload: unknown;
  readonly observedAtSec: number;
}

/** Two signatures of one operator for one slot. */
export interface EvidenceRecord {
  readonly epoch: bigint;
  readonly operator: string;
  readonly firstDigest: string;
  readonly secondDigest: string;
  /** Both signed messages. */
  readonly payload: unknown;
  readonly recordedAtSec: number;
}

/** What one operator keeps. */
export interface OperatorStore {
  /** Typed queries inside the operator's schema, for what has no method here. */
  readonly db: Kysely<OperatorTables>;
  /** Keeps an observation; the first for (slot, operator) stays. @returns whether it was new. */
  saveObservation(record: ObservationRecord): Promise<boolean>;
  /** Keeps evidence of a conflict, once. */
  saveEvidence(record: EvidenceRecord): Promise<void>;
  /** State of a position source's cursor as it was saved, or `null`. */
  cursor(source: string): Promise<unknown>;
  /** Replaces the cursor of a source as a whole. */
  saveCursor(source: string, state: unknown): Promise<void>;
  /** Signed transaction that carries the report of a digest, as it was saved, or `null`. */
  submission(digest: string): Promise<unknown>;
  /** Keeps a signed transaction before it is broadcast; a later one for the same report replaces it. */
  saveSubmission(digest: string, record: unknown): Promise<void>;
  /** Keeps the inputs of a round's signed scores; the first for a slot stays, and the oldest of a deployment go. */
  saveExplained(record: ExplainedRecord): Promise<void>;
  /** Keeps what the inputs of a slot were explained by. */
  saveExplanations(slot: RoundSlot, explanations: string): Promise<void>;
  /** Inputs and explanations of a slot, or `null`. */
  explained(slot: RoundSlot): Promise<ExplainedRow | null>;
  /** Epoch of the newest round under a configuration that can be explained, or `null`. */
  newestExplained(configDigest: string): Promise<bigint | null>;
}

/** What all operators of a database share. */
export interface SharedStore {
  /** Typed queries inside the schema `plimsoll`. */
  readonly db: Kysely<SharedTables>;
  /** Keeps a report as `pending`; the first for a slot stays. @returns whether it was new. */
  saveReport(record: ReportRecord): Promise<boolean>;
  /** A report by its digest, or `null`. */
  report(digest: string): Promise<KeptReport | null>;
  /** Replaces state, receipt and entry outcomes of a report in one transaction; the result is not final yet. */
  saveReportResult(slot: RoundSlot, result: ReportResult): Promise<void>;
  /** Payloads of the reports under a configuration that no transaction is known to have carried, the oldest first. */
  pendingReports(configDigest: string): Promise<readonly unknown[]>;
  /** Reports under a configuration whose transaction may still be reorganised away, the oldest first. */
  watchedReports(configDigest: string): Promise<readonly KeptReport[]>;
  /** Notes that a report's result is final, unless it has changed meanwhile. @returns whether it was noted now. */
  markFinal(slot: RoundSlot, at: MinedAt): Promise<boolean>;
}

const SHARED_SCHEMA = "plimsoll";
const SHARED_MIGRATIONS = [
  SHARED_0001_INITIAL,
  SHARED_0002_SLOTS,
  SHARED_0003_FINALITY,
  SHARED_0004_MODELS,
  SHARED_0005_HISTORY,
] as const;

/**
 * Migrates and opens one operator's schema `operator_<index>`.
 *
 * @throws PlimsollError `DATABASE_SCHEMA_NEWER`.
 */
export async function openOperatorStore(pool: Pool, operatorIndex: number): Promise<OperatorStore> {
  const schema = `operator_${operatorIndex}`;
  await migrate(pool, schema, [OPERATOR_0001_INITIAL, OPERATOR_0002_SLOTS, OPERATOR_0003_EXPLAINED]);
  const db = typed<OperatorTables>(pool, schema);
  return {
    db,
    saveObservation: (record) => saveObservation(db, record),
    saveEvidence: (record) => saveEvidence(db, record),
    cursor: (source) => readCursor(db, source),
    saveCursor: (source, state) => saveCursor(db, source, state),
    submission: (digest) => readSubmission(db, digest),
    saveSubmission: (digest, record) => saveSubmission(db, digest, record),
    saveExplained: (record) => saveExplained(db, record),
    saveExplanations: (slot, explanations) => saveExplanations(db, slot, explanations),
    explained: (slot) => findExplained(db, slot),
    newestExplained: (configDigest) => newestExplained(db, configDigest),
  };
}

/**
 * Migrates and opens the shared schema `plimsoll`.
 *
 * @throws PlimsollError `DATABASE_SCHEMA_NEWER`.
 */
export async function openSharedStore(pool: Pool): Promise<SharedStore> {
  await migrate(pool, SHARED_SCHEMA, SHARED_MIGRATIONS);
  const db = typed<SharedTables>(pool, SHARED_SCHEMA);
  return {
    db,
    saveReport: (record) => saveReport(db, record),
    report: (digest) => findReport(db, digest),
    saveReportResult: (slot, result) => saveReportResult(db, slot, result),
    pendingReports: (configDigest) => readPending(db, configDigest),
    watchedReports: (configDigest) => readWatched(db, configDigest),
    markFinal: (slot, at) => markFinal(db, slot, at),
  };
}

/** The pool is shared with the queues, so the query layer is never destroyed: its owner ends the pool. */
function typed<Tables>(pool: Pool, schema: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema);
}

async function saveObservation(db: Kysely<OperatorTables>, record: ObservationRecord): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("observations")
    .values({
      ...slotColumns(record.slot),
      operator: record.operator,
      digest: record.digest,
      payload: encodeJson(record.payload),
      observed_at: Math.floor(record.observedAtSec),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

async function saveEvidence(db: Kysely<OperatorTables>, record: EvidenceRecord): Promise<void> {
  await db
    .insertInto("evidence")
    .values({
      epoch: record.epoch,
      operator: record.operator,
      first_digest: record.firstDigest,
      second_digest: record.secondDigest,
      payload: encodeJson(record.payload),
      recorded_at: Math.floor(record.recordedAtSec),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function readCursor(db: Kysely<OperatorTables>, source: string): Promise<unknown> {
  const row = await db.selectFrom("position_cursors").select("state").where("source", "=", source).executeTakeFirst();
  return row?.state ?? null;
}

async function saveCursor(db: Kysely<OperatorTables>, source: string, cursor: unknown): Promise<void> {
  const state = encodeJson(cursor);
  await db
    .insertInto("position_cursors")
    .values({ source, state })
    .onConflict((conflict) => conflict.column("source").doUpdateSet({ state }))
    .execute();
}

async function readSubmission(db: Kysely<OperatorTables>, digest: string): Promise<unknown> {
  const row = await db.selectFrom("submissions").select("record").where("digest", "=", digest).executeTakeFirst();
  return row?.record ?? null;
}

async function saveSubmission(db: Kysely<OperatorTables>, digest: string, submission: unknown): Promise<void> {
  const record = encodeJson(submission);
  await db
    .insertInto("submissions")
    .values({ digest, record })
    .onConflict((conflict) => conflict.column("digest").doUpdateSet({ record }))
    .execute();
}
