/** `npm run train -- --model ID [--data DIR]…`: trains a model and writes its artefact; shows progress on stderr. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { z } from "zod";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { FEATURE_SCHEMA } from "../../oracle/features/feature-schema.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { collectSamples, type QuantileSample } from "../../oracle/training/dataset/quantile-samples.ts";
import { FIT_DEFAULTS } from "../../oracle/training/quantile-net/fit-network.ts";
import { NETWORK_COUNT, trainQuantileNet } from "../../oracle/training/quantile-net/train-quantile-net.ts";
import { writeArtefact } from "../../oracle/training/quantile-net/write-artefact.ts";
import { openFeed, openTrainingData, type TrainingData, WARM_UP_SEC } from "./data-pools.ts";
import { trainCvarDepth } from "./train-cvar-depth.ts";
import { trainVolatilityModel } from "./train-volatility.ts";

/** Hours between refits while rows are collected: live it is a day, but 1 400 fits would take a quarter of an hour. */
const REFIT_STEPS = 720;
const DEFAULT_OUT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts");
const DEFAULT_SEED = "plimsoll-1";
const PERCENT = 100;
const HOUR_SEC = 3_600;
const MS_PER_SECOND = 1_000;

interface TrainOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly json: boolean;
}

/** What each model's training does; the result is printed as JSON. */
const TRAINERS: Readonly<Record<string, (options: TrainOptions) => Promise<Readonly<Record<string, unknown>>>>> = {
  "quantile-net": trainQuantile,
  garch: reportGarch,
  "vol-lstm": trainVolatility,
  "cvar-depth": trainCloseOut,
};

async function trainQuantile(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const data = await openTrainingData(options.data);
  const rng = createRng(options.seed);
  const samples = withProgress("rows", (show) => collectAll(data, options.seed, show));
  const bar = progressBar("training");
  const maxSteps = NETWORK_COUNT * FIT_DEFAULTS.maxEpochs;
  const training = await trainQuantileNet({
    samples,
    split: data.split,
    schema: FEATURE_SCHEMA,
    rng: rng.fork("training"),
    onEpoch: (network, epoch) => bar.update((PERCENT * (network * FIT_DEFAULTS.maxEpochs + epoch)) / maxSteps),
  }).finally(() => bar.stop());
  const directory = join(resolve(options.out), options.model);
  const facts = {
    schema: FEATURE_SCHEMA,
    seed: options.seed,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
    dataSource: data.description,
    files: [...data.files],
    split: data.split,
    environment: environment(),
  };
  const manifest = await writeArtefact(training, facts, { directory, rng: rng.fork("vectors") });
  const { network, garch, ewmaNormal } = manifest.metrics;
  return {
    model: manifest.id,
    directory,
    sha256: manifest.sha256,
    defaultChoice: manifest.defaultChoice,
    rows: manifest.training.rows,
    pinballRatioToGarch: {
      network: network.meanRatioToGarch,
      garch: garch.meanRatioToGarch,
      ewmaNormal: ewmaNormal.meanRatioToGarch,
    },
    bytes: training.model.length,
  };
}

async function trainVolatility(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.data.length === 0) throw dataWanted(options.model);
  const bar = progressBar("training");
  const onProgress = (share: number): void => bar.update(PERCENT * share);
  return trainVolatilityModel({ ...options, environment: environment(), onProgress }).finally(() => bar.stop());
}

async function trainCloseOut(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const bar = progressBar("training");
  let drawn = 0;
  const onProgress = (share: number): void => {
    const percent = Math.floor(PERCENT * share);
    if (percent <= drawn) return;
    drawn = percent;
    bar.update(percent);
    bar.render();
  };
  return trainCvarDepth({ ...options, environment: environment(), onProgress }).finally(() => bar.stop());
}

function environment(): { readonly node: string; readonly onnxruntime: string; readonly platform: string } {
  return { node: process.version, onnxruntime: runtimeVersion(), platform: `${process.platform}-${process.arch}` };
}

