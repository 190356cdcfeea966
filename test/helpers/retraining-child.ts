/** A process of its own that works on a retraining which never ends, until it is killed; says when training has begun. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openRetrainingDesk } from "../../oracle/pipeline/retraining/retraining-desk.ts";
import { runTrainingThread } from "../../oracle/pipeline/retraining/run-training-thread.ts";
import { createCloser } from "../../oracle/platform/closer.ts";
import { createLogger } from "../../oracle/platform/logger.ts";

const STDOUT = 1;
const ROOT = join(import.meta.dirname, "../..");
const ENTRY = new URL("./training-stand-in.ts", import.meta.url);

async function trainForEver(dataDir: string, id: string): Promise<void> {
  const logger = createLogger({ level: "error" });
  const desk = await openRetrainingDesk({
    config: { dataDir, databaseUrl: null, redisUrl: null },
    artifactsDir: join(ROOT, "oracle/models/artifacts"),
    closer: createCloser(logger),
    logger,
    train: (order, hooks) => runTrainingThread(ENTRY, { ...order, seed: "hang" }, hooks),
    lookEveryMs: 20,
  });
  await desk.run({ id, model: "quantile-net", data: [], seed: "keep" }, ({ progress }) => {
    if (progress > 0) writeSync(STDOUT, "training\n");
  });
}

const [dataDir, id] = process.argv.slice(2);
if (dataDir !== undefined && id !== undefined && import.meta.main) await trainForEver(dataDir, id);
