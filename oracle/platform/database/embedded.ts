/** The embedded database: PGlite in a worker thread, its folder made in one step, its connections handed out as ports. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import type { DataDirLock } from "../data-dir-lock.ts";
import type { WorkerEvent, WorkerRequest } from "./pglite-worker.ts";

/** A running embedded database. */
export interface EmbeddedDatabase {
  /** A port for one thread (this or another, transferable); a pool over it opens connections. */
  openPort(): MessagePort;
  /** Rejects when the database's thread dies before it was closed; otherwise never settles. */
  readonly failure: Promise<never>;
  /** Runs what is queued, flushes, ends the thread. */
  close(): Promise<void>;
}

/** Folder of the database inside the data folder. */
const DATABASE_FOLDER = "db";
/** A database is made here and renamed when complete, so that a killed first start leaves nothing half-written. */
const UNFINISHED_FOLDER = "db.unfinished";

/**
 * Opens (on first use: creates) the database in a locked data folder.
 *
 * @throws PlimsollError `DATABASE_UNUSABLE` when the folder cannot be read as a database.
 */
export async function openEmbeddedDatabase(lock: DataDirLock): Promise<EmbeddedDatabase> {
  const databaseDir = join(lock.dataDir, DATABASE_FOLDER);
  if (!existsSync(databaseDir)) await createDatabase(lock.dataDir, databaseDir);
  return await startWorker(databaseDir);
}

/** A thread of its own, ended afterwards: creating a database takes 400 MB more than running it. */
async function createDatabase(dataDir: string, databaseDir: string): Promise<void> {
  const unfinishedDir = join(dataDir, UNFINISHED_FOLDER);
  rmSync(unfinishedDir, { recursive: true, force: true });
  const database = await startWorker(unfinishedDir);
  await database.close();
  renameSync(unfinishedDir, databaseDir);
}

async function startWorker(databaseDir: string): Promise<EmbeddedDatabase> {
  // The worker is a `.ts` file in the repository and a `.js` file in the package.
  const entry = new URL(`./pglite-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, { workerData: { databaseDir } });
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  let closing = false;
  const failure = new Promise<never>((_resolve, reject) => {
    worker.once("error", (cause) => reject(unusable(databaseDir, cause)));
    worker.once("exit", () => closing || reject(unusable(databaseDir, null)));
  });
  // Whoever races against it sees the failure; unobserved it must not end the process.
  failure.catch(() => {});
  await Promise.race([ready(worker, databaseDir), failure]);
  const post = (request: WorkerRequest, transfer: readonly MessagePort[] = []) => worker.postMessage(request, transfer);
  return {
    failure,
    openPort: () => {
      const { port1, port2 } = new MessageChannel();
      post({ kind: "attach", port: port1 }, [port1]);
      return port2;
    },
    close: async () => {
      if (!closing) post({ kind: "close" });
      closing = true;
      await exited;
    },
  };
}

async function ready(worker: Worker, databaseDir: string): Promise<void> {
  const event = await new Promise<WorkerEvent>((resolve) => worker.once("message", resolve));
  if (event.kind === "ready") return;
  await worker.terminate();
  throw unusable(databaseDir, event.error);
}

function unusable(databaseDir: string, cause: unknown): PlimsollError<"DATABASE_UNUSABLE"> {
  return new PlimsollError({
    code: "DATABASE_UNUSABLE",
    problem: `The embedded database in ${databaseDir} does not run.`,
    remedy: "Restore the folder from a backup, or move it away: state is rebuilt from the chain.",
    context: { databaseDir },
    cause,
  });
}
