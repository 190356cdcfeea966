/** `npm run train -- --model ID [--data DIR]…`: trains a model and writes its artefact; shows progress on stderr. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { trainingEnvironment, trainQuantile } from "../../oracle/pipeline/retraining/train-quantile.ts";
import { openFeed, openTrainingData } from "../../oracle/pipeline/retraining/training-data.ts";
import { trainCascadeModel } from "./train-cascade.ts";
import { trainContagion } from "./train-contagion.ts";
import { trainCvarDepth } from "./train-cvar-depth.ts";
import { trainDeepPricer } from "./train-deep-pricer.ts";
import { trainFeedGuard } from "./train-feed-guard.ts";
import { trainHedgerModel } from "./train-hedger.ts";
import { trainVolatilityModel } from "./train-volatility.ts";

const DEFAULT_OUT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts");
const DEFAULT_SEED = "plimsoll-1";
const PERCENT = 100;
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
  "quantile-net": trainQuantileNetwork,
  garch: reportGarch,
  "vol-lstm": trainVolatility,
  "cvar-depth": trainCloseOut,
  "deep-pricer": trainPricingNetwork,
  "contagion-gnn": trainContagionNetworks,
  cascade: trainCascadeArtefact,
  "feed-guard": trainGuardNetwork,
  hedger: trainHedging,
};

async function trainQuantileNetwork(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const directory = join(resolve(options.out), options.model);
  const data = await openTrainingData(options.data);
  const bars = createPhaseBars();
  const { manifest, bytes } = await trainQuantile({
    data,
    seed: options.seed,
    directory,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
    onProgress: bars.show,
  }).finally(bars.stop);
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
    bytes,
  };
}

async function trainVolatility(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.data.length === 0) throw dataWanted(options.model);
  const bar = progressBar("training");
  const onProgress = (share: number): void => bar.update(PERCENT * share);
  return trainVolatilityModel({ ...options, environment: trainingEnvironment(), onProgress }).finally(() => bar.stop());
}

async function trainCloseOut(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const bars = createPhaseBars();
  const onProgress = (share: number): void => bars.show("training", share);
  return trainCvarDepth({ ...options, environment: trainingEnvironment(), onProgress }).finally(bars.stop);
}

async function trainContagionNetworks(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.data.length === 0) throw dataWanted(options.model);
  const bars = createPhaseBars();
  const onProgress = (share: number): void => bars.show("training", share);
  return trainContagion({ ...options, environment: trainingEnvironment(), onProgress }).finally(bars.stop);
}

async function trainGuardNetwork(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.data.length === 0) throw dataWanted(options.model);
  const bars = createPhaseBars();
  return trainFeedGuard({ ...options, environment: trainingEnvironment(), onProgress: bars.show }).finally(bars.stop);
}

async function trainCascadeArtefact(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const bars = createPhaseBars();
  const onProgress = (share: number): void => bars.show("training", share);
  return trainCascadeModel({ ...options, environment: trainingEnvironment(), onProgress }).finally(bars.stop);
}

async function trainPricingNetwork(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  const bars = createPhaseBars();
  const onProgress = (share: number): void => bars.show("training", share);
  return trainDeepPricer({ ...options, environment: trainingEnvironment(), onProgress }).finally(bars.stop);
}

async function trainHedging(options: TrainOptions): Promise<Readonly<Record<string, unknown>>> {
  if (options.data.length === 0) throw dataWanted(options.model);
  const bars = createPhaseBars();
  const onProgress = (share: number): void => bars.show("training", share);
  return trainHedgerModel({ ...options, environment: trainingEnvironment(), onProgress }).finally(bars.stop);
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
  const assets = [...snapshot.assets.values()].map((market) => {
    const forecast = forecaster.forecast(market, snapshot.atSec);
    return {
      asset: market.asset,
      specification: forecast.modelId,
      sigmaNextStep: forecast.sigmaPerStep[0],
      sigmaLastStep: forecast.sigmaPerStep.at(-1),
      fallbacks: forecast.fallbacks,
    };
  });
  return { model: "garch", dataSource: data.description, atSec: snapshot.atSec, assets };
}

/** One bar a phase, the next begins where the one before ends. */
function createPhaseBars() {
  let current: { readonly phase: string; readonly bar: SingleBar; drawn: number } | null = null;
  const stop = (): void => current?.bar.stop();
  const show = (phase: string, share: number): void => {
    if (current?.phase !== phase) {
      stop();
      current = { phase, bar: progressBar(phase), drawn: 0 };
    }
    const percent = Math.floor(PERCENT * share);
    if (percent <= current.drawn) return;
    current.drawn = percent;
    // Once a percent, so that the estimate rests on true speeds; where work is synchronous the bar's timer never draws.
    current.bar.update(percent);
    current.bar.render();
  };
  return { show, stop };
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

function dataWanted(model: string): PlimsollError<"TRAINING_DATA_WANTED"> {
  return new PlimsollError({
    code: "TRAINING_DATA_WANTED",
    problem: `The model "${model}" is trained from data files; none were given.`,
    remedy: "Pass --data with the folder that holds its bars (docs/operators.md, data files).",
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
