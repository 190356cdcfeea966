/** Where retrainings are asked for, followed, cancelled and looked up: database, queue and worker of one process. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import { WALL_CLOCK } from "../../platform/clock.ts";
import type { Closer } from "../../platform/closer.ts";
import type { NodeConfig } from "../../platform/config.ts";
import { lockDataDir } from "../../platform/data-dir-lock.ts";
import { openDatabase } from "../../platform/database/database.ts";
import {
  listRetrainings,
  type RetrainingRow,
  readModelEvents,
  readRetraining,
  requestCancel,
} from "../../platform/database/model-rows.ts";
import { openSharedStore, type SharedStore } from "../../platform/database/store.ts";
import { createQueues, type Queues } from "../../platform/queue/queues.ts";
import { type RetrainingRequest, requestRetraining } from "./request-retraining.ts";
import { createRetrainingProcessor } from "./retraining-job.ts";
import { runTrainingThread, TRAINING_ENTRY, type Training } from "./run-training-thread.ts";

/** What a desk is opened with. */
export interface RetrainingDeskOptions {
  readonly config: Pick<NodeConfig, "dataDir" | "databaseUrl" | "redisUrl">;
  /** Models in use. */
  readonly artifactsDir: string;
  readonly closer: Closer;
  readonly logger: Logger;
  /** Absent: the training thread of this program. */
  readonly train?: Training;
  /** Pause between two looks at a row, milliseconds; a second by default. */
  readonly lookEveryMs?: number;
}

/** An open desk. */
export interface RetrainingDesk {
  /**
   * Enqueues a retraining, works on the queue in this process, and resolves with the row that has ended, however. A retraining
   * that a killed process left open is finished first.
   *
   * @param onProgress told of the row at every look.
   * @throws PlimsollError `RETRAINING_RUNNING` while another process has an open one of the same model.
   */
  run(request: RetrainingRequest, onProgress: (row: RetrainingRow) => void): Promise<RetrainingRow>;
  /** Asks whoever works on it to end it. @returns false when none of this id is open. */
  cancel(id: string): Promise<boolean>;
  list(): Promise<readonly RetrainingRow[]>;
  events(): Promise<readonly ModelEvent[]>;
}

const LOOK_EVERY_MS = 1_000;
const SHOWN = 100;

/**
 * Opens database and queues and registers them with the closer.
 *
 * @throws PlimsollError `DATABASE_…`, `REDIS_UNREACHABLE`, `DATA_DIR_…`.
 */
export async function openRetrainingDesk(options: RetrainingDeskOptions): Promise<RetrainingDesk> {
  const { config, closer, logger } = options;
  const lock = lockDataDir(config.dataDir);
  closer.add("data folder lock", () => lock.release());
  const database = await openDatabase({ url: config.databaseUrl, lock, logger });
  closer.add("database", () => database.close());
  const { db } = await openSharedStore(database.pool);
  const target = config.redisUrl === null ? { pool: database.pool } : { redisUrl: config.redisUrl };
  const queues = await createQueues({ target, logger });
  closer.add("queues", () => queues.close());
  return {
    run: async (request, onProgress) => await runHere({ ...options, db, queues }, request, onProgress),
    cancel: async (id) => await requestCancel(db, id),
    list: async () => await listRetrainings(db, SHOWN),
    events: async () => await readModelEvents(db, SHOWN),
  };
}

interface OpenDesk extends RetrainingDeskOptions {
  readonly db: SharedStore["db"];
  readonly queues: Queues;
}

async function runHere(
  desk: OpenDesk,
  request: RetrainingRequest,
  onProgress: (row: RetrainingRow) => void,
): Promise<RetrainingRow> {
  const { db, queues, config, artifactsDir, logger } = desk;
  const lookEveryMs = desk.lookEveryMs ?? LOOK_EVERY_MS;
  const processor = createRetrainingProcessor({
    db,
    clock: WALL_CLOCK,
    logger,
    train: desk.train ?? ((order, hooks) => runTrainingThread(TRAINING_ENTRY, order, hooks)),
    artifactsDir,
    retrainingsDir: join(config.dataDir, "retrainings"),
    stopping: desk.closer.signal,
    lookEveryMs,
  });
  queues.worker("retrain", processor);
  for (const left of await leftOpen(db)) await untilEnded(desk, { id: left.id, lookEveryMs, onProgress });
  await requestRetraining({ db, queues, clock: WALL_CLOCK }, request);
  return await untilEnded(desk, { id: request.id, lookEveryMs, onProgress });
}

async function leftOpen(db: OpenDesk["db"]): Promise<readonly RetrainingRow[]> {
  return (await listRetrainings(db, SHOWN)).filter(({ state }) => state === "waiting" || state === "running");
}

interface Following {
  readonly id: string;
  readonly lookEveryMs: number;
  readonly onProgress: (row: RetrainingRow) => void;
}

async function untilEnded({ db, queues, closer }: OpenDesk, following: Following): Promise<RetrainingRow> {
  const { id, lookEveryMs, onProgress } = following;
  for (;;) {
    const row = await readRetraining(db, id);
    if (row === null) throw unknown(id);
    onProgress(row);
    if (row.state !== "waiting" && row.state !== "running") return row;
    // A process that died between row and queue has left a row that no job stands for.
    if (row.state === "waiting" && (await queues.queue("retrain").depth()) === 0)
      await queues.queue("retrain").add({ id });
    await pause(lookEveryMs, undefined, { signal: closer.signal });
  }
}

function unknown(id: string): PlimsollError<"RETRAINING_UNKNOWN"> {
  return new PlimsollError({
    code: "RETRAINING_UNKNOWN",
    problem: `There is no retraining ${id}.`,
    remedy: "List them with `retrain --list`.",
    context: { id },
  });
}
