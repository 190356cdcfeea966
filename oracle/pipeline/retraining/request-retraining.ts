/** Puts a retraining on record and into the queue: by a user's command, or by an alarm of the drift watch. */
import type { Kysely } from "kysely";
import type { Clock } from "../../platform/clock.ts";
import { appendModelEvent, openRetraining } from "../../platform/database/model-rows.ts";
import type { SharedTables } from "../../platform/database/schema.ts";
import type { Queues } from "../../platform/queue/queues.ts";

/** A retraining as it is asked for. */
export interface RetrainingRequest {
  /** UUID. */
  readonly id: string;
  readonly model: string;
  /** Roots of the data; empty for the simulator. */
  readonly data: readonly string[];
  readonly seed: string;
  /** What led to it, for the log; absent for a user's own wish. */
  readonly alarm?: string;
}

/** Where requests go. */
export interface RequestDeps {
  readonly db: Kysely<SharedTables>;
  readonly queues: Queues;
  readonly clock: Clock;
}

/**
 * Enqueues a retraining: row first, log, then the job.
 *
 * @throws PlimsollError `RETRAINING_RUNNING` while another one of the same model is open.
 */
export async function requestRetraining(
  { db, queues, clock }: RequestDeps,
  { id, model, ...asked }: RetrainingRequest,
): Promise<void> {
  const recordedAtSec = Math.floor(clock.nowSec());
  const { data, seed } = asked;
  await openRetraining(db, { id, model, request: { data, seed }, atSec: recordedAtSec });
  const detail = { retraining: id, ...asked };
  const event = { recordedAtSec, model, event: "requested" as const, detail };
  await appendModelEvent(db, { ...event, champion: null, challenger: null });
  await queues.queue("retrain").add({ id });
}
