/** Serves expected shortfalls of close-outs: the student inside what it has learned, the teacher everywhere else, flagged. */
import {
  CLOSE_OUT_FEATURES,
  LEAST_TENOR_IN_HORIZONS,
  MOVE_STRATA,
  SHORTFALL_LEVELS,
} from "../../domain/close-out-features.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { holdArtefact, type LoadedArtefact, loadArtefact } from "../session.ts";
import {
  type CloseOutManifest,
  type CloseOutVectors,
  closeOutManifestSchema,
  closeOutVectorsSchema,
} from "./close-out-manifest.ts";
import { runCloseOutNetwork } from "./run-close-out-network.ts";

/** Shortfalls of a batch. */
export interface CloseOutPrediction {
  /** (ES − I)/(L − I), at most 1, non-decreasing in the level. `[rows, SHORTFALL_LEVELS.length]` */
  readonly shares: Float64Array;
  /** Why the teacher spoke for a row; `null` where the student did. `[rows]` */
  readonly fallbacks: readonly (FallbackReason | null)[];
}

/** Expected shortfalls for batches of positions. */
export interface CloseOutPredictor {
  /**
   * Shortfalls of feature rows. Never fails for a bad artefact, row or output: the teacher then prices the row.
   *
   * @param features row-major `[rows, CLOSE_OUT_FEATURES.length]`
   * @param teacher shares of a row by level, from full revaluation; asked only for rows that the student must not answer.
   */
  predict(features: Float32Array, teacher: (row: number) => readonly number[]): Promise<CloseOutPrediction>;
  /** Artefact in use; `null` when none could be loaded. */
  readonly identity: ModelIdentity | null;
  /** Why the student does not serve; `null` while it does. */
  readonly reason: FallbackReason | null;
  /** Frees the native session; afterwards the teacher prices every row, flagged `artefact-missing`. */
  close(): Promise<void>;
}

type Teacher = Parameters<CloseOutPredictor["predict"]>[1];
type Artefact = LoadedArtefact<CloseOutManifest, CloseOutVectors>;

const WIDTH = CLOSE_OUT_FEATURES.length;
const LEVELS = SHORTFALL_LEVELS.length;
const HOURS = CLOSE_OUT_FEATURES.findIndex(({ name }) => name === "hours");
const TENOR = CLOSE_OUT_FEATURES.findIndex(({ name }) => name === "tenor");
/** Float32 logarithms of a tenor that is exactly at the limit may miss it by this. */
const LOG_TOLERANCE = 1e-5;

/**
 * Loads the artefact, checks its hashes, its layout and its golden vectors.
 *
 * @param artifactDir folder with model.onnx, manifest.json and vectors.json.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a fallback with a flag.
 */
export async function createCloseOutPredictor(artifactDir: string): Promise<CloseOutPredictor> {
  const { current, identity, reason, close } = holdArtefact(await loadVerified(artifactDir));
  return {
    identity,
    reason,
    predict: (features, teacher) => {
      const artefact = current();
      return artefact === null
        ? Promise.resolve(taught(features, teacher, reason ?? "artefact-missing"))
        : predictWith(artefact, features, teacher);
    },
    close,
  };
}

function taught(features: Float32Array, teacher: Teacher, reason: FallbackReason): CloseOutPrediction {
  const rows = features.length / WIDTH;
  return {
    shares: Float64Array.from(Array.from({ length: rows }, (_, row) => teacher(row)).flat()),
    fallbacks: Array<FallbackReason>(rows).fill(reason),
  };
}

async function predictWith(
  { session, manifest }: Artefact,
  features: Float32Array,
  teacher: Teacher,
): Promise<CloseOutPrediction> {
  const found = await runCloseOutNetwork(session, features);
  const shares = new Float64Array(found.length);
  const fallbacks: (FallbackReason | null)[] = [];
  for (let row = 0; row < features.length / WIDTH; row += 1) {
    const fault = rowFault(features, found, { row, guard: manifest.guard });
    fallbacks.push(fault);
    if (fault === null) writeShares(found, shares, row);
    else shares.set(teacher(row), row * LEVELS);
  }
  return { shares, fallbacks };
}

function writeShares(found: Float32Array, shares: Float64Array, row: number): void {
  for (let place = row * LEVELS; place < (row + 1) * LEVELS; place += 1) {
    shares[place] = Math.min(1, Math.exp(found[place] ?? Number.NaN));
  }
}

function rowFault(
  features: Float32Array,
  found: Float32Array,
  { row, guard }: { readonly row: number; readonly guard: CloseOutManifest["guard"] },
): FallbackReason | null {
  const at = (feature: number): number => features[row * WIDTH + feature] ?? Number.NaN;
  for (let feature = 0; feature < WIDTH; feature += 1) {
    const { min = Number.NaN, max = Number.NaN } = guard.ranges[feature] ?? {};
    // Written so that NaN is outside.
    if (!(at(feature) >= min && at(feature) <= max)) return "inputs-out-of-range";
  }
  const shortest = Math.log(guard.leastTenorInHorizons) + at(HOURS) - LOG_TOLERANCE;
  if (!(at(TENOR) >= shortest)) return "inputs-out-of-range";
  for (let place = row * LEVELS; place < (row + 1) * LEVELS; place += 1) {
    if (!Number.isFinite(found[place])) return "output-invalid";
  }
  return null;
}

async function loadVerified(artifactDir: string): Promise<Outcome<Artefact, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, { manifest: closeOutManifestSchema, vectors: closeOutVectorsSchema });
  if (!loaded.ok) return loaded;
  const isLayout = hasLayout(loaded.value.manifest);
  if (isLayout && (await isGolden(loaded.value))) return loaded;
  await loaded.value.session.release();
  return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch" };
}

function hasLayout({ features, levels, strata, guard }: CloseOutManifest): boolean {
  return (
    CLOSE_OUT_FEATURES.every(
      ({ name, direction }, index) => features[index]?.name === name && features[index].direction === direction,
    ) &&
    SHORTFALL_LEVELS.every((level, index) => levels[index] === level) &&
    strata.length === MOVE_STRATA.length &&
    MOVE_STRATA.every((border, index) => strata[index] === border) &&
    guard.leastTenorInHorizons >= LEAST_TENOR_IN_HORIZONS
  );
}

/** Runs the golden vectors: a library or CPU that computes something else must not serve. */
async function isGolden({ session, vectors }: Artefact): Promise<boolean> {
  const found = await runCloseOutNetwork(session, Float32Array.from(vectors.features.flat()));
  const expected = vectors.logShares.flat();
  const isClose = (value: number, place: number): boolean =>
    Math.abs(value - (found[place] ?? Number.NaN)) <= vectors.tolerance;
  return expected.length === found.length && expected.every(isClose);
}
