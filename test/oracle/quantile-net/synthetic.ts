/** Synthetic samples, forecasts and artefacts for the tests of the quantile network: seconds to train, no data needed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FeatureVector } from "../../../oracle/domain/features.ts";
import type { VolForecast } from "../../../oracle/domain/prediction.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { horizonSigmas } from "../../../oracle/models/quantile-net/network-inputs.ts";
import { adverseMoveQuantiles } from "../../../oracle/models/volatility/adverse-move-quantiles.ts";
import type { QuantileSample } from "../../../oracle/training/dataset/quantile-samples.ts";
import { trainQuantileNet } from "../../../oracle/training/quantile-net/train-quantile-net.ts";
import { writeArtefact } from "../../../oracle/training/quantile-net/write-artefact.ts";

export const HOUR_SEC = 3_600;
/** Borders of the synthetic blocks, seconds; rows are an hour apart from 0 on. */
export const SPLIT = { trainToSec: 1_000 * HOUR_SEC, stopToSec: 1_400 * HOUR_SEC } as const;
const ROWS = 1_800;

const RESIDUAL_RNG = createRng("residuals");
const RESIDUALS = Float64Array.from({ length: 400 }, () => RESIDUAL_RNG.normal());

/** A forecast with constant volatility per hour. */
export function flatForecast(sigmaPerHour: number, asset = "BTC"): VolForecast {
  return {
    asset,
    atSec: 7_200,
    modelId: "garch-normal",
    stepSec: HOUR_SEC,
    sigmaPerStep: new Float64Array(72).fill(sigmaPerHour),
    residuals: RESIDUALS,
    fallbacks: [],
  };
}

/** A feature vector inside the plausible range of every feature; book, funding and implied are missing. */
export function plainFeatures(seed: string, asset = "BTC"): FeatureVector {
  const rng = createRng(seed);
  const absent = ["book", "funding", "implied"];
  const missing = Uint8Array.from(FEATURE_SCHEMA.definitions, ({ family }) => Number(absent.includes(family)));
  const values = Float64Array.from(FEATURE_SCHEMA.definitions, ({ min, max }, index) => {
    const share = 0.45 + 0.1 * rng.uniform();
    return missing[index] === 1 ? Number.NaN : min + (max - min) * share;
  });
  return { asset, atSec: 7_200, schemaHash: FEATURE_SCHEMA.hash, values, missing, clipped: [] };
}

/** Samples whose moves are those of a random walk with the forecast volatility. */
export function syntheticSamples(): readonly QuantileSample[] {
  const garch = adverseMoveQuantiles(flatForecast(0.005), createRng("baseline"));
  return Array.from({ length: ROWS }, (_, row) => {
    const rng = createRng(`row-${row}`);
    const sigmaPerHour = 0.003 + 0.004 * rng.uniform();
    const sigma = horizonSigmas(flatForecast(sigmaPerHour));
    const extremes = (): Float64Array => {
      const shock = Math.abs(rng.normal());
      return sigma.map((value) => value * shock);
    };
    const { values, missing } = plainFeatures(`features-${row}`);
    const labels = { fall: extremes(), rise: extremes() };
    return {
      asset: "BTC",
      atSec: row * HOUR_SEC,
      values,
      missing,
      sigma,
      labels,
      baselines: { garch, ewmaSigmaPerHour: sigmaPerHour },
    };
  });
}

/** Trains a small artefact into a fresh folder; two epochs are enough for everything but quality. */
export async function trainSmallArtefact(seed: string): Promise<{ directory: string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "plimsoll-quantile-"));
  const directory = join(root, "quantile-net");
  const rng = createRng(seed);
  const request = {
    samples: syntheticSamples(),
    split: SPLIT,
    schema: FEATURE_SCHEMA,
    rng: rng.fork("training"),
    maxEpochs: 2,
  };
  const training = await trainQuantileNet(request);
  const environment = { node: "test", onnxruntime: "test", platform: "test" };
  const trainedAtSec = SPLIT.stopToSec;
  const facts = {
    schema: FEATURE_SCHEMA,
    seed,
    trainedAtSec,
    dataSource: "synthetic",
    files: [],
    split: SPLIT,
    environment,
  };
  await writeArtefact(training, facts, { directory, rng: rng.fork("vectors") });
  return { directory, remove: () => rm(root, { recursive: true }) };
}
