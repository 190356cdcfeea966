/** Thread that increments a counter in read-then-write transactions: interleaved ones would lose updates. */
import { workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseHandle } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";

interface CounterOptions {
  readonly handle: DatabaseHandle;
  readonly increments: number;
}

async function increment({ handle, increments }: CounterOptions): Promise<void> {
  const pool = connectDatabase(handle, createLogger({ level: "error" }));
  for (let done = 0; done < increments; done += 1) {
    const client = await pool.connect();
    await client.query("BEGIN");
    const { rows } = await client.query<{ n: number }>("SELECT n FROM public.counter");
    await client.query("UPDATE public.counter SET n = $1", [(rows[0]?.n ?? 0) + 1]);
    await client.query("COMMIT");
    client.release();
  }
  await pool.end();
}

if (workerData?.handle !== undefined) await increment(workerData);
