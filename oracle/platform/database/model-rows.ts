/** Rows of decisions about models and of retrainings. */
import type { Kysely, Selectable } from "kysely";
import { PlimsollError } from "../../domain/errors.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import { hasErrno } from "../errno.ts";
import { encodeJson } from "./json.ts";
import type { RetrainingState, SharedTables } from "./schema.ts";

/** One retraining. */
export interface RetrainingRow {
  readonly id: string;
  readonly model: string;
  readonly state: RetrainingState;
  /** Share that is done, 0…1. */
  readonly progress: number;
  /** Times that a worker has begun it. */
  readonly attempts: number;
  readonly cancelRequested: boolean;
  readonly request: unknown;
  readonly result: unknown;
  /** Why it failed or was cancelled. */
  readonly error: string | null;
  readonly requestedAtSec: number;
  readonly updatedAtSec: number;
}

/** Fields of a retraining that its worker changes. */
export interface RetrainingChange {
  readonly state?: RetrainingState;
  readonly progress?: number;
  readonly attempts?: number;
  readonly result?: unknown;
  readonly error?: string | null;
  readonly updatedAtSec: number;
}

/** SQLSTATE `unique_violation`. */
const UNIQUE_VIOLATION = "23505";

/** Appends a decision; none is ever changed or removed. */
export async function appendModelEvent(db: Kysely<SharedTables>, event: Omit<ModelEvent, "id">): Promise<void> {
  await db
    .insertInto("model_events")
    .values({
      recorded_at: Math.floor(event.recordedAtSec),
      model: event.model,
      event: event.event,
      champion: event.champion,
      challenger: event.challenger,
      detail: encodeJson(event.detail),
    })
    .execute();
}

/** Decisions, the newest first. */
export async function readModelEvents(db: Kysely<SharedTables>, limit: number): Promise<readonly ModelEvent[]> {
  const rows = await db.selectFrom("model_events").selectAll().orderBy("id", "desc").limit(limit).execute();
  return rows.map(({ id, recorded_at, model, event, champion, challenger, detail }) => ({
    id,
    recordedAtSec: Number(recorded_at),
    model,
    event,
    champion,
    challenger,
    detail,
  }));
}

/**
 * Keeps a retraining that waits for a worker.
 *
 * @throws PlimsollError `RETRAINING_RUNNING` while another one of the same model is open.
 */
export async function openRetraining(
  db: Kysely<SharedTables>,
  {
    id,
    model,
    request,
    atSec,
  }: { readonly id: string; readonly model: string; readonly request: unknown; readonly atSec: number },
): Promise<void> {
  const times = { requested_at: Math.floor(atSec), updated_at: Math.floor(atSec) };
  try {
    await db
      .insertInto("retrainings")
      .values({ id, model, state: "waiting", request: encodeJson(request), ...times })
      .execute();
  } catch (cause) {
    if (!hasErrno(cause, UNIQUE_VIOLATION)) throw cause;
    throw new PlimsollError({
      code: "RETRAINING_RUNNING",
      problem: `A retraining of ${model} is open already.`,
      remedy: "Wait for it, or cancel it: `retrain --list` shows its id, `retrain --cancel ID` ends it.",
      context: { model },
      cause,
    });
  }
}

/** A retraining, or `null`. */
export async function readRetraining(db: Kysely<SharedTables>, id: string): Promise<RetrainingRow | null> {
  const row = await db.selectFrom("retrainings").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : toRow(row);
}

/** Retrainings, the newest first. */
export async function listRetrainings(db: Kysely<SharedTables>, limit: number): Promise<readonly RetrainingRow[]> {
  const query = db.selectFrom("retrainings").selectAll().orderBy("requested_at", "desc").orderBy("id").limit(limit);
  return (await query.execute()).map(toRow);
}

/** Changes an open retraining. @returns false for one that has ended, which stays as it is. */
export async function changeRetraining(
  db: Kysely<SharedTables>,
  id: string,
  { result, updatedAtSec, ...change }: RetrainingChange,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("retrainings")
    .set({
      ...change,
      ...(result === undefined ? {} : { result: encodeJson(result) }),
      updated_at: Math.floor(updatedAtSec),
    })
    .where("id", "=", id)
    .where("state", "in", ["waiting", "running"])
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Ends an open retraining and logs the decision in one transaction: a crash between the two is impossible, and a worker that
 * comes too late logs nothing.
 */
export async function endRetraining(
  db: Kysely<SharedTables>,
  id: string,
  { change, event }: { readonly change: RetrainingChange; readonly event: Omit<ModelEvent, "id"> },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (await changeRetraining(transaction, id, change)) await appendModelEvent(transaction, event);
  });
}

/** Asks whoever runs a retraining to end it. @returns false when there is no open one of this id. */
export async function requestCancel(db: Kysely<SharedTables>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("retrainings")
    .set({ cancel_requested: true })
    .where("id", "=", id)
    .where("state", "in", ["waiting", "running"])
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function toRow(row: Selectable<SharedTables["retrainings"]>): RetrainingRow {
  return {
    id: row.id,
    model: row.model,
    state: row.state,
    progress: row.progress,
    attempts: row.attempts,
    cancelRequested: row.cancel_requested,
    request: row.request,
    result: row.result,
    error: row.error,
    requestedAtSec: Number(row.requested_at),
    updatedAtSec: Number(row.updated_at),
  };
}
