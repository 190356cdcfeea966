/** Mechanism studies as jobs of the queue: each has a folder with its order, every evaluation, and its result; a killed one goes on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { Closer } from "../../oracle/platform/closer.ts";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../oracle/platform/database/database.ts";
import { createQueues, type Queues } from "../../oracle/platform/queue/queues.ts";
import { openEvaluationLog } from "./evaluation-log.ts";
import { type StudyOrder, type StudyResult, study } from "./study.ts";

/** What a desk is opened with. */
export interface StudyDeskOptions {
  /** Folder of state: database, queues, studies. */
  readonly dataDir: string;
  /** PostgreSQL instead of the embedded one; `null` for that. */
  readonly databaseUrl: string | null;
  readonly closer: Closer;
  readonly logger: Logger;
  readonly nowSec: () => number;
}

/** Where studies are asked for. */
export interface StudyDesk {
  /**
   * Does a study as a job of this process. One of the same order that a killed process left is gone on with: none of its
   * evaluations is made again.
   *
   * @throws PlimsollError `MECHANISM_STUDY_FAILED` with the reason, and those of database and queue.
   */
  run(id: string, order: StudyOrder, onProgress: (share: number) => void): Promise<StudyResult>;
}

const orderSchema = z.strictObject({
  size: z.enum(["tiny", "quick", "full"]),
  data: z.array(z.string()),
  fromSec: z.number().nullable(),
  seed: z.string().min(1),
});

/** Opens database and queues and registers them with the closer. @throws PlimsollError `DATABASE_…`, `DATA_DIR_…`. */
export async function openStudyDesk(options: StudyDeskOptions): Promise<StudyDesk> {
  const { dataDir, databaseUrl, closer, logger } = options;
  const lock = lockDataDir(dataDir);
  closer.add("data folder lock", () => lock.release());
  const database = await openDatabase({ url: databaseUrl, lock, logger });
  closer.add("database", () => database.close());
  const queues = await createQueues({ target: { pool: database.pool }, logger });
  closer.add("queues", () => queues.close());
  return { run: async (id, order, onProgress) => await runHere({ ...options, queues }, { id, order }, onProgress) };
}

interface Asked {
  readonly id: string;
  readonly order: StudyOrder;
}

async function runHere(
  desk: StudyDeskOptions & { readonly queues: Queues },
  asked: Asked,
  onProgress: (share: number) => void,
): Promise<StudyResult> {
  const { dataDir, queues, nowSec, closer } = desk;
  const id = unfinished(dataDir, asked.order) ?? asked.id;
  const folder = folderOf(dataDir, id);
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, "order.json"), { ...asked.order });
  const ended = Promise.withResolvers<StudyResult>();
  queues.worker("mechanism", async (job, attempt) => {
    try {
      const report = (share: number): void => {
        onProgress(share);
        void attempt.progress(share).catch(() => {});
      };
      const result = await perform(folderOf(dataDir, job.id), { onProgress: report, nowSec });
      if (job.id === id) ended.resolve(result);
    } catch (error) {
      if (job.id === id) ended.reject(failed(id, error));
    }
  });
  await queues.queue("mechanism").add({ id });
  const stopped = pause(2 ** 31 - 1, undefined, { signal: closer.signal }).then(() =>
    Promise.reject(failed(id, "stopped")),
  );
  return await Promise.race([ended.promise, stopped]);
}

async function perform(
  folder: string,
  { onProgress, nowSec }: { readonly onProgress: (share: number) => void; readonly nowSec: () => number },
): Promise<StudyResult> {
  const order = readOrder(folder);
  if (order === null) throw failed(folder, "its order cannot be read");
  const log = openEvaluationLog(join(folder, "evaluations.jsonl"));
  try {
    const result = await study(order, { log, onProgress, nowSec });
    writeWhole(join(folder, "result.json"), result.json);
    return result;
  } finally {
    log.close();
  }
}

/** Id of a study of the same order without a result; `null` where there is none. */
function unfinished(dataDir: string, order: StudyOrder): string | null {
  const parent = join(dataDir, "mechanism");
  const ids = existsSync(parent) ? readdirSync(parent) : [];
  const wanted = JSON.stringify(orderSchema.parse(order));
  const isLeft = (id: string): boolean =>
    !existsSync(join(parent, id, "result.json")) && JSON.stringify(readOrder(join(parent, id))) === wanted;
  return ids.find(isLeft) ?? null;
}

function readOrder(folder: string): StudyOrder | null {
  const path = join(folder, "order.json");
  if (!existsSync(path)) return null;
  const parsed = orderSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  return parsed.success ? parsed.data : null;
}

/** Written beside and renamed: a kill leaves the old file or the new one. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value)}\n`);
  renameSync(`${path}.new`, path);
}

function folderOf(dataDir: string, id: string): string {
  return join(dataDir, "mechanism", id);
}

function failed(id: string, cause: unknown): PlimsollError<"MECHANISM_STUDY_FAILED"> {
  return new PlimsollError({
    code: "MECHANISM_STUDY_FAILED",
    problem: `The study ${id} has ended: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: "Mend the cause, then ask for the same study again: its evaluations are kept.",
    context: { id },
  });
}
