/** Serves adverse-move quantiles: the learned network where it may be trusted, the GARCH quantile everywhere else. */
import type { InferenceSession } from "onnxruntime-node";
import type { Outcome } from "../../domain/errors.ts";
import type { FeatureSchema, FeatureVector } from "../../domain/features.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { FallbackReason, ModelIdentity, QuantilePrediction, VolForecast } from "../../domain/prediction.ts";
import type { Rng } from "../../math/rng.ts";
import {
  type QuantileManifest,
  type QuantileVectors,
  quantileManifestSchema,
  quantileVectorsSchema,
} from "../manifest.ts";
import { type LoadedArtefact, loadArtefact } from "../session.ts";
import { adverseMoveQuantiles } from "../volatility/adverse-move-quantiles.ts";
import { guardInputs } from "./input-guard.ts";
import { horizonSigmas, type NetworkRow, networkRows } from "./network-inputs.ts";
import { readMoves } from "./read-moves.ts";
import { OUTPUTS_PER_ROW, runNetwork } from "./run-network.ts";

/** Where the predictor reports that it falls back; pino fits. */
export interface PredictorLogger {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Settings of the predictor. */
export interface QuantilePredictorOptions {
  /** Folder with model.onnx, manifest.json and vectors.json. */
  readonly artifactDir: string;
  /** Schema of the feature vectors that will be passed in. */
  readonly schema: FeatureSchema;
  readonly rng: Rng;
  readonly logger?: PredictorLogger;
}

/** What one asset's prediction is made from. */
export interface QuantileInput {
  readonly features: FeatureVector;
  readonly volatility: VolForecast;
}

/** Whether the network serves, and if not, why. */
export interface PredictorStatus {
  readonly serving: "quantile-net" | "garch-quantile";
  /** `null` while the network serves, or when the manifest names the GARCH quantile as the better model. */
  readonly reason: FallbackReason | null;
  readonly detail: string | null;
}

/** Adverse-move quantiles for a batch of assets. */
export interface QuantilePredictor {
  /**
   * One prediction for each input, in order. Never fails for a bad artefact, row or output: the row falls back to the
   * GARCH quantile and carries the reason in `fallbacks`.
   */
  predict(inputs: readonly QuantileInput[]): Promise<readonly QuantilePrediction[]>;
  /** Artefact in use; `null` when none could be loaded. */
  readonly identity: ModelIdentity | null;
  /** Assets that the network was fitted on; empty when none could be loaded or its manifest does not name them. */
  readonly trainedAssets: readonly AssetSymbol[];
  readonly status: PredictorStatus;
  /** Frees the native session; afterwards every prediction is the GARCH quantile, flagged `artefact-missing`. */
  close(): Promise<void>;
}

type Artefact = LoadedArtefact<QuantileManifest, QuantileVectors>;

/** Volatility without any fit; the flag alone also stands for too few days for the volatility network. */
const UNFITTED_MODEL = "ewma";

/**
 * Loads the artefact, checks its hashes, its schema and its golden vectors, and returns the predictor.
 *
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a fallback with a flag.
 */
export async function createQuantilePredictor(options: QuantilePredictorOptions): Promise<QuantilePredictor> {
  const loaded = await loadVerified(options);
  if (!loaded.ok) options.logger?.warn({ reason: loaded.reason, detail: loaded.detail }, "quantile network not in use");
  let artefact = loaded.ok ? loaded.value : null;
  const reason = loaded.ok ? null : loaded.reason;
  const manifest = artefact?.manifest ?? null;
  const serving = artefact === null ? "garch-quantile" : artefact.manifest.defaultChoice;
  return {
    identity: manifest === null ? null : { id: manifest.id, sha256: manifest.sha256 },
    trainedAssets: manifest?.training.assets ?? [],
    status: { serving, reason, detail: loaded.ok ? null : (loaded.detail ?? null) },
    predict: async (inputs) => {
      if (artefact === null)
        return inputs.map((input) => garchQuantile(input, options.rng, reason ?? "artefact-missing"));
      if (serving === "garch-quantile") return inputs.map((input) => garchQuantile(input, options.rng, null));
      return predictWith(artefact, inputs, options.rng);
    },
    close: async () => {
      const closing = artefact;
      artefact = null;
      await closing?.session.release();
    },
  };
}

async function loadVerified(options: QuantilePredictorOptions): Promise<Outcome<Artefact, FallbackReason>> {
  const schemas = { manifest: quantileManifestSchema, vectors: quantileVectorsSchema };
  const loaded = await loadArtefact(options.artifactDir, schemas);
  if (!loaded.ok) return loaded;
  const { manifest, vectors, session } = loaded.value;
  const fault =
    manifest.featureSchemaHash === options.schema.hash ? await goldenFault(session, vectors) : "schema-mismatch";
  if (fault === null) return loaded;
  await session.release();
  return { ok: false, reason: fault };
}

/** Runs the golden vectors: a library or CPU that computes something else must not serve. */
async function goldenFault(session: InferenceSession, vectors: QuantileVectors): Promise<"output-invalid" | null> {
  const found = await runNetwork(session, {
    rows: vectors.features.length,
    features: Float32Array.from(vectors.features.flat()),
    missing: Float32Array.from(vectors.missing.flat()),
    sigma: Float32Array.from(vectors.sigma.flat()),
  });
  const expected = vectors.logMoves.flat();
  const isEqual = expected.every((value, index) => Math.abs(value - (found[index] ?? Number.NaN)) <= vectors.tolerance);
  return isEqual && expected.length > 0 && expected.length === found.length ? null : "output-invalid";
}

async function predictWith(
  { manifest, session }: Artefact,
  inputs: readonly QuantileInput[],
  rng: Rng,
): Promise<readonly QuantilePrediction[]> {
  const checked = inputs.map((input) => {
    const sigma = horizonSigmas(input.volatility);
    // With too little history for a volatility fit the features are as thin: the baseline, never a guess.
    const { modelId, fallbacks } = input.volatility;
    const isShort = modelId === UNFITTED_MODEL && fallbacks.includes("short-history");
    const fault: FallbackReason | null = isShort ? "short-history" : guardInputs(input.features, sigma, manifest);
    return { input, row: { features: input.features, sigma }, fault };
  });
  const moves = await movesOf(
    session,
    checked.filter(({ fault }) => fault === null).map(({ row }) => row),
  );
  let place = 0;
  return checked.map(({ input, fault }) => {
    if (fault !== null) return garchQuantile(input, rng, fault);
    const found = readMoves(moves.subarray(place * OUTPUTS_PER_ROW, (place + 1) * OUTPUTS_PER_ROW));
    place += 1;
    if (found === null) return garchQuantile(input, rng, "output-invalid");
    const { asset, atSec, fallbacks } = input.volatility;
    return { asset, atSec, ...found, modelId: manifest.id, fallbacks };
  });
}

async function movesOf(session: InferenceSession, rows: readonly NetworkRow[]): Promise<Float32Array | Float64Array> {
  return rows.length === 0 ? new Float32Array() : runNetwork(session, networkRows(rows));
}

/** The stream depends on asset and time only, so neither order nor company of an asset changes its quantiles. */
function garchQuantile({ volatility }: QuantileInput, rng: Rng, reason: FallbackReason | null): QuantilePrediction {
  const prediction = adverseMoveQuantiles(volatility, rng.fork(`${volatility.asset}:${volatility.atSec}`));
  if (reason === null || prediction.fallbacks.includes(reason)) return prediction;
  return { ...prediction, fallbacks: [...prediction.fallbacks, reason] };
}
