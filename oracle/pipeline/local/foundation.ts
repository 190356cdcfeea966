/** What has to outlive a crash: the locked data folder, the database in it, its tables, the queues. */
import type { Logger } from "pino";
import type { Closer } from "../../platform/closer.ts";
import type { NodeConfig } from "../../platform/config.ts";
import { lockDataDir } from "../../platform/data-dir-lock.ts";
import { type Database, openDatabase } from "../../platform/database/database.ts";
import {
  type OperatorStore,
  openOperatorStore,
  openSharedStore,
  type SharedStore,
} from "../../platform/database/store.ts";
import { createQueues, type Queues } from "../../platform/queue/queues.ts";

/** The open foundation of a run. */
export interface Foundation {
  readonly database: Database;
  readonly shared: SharedStore;
  /** One store an operator, in operator order. */
  readonly stores: readonly OperatorStore[];
  readonly queues: Queues;
}

/**
 * Opens everything durable and registers it with the closer.
 *
 * @throws PlimsollError `DATA_DIR_LOCKED`, `DATA_DIR_UNUSABLE`, `DATABASE_UNREACHABLE`, `DATABASE_UNUSABLE`,
 *   `DATABASE_SCHEMA_NEWER`, `REDIS_UNREACHABLE`.
 */
export async function openFoundation(config: NodeConfig, closer: Closer, logger: Logger): Promise<Foundation> {
  const lock = lockDataDir(config.dataDir);
  closer.add("data folder lock", () => lock.release());
  const database = await openDatabase({ url: config.databaseUrl, lock, logger });
  closer.add("database", () => database.close());
  const shared = await openSharedStore(database.pool);
  const stores: OperatorStore[] = [];
  for (let index = 0; index < config.operators; index += 1) stores.push(await openOperatorStore(database.pool, index));
  const target = config.redisUrl === null ? { pool: database.pool } : { redisUrl: config.redisUrl };
  const queues = await createQueues({ target, logger });
  closer.add("queues", () => queues.close());
  return { database, shared, stores, queues };
}