function collectAll(data: TrainingData, seed: string, show: (share: number) => void): readonly QuantileSample[] {
  const rows = data.pools.flatMap(({ source, assets }, index) => {
    const forecaster = createVolatilityForecaster({ refitSteps: REFIT_STEPS });
    return collectSamples({
      feed: openFeed(source),
      forecaster,
      rng: createRng(`${seed}/baselines`),
      assets,
      fromSec: Math.ceil((source.fromSec + WARM_UP_SEC) / HOUR_SEC) * HOUR_SEC,
      toSec: source.toSec,
      everySec: data.everySec,
      baselinesFromSec: data.split.stopToSec,
      onProgress: (share) => show((index + share) / data.pools.length),
    });
  });
  return rows.sort((a, b) => a.atSec - b.atSec);
}

/** The classical model has no weights to ship: it is refitted live. This shows what the newest fit looks like. */
async function reportGarch(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const data = await openTrainingData(options.data);
  const [pool] = data.pools;
  if (pool === undefined) return { model: "garch", assets: [] };
  const feed = openFeed(pool.source);
  feed.advanceTo(pool.source.toSec);
  const snapshot = feed.snapshot();
  const forecaster = createVolatilityForecaster();
  const assets = withProgress("fits", () =>
    [...snapshot.assets.values()].map((market) => {
      const forecast = forecaster.forecast(market, snapshot.atSec);
      return {
        asset: market.asset,
        specification: forecast.modelId,
        sigmaNextStep: forecast.sigmaPerStep[0],
        sigmaLastStep: forecast.sigmaPerStep.at(-1),
        fallbacks: forecast.fallbacks,
      };
    }),
  );
  return { model: "garch", dataSource: data.description, atSec: snapshot.atSec, assets };
}

function withProgress<Value>(label: string, work: (show: (share: number) => void) => Value): Value {
  const bar = progressBar(label);
  let drawn = 0;
  try {
    return work((share) => {
      const percent = Math.floor(PERCENT * share);
      if (percent <= drawn) return;
      drawn = percent;
      // Once a percent, so that the estimate rests on true speeds; the work is synchronous, so the bar's timer never draws.
      bar.update(percent);
      bar.render();
    });
  } finally {
    bar.stop();
  }
}

function progressBar(label: string): SingleBar {
  const bar = new SingleBar({
    format: `${label.padEnd("training".length)} [{bar}] {percentage} % | {duration_formatted} | ETA {eta_formatted}`,
    stream: process.stderr,
    hideCursor: true,
    fps: 2,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  bar.start(PERCENT, 0);
  return bar;
}

function runtimeVersion(): string {
  const path = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, "utf8"))).version;
}

function dataWanted(model: string): PlimsollError<"TRAINING_DATA_WANTED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_WANTED",
    problem: `The model "${model}" is trained from data files; none were given.`,
    remedy: "Pass --data with the folder that holds hourly bars (docs/operators.md, data files).",
    context: { model },
  });
}

function unknownModel(model: string): PlimsollError<"MODEL_UNKNOWN"> {
  const known = Object.keys(TRAINERS).join(", ");
  return new PlimsollError({
    code: "MODEL_UNKNOWN",
    problem: `There is no model "${model}".`,
    remedy: `Use --model with one of: ${known}.`,
    context: { model, known },
  });
}

async function main(): Promise<void> {
  const command = new Command("train")
    .requiredOption("--model <id>", `model to train: ${Object.keys(TRAINERS).join(", ")}`)
    .option("--data <path...>", "data folder or file; may be given several times; without it the simulator is used", [])
    .option("--out <dir>", "folder of the artefact folders", DEFAULT_OUT)
    .option("--seed <text>", "seed of all randomness", DEFAULT_SEED)
    .option("--json", "print one JSON object as the last line", false)
    .parse();
  const options = command.opts<TrainOptions>();
  const train = TRAINERS[options.model];
  if (train === undefined) throw unknownModel(options.model);
  const result = await train(options);
  process.stdout.write(`${options.json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
