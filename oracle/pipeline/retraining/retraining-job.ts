/** What a worker does with a retraining: begins or resumes it, follows it, ends it with a logged decision. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { z } from "zod";
import { hasCode, PlimsollError } from "../../domain/errors.ts";
import type { ModelEvent } from "../../domain/model-event.ts";
import type { Clock } from "../../platform/clock.ts";
import {
  changeRetraining,
  endRetraining,
  type RetrainingRow,
  readRetraining,
} from "../../platform/database/model-rows.ts";
import type { SharedTables } from "../../platform/database/schema.ts";
import type { JobProcessor } from "../../platform/queue/queues.ts";
import { writePromotion } from "./promotion-files.ts";
import type { Training } from "./run-training-thread.ts";
import type { TrainingOrder, TrainingOutcome } from "./training-order.ts";

/** What a retraining asks for; kept in its row. */
export const retrainingRequestSchema = z.strictObject({ data: z.array(z.string()), seed: z.string().min(1) });

/** What a worker needs. */
export interface RetrainingOptions {
  readonly db: Kysely<SharedTables>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly train: Training;
  /** Models in use. */
  readonly artifactsDir: string;
  /** Folder of everything that retrainings write, one folder each. */
  readonly retrainingsDir: string;
  /** Aborted when this process stops: the training is broken off, and the next process begins it again. */
  readonly stopping: AbortSignal;
  /** Pause between two looks whether the user has cancelled, milliseconds. */
  readonly lookEveryMs: number;
}

/** A killed training is begun again once; one that dies twice is given up, so that it cannot take a node down for ever. */
const MAX_ATTEMPTS = 2;
/** Progress is kept in steps of this share. */
const PROGRESS_STEP = 0.01;
const MILLISECONDS = 1_000;

/** The processor of the queue `retrain`. It never throws for a failed training: the row and the log say what happened. */
export function createRetrainingProcessor(options: RetrainingOptions): JobProcessor<"retrain"> {
  return async ({ id }, { progress }) => {
    const row = await readRetraining(options.db, id);
    if (row === null || !isOpen(row)) return;
    if (row.cancelRequested) return await end(options, row, cancelled());
    if (row.attempts >= MAX_ATTEMPTS) return await end(options, row, diedTwice());
    const attempts = row.attempts + 1;
    await changeRetraining(options.db, id, { state: "running", attempts, progress: 0, updatedAtSec: nowSec(options) });
    try {
      const outcome = await follow(options, row, progress);
      await decide(options, row, outcome);
    } catch (error) {
      if (options.stopping.aborted) await putBack(options, row);
      else await end(options, row, error);
    }
  };
}

function isOpen({ state }: RetrainingRow): boolean {
  return state === "waiting" || state === "running";
}

async function follow(
  options: RetrainingOptions,
  row: RetrainingRow,
  progress: (share: number) => Promise<void>,
): Promise<TrainingOutcome> {
  const order = await prepare(options, row);
  const cancelling = new AbortController();
  let shown = 0;
  const note = async (share: number): Promise<void> => {
    if (share < shown + PROGRESS_STEP) return;
    shown = share;
    await changeRetraining(options.db, row.id, { progress: share, updatedAtSec: nowSec(options) });
    await progress(share);
  };
  const warn = (err: unknown): void => options.logger.warn({ err, id: row.id }, "progress of a retraining is not kept");
  const look = async (): Promise<void> => {
    const current = await readRetraining(options.db, row.id);
    if (current?.cancelRequested) cancelling.abort();
  };
  const watch = setInterval(() => void look().catch(warn), options.lookEveryMs);
  try {
    const onProgress = (share: number): void => void note(share).catch(warn);
    const signal = AbortSignal.any([cancelling.signal, options.stopping]);
    return await options.train(order, { signal, onProgress });
  } finally {
    clearInterval(watch);
  }
}

/** A process that stops in order has not died: the attempt does not count. */
async function putBack(options: RetrainingOptions, { id, attempts }: RetrainingRow): Promise<void> {
  const updatedAtSec = nowSec(options);
  await changeRetraining(options.db, id, { state: "waiting", attempts, progress: 0, updatedAtSec });
}

/** An earlier attempt's half-written files are removed: every attempt begins from nothing. */
async function prepare(options: RetrainingOptions, { id, model, request }: RetrainingRow): Promise<TrainingOrder> {
  const challengerDir = join(options.retrainingsDir, id, "challenger");
  await rm(challengerDir, { recursive: true, force: true });
  await mkdir(challengerDir, { recursive: true });
  const { data, seed } = retrainingRequestSchema.parse(request);
  const championDir = join(options.artifactsDir, model);
  return { model, data, seed, championDir, challengerDir, trainedAtSec: nowSec(options) };
}

async function decide(options: RetrainingOptions, row: RetrainingRow, outcome: TrainingOutcome): Promise<void> {
  const { decision, champion, challenger, cardDiff } = outcome;
  const { id, model } = row;
  const folder = join(options.retrainingsDir, id);
  const promotion = decision.promote
    ? await writePromotion({
        model,
        artifactsDir: options.artifactsDir,
        challengerDir: join(folder, "challenger"),
        targetDir: join(folder, "promotion"),
        cardDiff,
      })
    : null;
  const detail = { retraining: id, decision, promotion };
  const event = decision.promote ? ("promoted" as const) : ("kept" as const);
  await endRetraining(options.db, id, {
    change: { state: "done", progress: 1, result: { ...detail, cardDiff }, updatedAtSec: nowSec(options) },
    event: { recordedAtSec: nowSec(options), model, event, champion, challenger, detail },
  });
  options.logger.info({ id, event, reason: decision.reason, pValue: decision.pValue }, "retraining has ended");
}

async function end(options: RetrainingOptions, { id, model }: RetrainingRow, error: unknown): Promise<void> {
  const state = hasCode(error, "RETRAINING_CANCELLED") ? ("cancelled" as const) : ("failed" as const);
  const reason = error instanceof Error ? error.message : String(error);
  const event: Omit<ModelEvent, "id"> = {
    recordedAtSec: nowSec(options),
    model,
    event: state,
    champion: null,
    challenger: null,
    detail: { retraining: id, reason },
  };
  await endRetraining(options.db, id, { change: { state, error: reason, updatedAtSec: nowSec(options) }, event });
  options.logger.warn({ id, state, reason }, "retraining has ended without a decision");
}

function nowSec({ clock }: RetrainingOptions): number {
  return Math.floor(clock.nowMs() / MILLISECONDS);
}

function cancelled(): PlimsollError {
  return new PlimsollError({
    code: "RETRAINING_CANCELLED",
    problem: "The retraining was cancelled before it began.",
    remedy: "Start another one.",
  });
}

function diedTwice(): PlimsollError {
  return new PlimsollError({
    code: "RETRAINING_DIED",
    problem: `The process died ${MAX_ATTEMPTS} times during this training.`,
    remedy: "Look for a lack of memory, then start another retraining.",
    context: { attempts: MAX_ATTEMPTS },
  });
}
