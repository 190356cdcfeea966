/** Lets an alarm of the drift watch ask for a retraining, and works on it: it only ever proposes, as any retraining does. */
import type { DriftState } from "../../domain/drift.ts";
import { hasCode } from "../../domain/errors.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { listRetrainings } from "../../platform/database/model-rows.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import { requestRetraining } from "./request-retraining.ts";
import { createRetrainingProcessor, type RetrainingOptions } from "./retraining-job.ts";

/** What a node needs to retrain by itself. */
export interface AlarmRetrainingOptions extends RetrainingOptions {
  readonly queues: Queues;
  /** Model that the watch judges. */
  readonly model: string;
  /** Roots of the data that a challenger is trained on, at least one. */
  readonly data: readonly string[];
  /** Gives each retraining its UUID. */
  readonly newId: () => string;
}

/**
 * A week from one request to the next, whoever made it: a market that has changed gives several alarms, and a week of new rows
 * is the least that could make another challenger a different one.
 */
export const ALARM_GAP_SEC = 7 * SECONDS_PER_DAY;
/** Enough to reach back over the gap: more than so many requests fall into no week. */
const LOOKED_AT = 100;

/**
 * Starts the worker, takes up what a stopped or killed process has left open, and returns what is told of each new alarm. It
 * resolves when the job is stored, not when the training has ended; an alarm inside of the gap, or while a retraining of the
 * model is open, asks for nothing.
 */
export async function openAlarmRetraining(
  options: AlarmRetrainingOptions,
): Promise<(state: DriftState) => Promise<void>> {
  const { queues, model, data, newId, logger } = options;
  await takeUp(options);
  queues.worker("retrain", createRetrainingProcessor(options));
  return async ({ asset, alarm }) => {
    if (alarm === null || (await isTooSoon(options))) return;
    const name = `${asset}-${alarm.atSec}`;
    const request = { id: newId(), model, data, seed: `drift-${name}`, alarm: name };
    try {
      await requestRetraining(options, request);
      logger.info({ id: request.id, alarm: name }, "an alarm of the drift watch asks for a retraining");
    } catch (error) {
      // Somebody else's has begun between the look and the request: one is enough.
      if (!hasCode(error, "RETRAINING_RUNNING")) throw error;
    }
  };
}

async function isTooSoon({ db, clock, model }: AlarmRetrainingOptions): Promise<boolean> {
  const rows = (await listRetrainings(db, LOOKED_AT)).filter((row) => row.model === model);
  const newestSec = Math.max(...rows.map(({ requestedAtSec }) => requestedAtSec));
  return clock.nowSec() < newestSec + ALARM_GAP_SEC;
}

/** A job that is there already is not stored twice: it is known by its id. */
async function takeUp({ db, queues }: AlarmRetrainingOptions): Promise<void> {
  for (const { id, state } of await listRetrainings(db, LOOKED_AT))
    if (state === "waiting" || state === "running") await queues.queue("retrain").add({ id });
}
