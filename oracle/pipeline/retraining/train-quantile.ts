/** From opened data to a written artefact of the quantile network: for the command line and for retrainings alike. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { FEATURE_SCHEMA } from "../../features/feature-schema.ts";
import { createRng } from "../../math/rng.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import { createVolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";
import { collectSamples, type QuantileSample } from "../../training/dataset/quantile-samples.ts";
import { FIT_DEFAULTS } from "../../training/quantile-net/fit-network.ts";
import { NETWORK_COUNT, trainQuantileNet } from "../../training/quantile-net/train-quantile-net.ts";
import { writeArtefact } from "../../training/quantile-net/write-artefact.ts";
import { openFeed, type TrainingData, WARM_UP_SEC } from "./training-data.ts";

/** What is trained, and where to. */
export interface QuantileTrainingRequest {
  readonly data: TrainingData;
  readonly seed: string;
  /** Folder of the artefact. */
  readonly directory: string;
  /** Appears in the card only, seconds. */
  readonly trainedAtSec: number;
  /** Share of a phase that is done, 0…1. */
  readonly onProgress: (phase: "rows" | "training", share: number) => void;
}

/** A written artefact and the rows behind it, ascending in time. */
export interface QuantileTrainingResult {
  readonly manifest: QuantileManifest;
  readonly samples: readonly QuantileSample[];
  /** Size of the model file. */
  readonly bytes: number;
}

/** Hours between refits while rows are collected: live it is a day, but 1 400 fits would take a quarter of an hour. */
const REFIT_STEPS = 720;

/**
 * Trains and writes the artefact.
 *
 * @throws PlimsollError `TRAINING_…`, `EXPORT_…`.
 */
export async function trainQuantile(request: QuantileTrainingRequest): Promise<QuantileTrainingResult> {
  const { data, seed, directory, trainedAtSec, onProgress } = request;
  const rng = createRng(seed);
  const samples = collectAll(data, seed, (share) => onProgress("rows", share));
  const maxSteps = NETWORK_COUNT * FIT_DEFAULTS.maxEpochs;
  const training = await trainQuantileNet({
    samples,
    split: data.split,
    schema: FEATURE_SCHEMA,
    rng: rng.fork("training"),
    onEpoch: (network, epoch) => onProgress("training", (network * FIT_DEFAULTS.maxEpochs + epoch) / maxSteps),
  });
  const facts = {
    schema: FEATURE_SCHEMA,
    seed,
    trainedAtSec,
    dataSource: data.description,
    files: [...data.files],
    split: data.split,
    environment: trainingEnvironment(),
  };
  const manifest = await writeArtefact(training, facts, { directory, rng: rng.fork("vectors") });
  return { manifest, samples, bytes: training.model.length };
}

/** Versions that an artefact was made with. */
export function trainingEnvironment(): QuantileManifest["environment"] {
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
      fromSec: Math.ceil((source.fromSec + WARM_UP_SEC) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR,
      toSec: source.toSec,
      everySec: data.everySec,
      baselinesFromSec: data.split.stopToSec,
      onProgress: (share) => show((index + share) / data.pools.length),
    });
  });
  return rows.sort((a, b) => a.atSec - b.atSec);
}

function runtimeVersion(): string {
  const path = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, "utf8"))).version;
}
