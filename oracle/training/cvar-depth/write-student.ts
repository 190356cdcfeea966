/** Writes the four files of the close-out artefact: model, manifest, card, golden vectors. */
import {
  CLOSE_OUT_FEATURES,
  LEAST_TENOR_IN_HORIZONS,
  MOVE_STRATA,
  SHORTFALL_LEVELS,
} from "../../domain/close-out-features.ts";
import {
  CLOSE_OUT_MANIFEST_FORMAT,
  type CloseOutManifest,
  type CloseOutVectors,
  closeOutManifestSchema,
} from "../../models/cvar-depth/close-out-manifest.ts";
import { runCloseOutNetwork } from "../../models/cvar-depth/run-close-out-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { sha256 } from "../../models/session.ts";
import { rowsOf, writeArtefactFiles } from "../artefact-files.ts";
import { studentCard } from "./student-card.ts";
import type { TeacherRows } from "./teacher-rows.ts";
import type { StudentTraining } from "./train-student.ts";

/** Golden rows of an artefact, and their tolerance in log share: a wrong model is off by more. */
const VECTOR_ROWS = 16;
const VECTOR_TOLERANCE = 1e-4;
/** Share of its training range by which a feature may lie outside of it. */
const RANGE_MARGIN = 0.02;

/** Facts about a training that the numbers themselves do not hold. */
export interface StudentFacts {
  readonly seed: string;
  /** Time of the training, seconds; appears in the card only. */
  readonly trainedAtSec: number;
  readonly environment: CloseOutManifest["environment"];
}

/** Writes the artefact and returns its manifest. */
export async function writeStudent(
  training: StudentTraining,
  facts: StudentFacts,
  directory: string,
): Promise<CloseOutManifest> {
  const vectors = `${JSON.stringify(await goldenVectors(training))}\n`;
  const manifest = closeOutManifestSchema.parse(describe(training, facts, vectors));
  await writeArtefactFiles(directory, { model: training.model, vectors, card: studentCard(manifest, facts), manifest });
  return manifest;
}

/** The first drawn rows with the outputs of the exported model. */
async function goldenVectors({ model, train }: StudentTraining): Promise<CloseOutVectors> {
  const features = train.features.subarray(0, VECTOR_ROWS * CLOSE_OUT_FEATURES.length);
  const session = await openSession(model);
  const found = await runCloseOutNetwork(session, features);
  await session.release();
  return {
    features: rowsOf(features, CLOSE_OUT_FEATURES.length),
    logShares: rowsOf(found, SHORTFALL_LEVELS.length),
    tolerance: VECTOR_TOLERANCE,
  };
}

function describe(
  { settings, trained, model, train, rows, metrics }: StudentTraining,
  { seed, environment }: StudentFacts,
  vectors: string,
): CloseOutManifest {
  const { degrees, reportDegrees, paths, reportPaths } = settings;
  return {
    format: CLOSE_OUT_MANIFEST_FORMAT,
    id: "cvar-depth",
    inBundle: false,
    sha256: sha256(model),
    vectorsSha256: sha256(vectors),
    features: CLOSE_OUT_FEATURES.map(({ name, direction }) => ({ name, direction })),
    levels: [...SHORTFALL_LEVELS],
    strata: [...MOVE_STRATA],
    guard: { ranges: rangesOf(train), leastTenorInHorizons: LEAST_TENOR_IN_HORIZONS },
    training: {
      seed,
      degrees: [...degrees],
      reportDegrees: [...reportDegrees],
      paths,
      reportPaths,
      rows,
      networks: trained.networks.length,
      layout: trained.layout,
    },
    metrics,
    environment,
  };
}

function rangesOf({ rows, features }: TeacherRows): CloseOutManifest["guard"]["ranges"] {
  return CLOSE_OUT_FEATURES.map((_, feature) => {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < rows; row += 1) {
      const value = features[row * CLOSE_OUT_FEATURES.length + feature] ?? Number.NaN;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const margin = RANGE_MARGIN * (max - min);
    return { min: min - margin, max: max + margin };
  });
}
