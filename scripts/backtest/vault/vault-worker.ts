/** A thread of the vault backtest: walks the segments that it is given, keeps their paths, and runs their vaults. */
import { parentPort } from "node:worker_threads";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { readDeploymentConfig } from "../../deploy/deployment-config.ts";
import { type LiveSegment, liveSegment, type PolicyDays } from "./live-segment.ts";
import { type VaultAnswer, type VaultTask, vaultTaskSchema } from "./vault-messages.ts";

const segments: LiveSegment[] = [];

async function perform(task: VaultTask): Promise<readonly PolicyDays[]> {
  if (task.kind === "again") return segments.flatMap((segment) => segment.again(task.specs));
  const source = await openFileSource({ paths: task.paths, assets: task.assets });
  const config = await readDeploymentConfig(task.config);
  const { fromSec, toSec, openUntilSec, seed, perDay } = task;
  const segment = await liveSegment({ source, fromSec, toSec, openUntilSec, config, seed, perDay }, task.specs);
  segments.push(segment);
  return segment.first;
}

async function answerTo(task: unknown): Promise<VaultAnswer> {
  try {
    const policies = await perform(vaultTaskSchema.parse(task));
    return { kind: "days", policies: policies.map(({ spec, days }) => ({ spec, days: new Map(days) })) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : "VAULT_THREAD_FAILED";
    return { kind: "failure", code, text: error instanceof Error ? error.message : String(error) };
  }
}

let before: Promise<void> = Promise.resolve();
parentPort?.on("message", (task: unknown) => {
  before = before.then(async () => parentPort?.postMessage(await answerTo(task)));
});
