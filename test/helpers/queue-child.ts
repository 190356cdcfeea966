/** A process of its own that adds jobs until it is killed; each line on stdout is one acknowledged round. */
import { writeSync } from "node:fs";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { createQueues } from "../../oracle/platform/queue/queues.ts";

const STDOUT = 1;

async function addForEver(dataDir: string): Promise<void> {
  const logger = createLogger({ level: "error" });
  const database = await openDatabase({ url: null, lock: lockDataDir(dataDir), logger });
  const queue = (await createQueues({ target: { pool: database.pool }, logger })).queue("round-schedule");
  for (let round = 0; ; round += 1) {
    await queue.add({ round, atSec: 0 });
    // Synchronous: what the parent has not read by then was not acknowledged.
    writeSync(STDOUT, `${round}\n`);
  }
}

const dataDir = process.argv[2];
if (dataDir !== undefined && import.meta.main) await addForEver(dataDir);
