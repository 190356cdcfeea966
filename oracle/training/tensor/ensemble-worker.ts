/** Thread of one ensemble member: loads the training module, trains, sends progress and parameters back. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import type { MemberTrainer } from "./ensemble.ts";

const inputSchema = z.object({ module: z.url(), task: z.unknown() });
const moduleSchema = z.object({
  trainMember: z.custom<MemberTrainer>((value) => typeof value === "function", "a function trainMember"),
});

async function main(): Promise<void> {
  const { module, task } = inputSchema.parse(workerData);
  const { trainMember } = moduleSchema.parse({ ...(await import(module)) });
  const parameters = await trainMember(task, (progress) => parentPort?.postMessage({ kind: "progress", progress }));
  parentPort?.postMessage({ kind: "result", parameters: new Map(parameters) });
}

try {
  await main();
} catch (error) {
  parentPort?.postMessage({ kind: "failure", text: error instanceof Error ? error.message : String(error) });
}
