/** Worker thread of the embedded database: PGlite behind a session gate, reached through message ports. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { z } from "zod";
import { createSessionGate, type SessionGate } from "./session-gate.ts";

/** What the parent thread asks for. */
export type WorkerRequest = { readonly kind: "attach"; readonly port: MessagePort } | { readonly kind: "close" };

/** What the parent thread is told. */
export type WorkerEvent = { readonly kind: "ready" } | { readonly kind: "failed"; readonly error: unknown };

/** A port message of an attached thread: one more connection. */
export interface ConnectRequest {
  readonly connection: MessagePort;
}

/** A transaction may keep others waiting this long without doing anything, milliseconds. */
const IDLE_IN_TRANSACTION_LIMIT_MS = 30_000;
/**
 * Smaller than PostgreSQL's defaults (128 MB of buffers, 1 GB of log): the node's tables are small, and the whole of
 * `npm start` may use 1.5 GB.
 */
const SERVER_SETTINGS = ["shared_buffers=16MB", "max_wal_size=128MB", "min_wal_size=32MB"];

const optionsSchema = z.object({ databaseDir: z.string() });

/** Opens the database, serves ports until `close`, then flushes and ends the thread. */
async function main(parent: MessagePort): Promise<void> {
  const { databaseDir } = optionsSchema.parse(workerData);
  const database = await PGlite.create({ dataDir: databaseDir, postgresqlconf: SERVER_SETTINGS });
  // BullMQ uses unqualified names and expects its schema first; all our own names are qualified.
  await database.exec("SET search_path TO bullmq, public");
  const { rows } = await database.query<{ version: string }>("SELECT current_setting('server_version') AS version");
  const gate = createSessionGate({
    execute: (batch) => database.execProtocolRaw(batch),
    serverVersion: rows[0]?.version ?? "unknown",
    idleInTransactionLimitMs: IDLE_IN_TRANSACTION_LIMIT_MS,
    onFailure: (error) => {
      // The WebAssembly module is gone; ending the thread closes every port, which clients see as a lost connection.
      throw error;
    },
  });
  parent.on("message", (request: WorkerRequest) => {
    if (request.kind === "attach") serve(request.port, gate);
    else void close(parent, database, gate);
  });
  parent.postMessage({ kind: "ready" } satisfies WorkerEvent);
}

function serve(port: MessagePort, gate: SessionGate): void {
  port.on("message", ({ connection }: ConnectRequest) => {
    const member = gate.connect({
      send: (bytes) => connection.postMessage(bytes),
      hangUp: () => connection.close(),
    });
    connection.on("message", (bytes: Uint8Array) => member.receive(bytes));
    connection.on("close", () => member.drop());
  });
}

async function close(parent: MessagePort, database: PGlite, gate: SessionGate): Promise<void> {
  await gate.drain();
  await database.close();
  parent.close();
  process.exit(0);
}

if (parentPort !== null) {
  const parent = parentPort;
  main(parent).catch((error: unknown) => parent.postMessage({ kind: "failed", error } satisfies WorkerEvent));
}
