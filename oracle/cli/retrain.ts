/** `plimsoll retrain`: trains a challenger of a model as a job that survives a crash, and says whether it is promoted. */

import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { z } from "zod";
import { openRetrainingDesk, type RetrainingDesk } from "../pipeline/retraining/retraining-desk.ts";
import { RETRAINABLE } from "../pipeline/retraining/training-order.ts";
import { closeOnSignals, createCloser } from "../platform/closer.ts";
import { configFromEnvironment, loadConfig, type NodeConfig } from "../platform/config.ts";
import type { RetrainingRow } from "../platform/database/model-rows.ts";
import { createLogger } from "../platform/logger.ts";
import { parseFlags } from "./parse-flags.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const ARTIFACTS_DIR = join(ROOT, "oracle/models/artifacts");
const PERCENT = 100;
const INDENT = 2;

const flagsSchema = z.object({
  model: z.enum(RETRAINABLE).default("quantile-net"),
  trainingSeed: z.string().min(1).default("plimsoll-1"),
  list: z.boolean().default(false),
  cancel: z.uuid().optional(),
  json: z.boolean().default(false),
});
type Flags = z.infer<typeof flagsSchema>;

/** Builds the command. */
export function retrainCommand(): Command {
  return new Command("retrain")
    .description("Train a challenger on recent data, compare it with the model in use, and log the decision.")
    .option("--model <id>", `model to train again: ${RETRAINABLE.join(", ")}`)
    .option("--data <path>", "folder or file of market data; may be given several times", collect)
    .option("--training-seed <text>", "seed of all randomness of the training")
    .option("--models-dir <path>", "folder of the models in use; without it the ones that come with the program")
    .option("--data-dir <path>", "folder of state: database, queues, trained challengers")
    .option("--list", "show retrainings and the decisions about models")
    .option("--cancel <id>", "ask a retraining to end")
    .option("--json", "print one JSON object")
    .action(async (flags: Readonly<Record<string, unknown>>) => await retrain(flags));
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

async function retrain(given: Readonly<Record<string, unknown>>): Promise<void> {
  const { model: _model, trainingSeed: _seed, list: _list, cancel: _cancel, ...nodeFlags } = given;
  const config = loadConfig({ logLevel: "warn", ...configFromEnvironment(process.env), ...nodeFlags });
  const flags = parseFlags(flagsSchema, given, FLAG_FAULT);
  const logger = createLogger({ level: config.logLevel });
  const closer = createCloser(logger);
  closeOnSignals({ signals: process, closer, logger, exit: (code) => process.exit(code) });
  try {
    const artifactsDir = config.modelsDir ?? ARTIFACTS_DIR;
    const desk = await openRetrainingDesk({ config, artifactsDir, closer, logger });
    print(await act(desk, flags, config), config);
  } finally {
    await closer.close();
  }
}

async function act(desk: RetrainingDesk, flags: Flags, config: NodeConfig): Promise<unknown> {
  if (flags.list) return { retrainings: await desk.list(), events: await desk.events() };
  if (flags.cancel !== undefined) return { id: flags.cancel, asked: await desk.cancel(flags.cancel) };
  const request = { id: randomUUID(), model: flags.model, data: [...config.data], seed: flags.trainingSeed };
  const bar = progressBar();
  return await desk.run(request, (row) => bar.update(Math.round(PERCENT * row.progress))).finally(() => bar.stop());
}

const FLAG_FAULT = {
  code: "RETRAIN_FLAG_INVALID",
  remedy: "See `node oracle/main.ts retrain --help`.",
} as const;

function progressBar(): SingleBar {
  const bar = new SingleBar({
    format: "retraining [{bar}] {percentage} % | {duration_formatted} | ETA {eta_formatted}",
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  bar.start(PERCENT, 0);
  return bar;
}

function print(result: unknown, { json }: NodeConfig): void {
  const isFinished = (value: unknown): value is RetrainingRow => typeof value === "object" && value !== null;
  if (!isFinished(result)) return;
  process.stdout.write(`${json ? JSON.stringify(result) : JSON.stringify(result, null, INDENT)}\n`);
}
