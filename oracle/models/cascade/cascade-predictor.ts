/** Serves the hazard of an asset from its bars, and the surrogate of the cascade's fixed point for very many what-ifs. */
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { BarSeries } from "../../domain/market.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { holdArtefact, type LoadedArtefact, loadArtefact } from "../session.ts";
import { CASCADE_INPUTS, cascadeInputs } from "./cascade-inputs.ts";
import {
  type CascadeManifest,
  type CascadeVectors,
  cascadeManifestSchema,
  cascadeVectorsSchema,
} from "./cascade-manifest.ts";
import { hazard } from "./hazard.ts";
import { runCascadeNetwork } from "./run-cascade-network.ts";

/** Hazards of one asset. */
export interface HazardReading {
  readonly probability6h: number;
  readonly probability24h: number;
  readonly baseRate6h: number;
  readonly baseRate24h: number;
}

/** A loaded artefact. */
export interface CascadePredictor {
  /** Hazards from bars that ended by a time, without arrivals; a reason where artefact or history are missing. */
  hazardAt(bars: BarSeries, atSec: number): Outcome<HazardReading, FallbackReason>;
  /**
   * Further falls of feature rows by the surrogate; `null` where it cannot serve: the fixed point itself then does.
   *
   * @param features row-major `[rows, CASCADE_FEATURES.length]`
   */
  extraFalls(features: Float32Array): Promise<Float32Array | null>;
  readonly identity: ModelIdentity | null;
  /** Why the artefact does not serve; `null` while it does. */
  readonly reason: FallbackReason | null;
  close(): Promise<void>;
}

type Artefact = LoadedArtefact<CascadeManifest, CascadeVectors>;

/**
 * Loads the artefact, checks hashes, layout and golden vectors.
 *
 * @param artifactDir folder with model.onnx, manifest.json and vectors.json.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a reason.
 */
export async function createCascadePredictor(artifactDir: string): Promise<CascadePredictor> {
  const { current, identity, reason, close } = holdArtefact(await loadVerified(artifactDir));
  return {
    identity,
    reason,
    hazardAt: (bars, atSec) => {
      const artefact = current();
      return artefact === null
        ? { ok: false, reason: reason ?? "artefact-missing" }
        : readHazard(artefact.manifest, bars, atSec);
    },
    extraFalls: async (features) => {
      const artefact = current();
      return artefact === null ? null : runCascadeNetwork(artefact.session, features);
    },
    close,
  };
}

function readHazard(
  { hazards }: CascadeManifest,
  bars: BarSeries,
  atSec: number,
): Outcome<HazardReading, FallbackReason> {
  const inputs = cascadeInputs(bars, atSec, 0);
  if (!inputs.ok) return inputs;
  const [short, long] = hazards.map(({ withoutArrivals }) => withoutArrivals);
  if (short === undefined || long === undefined) return { ok: false, reason: "schema-mismatch" };
  const [probability6h, probability24h] = [hazard(short, inputs.value), hazard(long, inputs.value)];
  if (!Number.isFinite(probability6h + probability24h)) return { ok: false, reason: "output-invalid" };
  return {
    ok: true,
    // What may happen within 6 h may happen within 24 h; the two are fitted apart and on other amounts.
    value: { probability6h, probability24h, baseRate6h: short.baseRate, baseRate24h: long.baseRate },
  };
}

async function loadVerified(artifactDir: string): Promise<Outcome<Artefact, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, { manifest: cascadeManifestSchema, vectors: cascadeVectorsSchema });
  if (!loaded.ok) return loaded;
  const isLayout = hasLayout(loaded.value.manifest);
  if (isLayout && (await isGolden(loaded.value))) return loaded;
  await loaded.value.session.release();
  return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch" };
}

function hasLayout({ inputs, features }: CascadeManifest): boolean {
  return (
    CASCADE_INPUTS.every((name, place) => inputs[place] === name) &&
    CASCADE_FEATURES.every((name, place) => features[place] === name)
  );
}

/** Runs the golden vectors: a library or CPU that computes something else must not serve. */
async function isGolden({ session, vectors }: Artefact): Promise<boolean> {
  const found = await runCascadeNetwork(session, Float32Array.from(vectors.features.flat()));
  const isClose = (value: number, row: number): boolean =>
    Math.abs(value - (found[row] ?? Number.NaN)) <= vectors.tolerance;
  return vectors.extra.length === found.length && vectors.extra.every(isClose);
}
