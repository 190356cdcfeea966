/** What has to outlive a crash: the database in the locked data folder, its tables, the place of the queues. */
import type { Logger } from "pino";
import type { Closer } from "../../platform/closer.ts";
import type { NodeConfig } from "../../platform/config.ts";
import type { DataDirLock } from "../../platform/data-dir-lock.ts";
import { type Database, openDatabase } from "../../platform/database/database.ts";
import {
  type OperatorStore,
  openOperatorStore,
  openSharedStore,
  type SharedStore,
} from "../../platform/database/store.ts";
import { openBackend, type QueueBackend } from "../../platform/queue/backend.ts";

/** The open foundation of a run. */
export interface Foundation {
  readonly database: Database;
  readonly shared: SharedStore;
  /** One store an operator, in operator order. */
  readonly stores: readonly OperatorStore[];
  /** Where queues can be opened. */
  readonly queueBackend: QueueBackend;
}

/** What the foundation is laid with. */
export interface FoundationOptions {
  readonly config: NodeConfig;
  readonly lock: DataDirLock;
  readonly closer: Closer;
  readonly logger: Logger;
}

/**
 * Opens everything durable and registers it with the closer.
 *
 * @throws PlimsollError `DATABASE_UNREACHABLE`, `DATABASE_UNUSABLE`, `DATABASE_SCHEMA_NEWER`, `REDIS_UNREACHABLE`.
 */
export async function openFoundation({ config, lock, closer, logger }: FoundationOptions): Promise<Foundation> {
  const database = await openDatabase({ url: config.databaseUrl, lock, logger });
  closer.add("database", () => database.close());
  const target = config.redisUrl === null ? { pool: database.pool } : { redisUrl: config.redisUrl };
  const queueBackend = await openBackend(target);
  const shared = await openSharedStore(database.pool);
  const stores: OperatorStore[] = [];
  for (let index = 0; index < config.operators; index += 1) stores.push(await openOperatorStore(database.pool, index));
  return { database, shared, stores, queueBackend };
}
