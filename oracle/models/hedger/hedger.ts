/** Serves the hedger: bands of many short calls at once, drawn towards the rule of Whalley and Wilmott, and that rule alone where the network may not speak. */
import type { InferenceSession } from "onnxruntime-node";
import type { Outcome } from "../../domain/errors.ts";
import type { FallbackReason, ModelIdentity } from "../../domain/prediction.ts";
import { holdArtefact, loadArtefact } from "../session.ts";
import { theoryBand } from "./classic-bands.ts";
import { FULL_KNOWLEDGE, HEDGE_FEATURES, type HedgeRequest, type Knowledge } from "./hedge-features.ts";
import {
  type HedgerManifest,
  type HedgerVectors,
  hedgerManifestSchema,
  hedgerVectorsSchema,
} from "./hedger-manifest.ts";
import { networkBands } from "./network-bands.ts";
import { runHedgerNetwork } from "./run-hedger-network.ts";

/** No-transaction band of one contract, coins, and why it is the fallback's, if it is. */
export interface HedgeBand {
  readonly lower: number;
  readonly upper: number;
  readonly fallback: FallbackReason | null;
}

/** The hedger as it serves. */
export interface Hedger {
  /** `null` when the artefact cannot be used; `reason` then says why. */
  readonly identity: ModelIdentity | null;
  readonly reason: FallbackReason | null;
  /** What the network was trained with; inputs beyond it change nothing. */
  readonly knowledge: Knowledge;
  bands(requests: readonly HedgeRequest[]): Promise<readonly HedgeBand[]>;
  close(): Promise<void>;
}

interface Artefact {
  readonly manifest: HedgerManifest;
  readonly vectors: HedgerVectors;
  readonly session: InferenceSession;
}

const WIDTH = HEDGE_FEATURES.length;

/**
 * Opens the artefact.
 *
 * @param artifactDir folder with model.onnx, manifest.json and vectors.json.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only; every other fault is a fallback with a reason.
 */
export async function createHedger(artifactDir: string): Promise<Hedger> {
  const { current, identity, reason, close } = holdArtefact(await loadVerified(artifactDir));
  return {
    identity,
    reason,
    knowledge: current()?.manifest.knowledge ?? FULL_KNOWLEDGE,
    bands: async (requests) => {
      const artefact = current();
      if (artefact === null) return requests.map((request) => ruleBand(request, reason ?? "artefact-missing"));
      const { bands, features } = await networkBands(artefact.session, requests, artefact.manifest);
      const { ranges } = artefact.manifest.guard;
      return requests.map((request, row) => {
        const inRange = ranges.every(({ min, max }, place) => {
          const value = features[row * WIDTH + place] ?? Number.NaN;
          return value >= min && value <= max;
        });
        if (!inRange) return ruleBand(request, "inputs-out-of-range");
        const [lower, upper] = bands[row] ?? [Number.NaN, Number.NaN];
        return lower <= upper ? { lower, upper, fallback: null } : ruleBand(request, "output-invalid");
      });
    },
    close,
  };
}

function ruleBand(request: HedgeRequest, fallback: FallbackReason): HedgeBand {
  const [lower, upper] = theoryBand(request);
  return { lower, upper, fallback };
}

async function loadVerified(artifactDir: string): Promise<Outcome<Artefact, FallbackReason>> {
  const loaded = await loadArtefact(artifactDir, { manifest: hedgerManifestSchema, vectors: hedgerVectorsSchema });
  if (!loaded.ok) return loaded;
  const { manifest, vectors, session } = loaded.value;
  const isLayout = HEDGE_FEATURES.every((name, place) => manifest.features[place] === name);
  if (isLayout && (await isGolden(session, vectors))) return loaded;
  await session.release();
  return { ok: false, reason: isLayout ? "output-invalid" : "schema-mismatch" };
}

/** Runs the golden vectors: a library or CPU that computes something else must not serve. */
async function isGolden(session: InferenceSession, { features, band, tolerance }: HedgerVectors): Promise<boolean> {
  const found = await runHedgerNetwork(session, Float32Array.from(features.flat()));
  const expected = band.flat();
  return (
    expected.length === found.length &&
    expected.every((value, place) => Math.abs(value - (found[place] ?? Number.NaN)) <= tolerance)
  );
}
