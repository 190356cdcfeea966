/** Writes the four files of the cascade artefact: surrogate, manifest, card, golden vectors. */
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import type { HawkesProcess } from "../../math/hawkes.ts";
import { CASCADE_INPUTS } from "../../models/cascade/cascade-inputs.ts";
import {
  CASCADE_MANIFEST_FORMAT,
  type CascadeManifest,
  type CascadeVectors,
  cascadeManifestSchema,
} from "../../models/cascade/cascade-manifest.ts";
import { runCascadeNetwork } from "../../models/cascade/run-cascade-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { rowsOf, writeArtefactFiles } from "../artefact-files.ts";
import { cascadeCard } from "./cascade-card.ts";
import type { SurrogateTraining } from "./fit-surrogate.ts";
import type { CascadeTraining } from "./train-cascade.ts";

/** Golden rows of an artefact, and their tolerance in log points: a wrong model is off by more. */
const VECTOR_ROWS = 16;
const VECTOR_TOLERANCE = 1e-4;

/** Facts about a training that the numbers themselves do not hold. */
export interface CascadeFacts {
  readonly seed: string;
  readonly files: CascadeManifest["training"]["files"];
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly environment: CascadeManifest["environment"];
}

/** Writes the artefact and returns its manifest. */
export async function writeCascade(
  training: CascadeTraining,
  facts: CascadeFacts,
  directory: string,
): Promise<CascadeManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training.surrogate))}\n`;
  const manifest = cascadeManifestSchema.parse(describe(training, facts, vectors));
  await writeArtefactFiles(directory, {
    model: training.surrogate.model,
    vectors,
    card: cascadeCard(manifest, facts),
    manifest,
  });
  return manifest;
}

async function goldenVectors({ model, train }: SurrogateTraining): Promise<CascadeVectors> {
  const width = CASCADE_FEATURES.length;
  const features = train.features.subarray(0, VECTOR_ROWS * width);
  const session = await openSession(model);
  const extra = await runCascadeNetwork(session, features);
  await session.release();
  return {
    features: rowsOf(features, width),
    extra: [...extra],
    tolerance: VECTOR_TOLERANCE,
  };
}

function describe(
  { hazards, arrivals, span, hours, surrogate }: CascadeTraining,
  { seed, files, environment }: CascadeFacts,
  vectors: string,
): unknown {
  return {
    format: CASCADE_MANIFEST_FORMAT,
    id: "cascade",
    inBundle: false,
    sha256: sha256(surrogate.model),
    vectorsSha256: sha256(vectors),
    inputs: [...CASCADE_INPUTS],
    features: [...CASCADE_FEATURES],
    hazards: hazards.map(({ withArrivals, withoutArrivals }) => ({ withArrivals, withoutArrivals })),
    arrivals: plain(arrivals),
    training: {
      seed,
      files,
      span,
      hours,
      frequency: hazards.map(({ frequency }) => frequency),
      rows: surrogate.settings.rows,
    },
    metrics: {
      hazards: hazards.map(({ auc, averagePrecision, plainAuc }) => ({ auc, averagePrecision, plainAuc })),
      surrogate: surrogate.student,
      twoRounds: surrogate.twoRounds,
      exportParity: surrogate.exportParity,
    },
    environment,
  };
}

function plain({ baseline, halfLives, branching }: HawkesProcess): CascadeManifest["arrivals"] {
  return { baseline, halfLives: [...halfLives], branching: [...branching] };
}
