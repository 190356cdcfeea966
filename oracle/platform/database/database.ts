/** One door to PostgreSQL: a connection pool over the embedded database or a server, for any thread. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Pool, type PoolConfig } from "pg";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import type { DataDirLock } from "../data-dir-lock.ts";
import { maskUrl } from "../mask-url.ts";
import { openEmbeddedDatabase } from "./embedded.ts";
import type { ConnectRequest } from "./pglite-worker.ts";
import { PortSocket } from "./port-socket.ts";

/** What another thread needs to open its own pool; post it with {@link transferOf} as transfer list. */
export type DatabaseHandle =
  | { readonly kind: "embedded"; readonly port: MessagePort }
  | { readonly kind: "server"; readonly url: string };

/** An open database. */
export interface Database {
  readonly kind: DatabaseHandle["kind"];
  /** Pool of this thread. */
  readonly pool: Pool;
  /** A handle for one other thread. */
  openHandle(): DatabaseHandle;
  /** Ends this thread's pool and flushes; other threads end theirs first. */
  close(): Promise<void>;
}

/** Where the database is. */
export interface DatabaseOptions {
  /** Server URL, or `null` for the embedded database. */
  readonly url: string | null;
  /** Lock of the data folder: without it no embedded database can be opened. */
  readonly lock: DataDirLock;
  readonly logger: Logger;
}

/** BullMQ finds its unqualified names in this schema. */
const QUEUE_SCHEMA = "bullmq";
const CONNECT_LIMIT_MS = 5_000;
/** BullMQ keeps one connection per worker for notifications; beside those a few for queries. */
const MAX_CONNECTIONS = 20;
/** Each queue and worker listens for errors of the pool it shares. */
const MAX_ERROR_LISTENERS = 64;

/**
 * Opens the database and checks that it answers.
 *
 * @throws PlimsollError `DATABASE_UNREACHABLE` naming the URL without its password; `DATABASE_UNUSABLE` for a broken
 * embedded folder.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === null ? await openEmbedded(options) : await openServer(options.url, options.logger);
}

async function openEmbedded({ lock, logger }: DatabaseOptions): Promise<Database> {
  const embedded = await openEmbeddedDatabase(lock);
  embedded.failure.catch((error: unknown) => logger.fatal({ err: error }, "the embedded database stopped"));
  const pool = connectDatabase({ kind: "embedded", port: embedded.openPort() }, logger);
  return {
    kind: "embedded",
    pool,
    openHandle: () => ({ kind: "embedded", port: embedded.openPort() }),
    close: async () => {
      await pool.end();
      await embedded.close();
    },
  };
}

async function openServer(url: string, logger: Logger): Promise<Database> {
  const pool = connectDatabase({ kind: "server", url }, logger);
  try {
    await pool.query("SELECT 1");
  } catch (cause) {
    await pool.end();
    throw new PlimsollError({
      code: "DATABASE_UNREACHABLE",
      problem: `The database ${maskUrl(url)} does not answer.`,
      remedy: "Start it, correct DATABASE_URL, or unset DATABASE_URL to use the embedded database.",
      context: { url: maskUrl(url) },
      cause,
    });
  }
  return { kind: "server", pool, openHandle: () => ({ kind: "server", url }), close: () => pool.end() };
}

/** Opens a pool in this thread. Lost idle connections are logged and replaced; end the pool before the database closes. */
export function connectDatabase(handle: DatabaseHandle, logger: Logger): Pool {
  const pool = new Pool({ max: MAX_CONNECTIONS, connectionTimeoutMillis: CONNECT_LIMIT_MS, ...target(handle) });
  pool.setMaxListeners(MAX_ERROR_LISTENERS);
  pool.on("error", (error) => logger.warn({ err: error }, "database connection lost"));
  return pool;
}

/** Ports inside a handle, which `postMessage` and `new Worker` must transfer. */
export function transferOf(handle: DatabaseHandle): readonly MessagePort[] {
  return handle.kind === "embedded" ? [handle.port] : [];
}

function target(handle: DatabaseHandle): PoolConfig {
  if (handle.kind === "server") {
    return { connectionString: handle.url, options: `-c search_path=${QUEUE_SCHEMA},public` };
  }
  // Explicit, so that PGHOST, PGSSLMODE and their kin in the environment do not matter.
  const { port } = handle;
  port.unref();
  return { user: "postgres", database: "postgres", host: "embedded", ssl: false, stream: () => openSocket(port) };
}

function openSocket(port: MessagePort): PortSocket {
  const { port1, port2 } = new MessageChannel();
  port.postMessage({ connection: port1 } satisfies ConnectRequest, [port1]);
  return new PortSocket(port2);
}
