/** Opens the database of a finished run, to see what it has kept. */
import type { Pool } from "pg";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";

/** Runs `read` on the embedded database in a data folder, under its lock. */
export async function readDatabase<Result>(dataDir: string, read: (pool: Pool) => Promise<Result>): Promise<Result> {
  const lock = lockDataDir(dataDir);
  const database = await openDatabase({ url: null, lock, logger: createLogger({ level: "error" }) });
  try {
    return await read(database.pool);
  } finally {
    await database.close();
    lock.release();
  }
}
