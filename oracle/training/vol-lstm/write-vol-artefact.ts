/** Writes the four files of the volatility artefact: model, manifest, card, golden vectors. */
import type { Rng } from "../../math/rng.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { VOL_MEMBERS } from "../../models/vol-lstm/combine-forecasts.ts";
import { runVolNetwork } from "../../models/vol-lstm/run-vol-network.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
  VOL_HORIZONS_HOURS,
} from "../../models/vol-lstm/vol-inputs.ts";
import {
  VOL_MANIFEST_FORMAT,
  type VolManifest,
  type VolVectors,
  volManifestSchema,
} from "../../models/vol-lstm/vol-manifest.ts";
import { writeArtefactFiles } from "../artefact-files.ts";
import { COMBINATION, type VolTraining } from "./train-vol-lstm.ts";
import { volCard } from "./vol-card.ts";

/** Golden rows of an artefact, and their tolerance in log variance: a wrong model is off by more. */
const VECTOR_ROWS = 8;
const VECTOR_TOLERANCE = 1e-5;

/** Facts about a training that the numbers themselves do not hold. */
export interface VolArtefactFacts {
  readonly seed: string;
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly files: VolManifest["training"]["files"];
  readonly environment: VolManifest["environment"];
}

/** Writes the artefact and returns its manifest. */
export async function writeVolArtefact(
  training: VolTraining,
  facts: VolArtefactFacts,
  target: { readonly directory: string; readonly rng: Rng },
): Promise<VolManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training.model, target.rng))}\n`;
  const manifest = volManifestSchema.parse(describe(training, facts, vectors));
  await writeArtefactFiles(target.directory, {
    model: training.model,
    vectors,
    card: volCard(manifest, facts),
    manifest,
  });
  return manifest;
}

/** Random inputs of usual size with the outputs of the exported model. No row of the data is copied. */
async function goldenVectors(model: Uint8Array, rng: Rng): Promise<VolVectors> {
  const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.7 * rng.normal());
  const rows = Array.from({ length: VECTOR_ROWS }, () => ({
    hours: draw(HOUR_STEPS * HOUR_FEATURES),
    days: draw(DAY_STEPS * DAY_FEATURES),
    state: draw(STATE_FEATURES.length),
  }));
  const session = await openSession(model);
  const found = await runVolNetwork(session, rows);
  await session.release();
  const cut = (values: Float64Array): number[][] =>
    rows.map((_, row) => [...values.subarray(row * VOL_HORIZONS_HOURS.length, (row + 1) * VOL_HORIZONS_HOURS.length)]);
  return {
    hours: rows.map(({ hours }) => [...hours]),
    days: rows.map(({ days }) => [...days]),
    state: rows.map(({ state }) => [...state]),
    logRatio: cut(found.logRatio),
    linear: cut(found.linear),
    tolerance: VECTOR_TOLERANCE,
  };
}

function describe(
  { model, fitted, rows, untilSec, records, metrics }: VolTraining,
  facts: VolArtefactFacts,
  vectors: string,
) {
  return {
    format: VOL_MANIFEST_FORMAT,
    id: "vol-lstm",
    sha256: sha256(model),
    vectorsSha256: sha256(vectors),
    inputs: {
      horizonsHours: [...VOL_HORIZONS_HOURS],
      hourSteps: HOUR_STEPS,
      hourFeatures: HOUR_FEATURES,
      daySteps: DAY_STEPS,
      dayFeatures: DAY_FEATURES,
      stateFeatures: [...STATE_FEATURES],
    },
    logHar: fitted.logHar,
    combination: { members: [...VOL_MEMBERS], ...COMBINATION, records },
    training: {
      seed: facts.seed,
      networks: fitted.networks.length,
      series: [...new Set(rows.map(({ seriesId }) => seriesId))],
      files: facts.files,
      span: { ...fitted.span, untilSec },
      rows: fitted.rows,
    },
    metrics,
    environment: facts.environment,
  };
}
