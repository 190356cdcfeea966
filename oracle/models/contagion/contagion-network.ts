/** Serves a contagion network: verified, with its golden vectors run, or not at all. */
import type { InferenceSession } from "onnxruntime-node";
import type { Outcome } from "../../domain/errors.ts";
import type { FallbackReason } from "../../domain/prediction.ts";
import { loadArtefact } from "../session.ts";
import {
  type ContagionManifest,
  type ContagionVectors,
  contagionManifestSchema,
  contagionVectorsSchema,
} from "./contagion-manifest.ts";
import type { MessageGraph } from "./message-graph.ts";
import { runMessageNetwork } from "./run-message-network.ts";

/** A network in use. */
export interface ContagionNetwork {
  readonly manifest: ContagionManifest;
  /**
   * Outputs of every node of a graph: log odds of a crash, or share of debts that is not paid.
   *
   * @returns `null` for a node whose features lie outside of the range of training by more than half of it, or whose output is not
   * finite: unknown is not "no risk". `[nodes]`
   */
  predict(graph: MessageGraph): Promise<readonly (number | null)[]>;
  /** Frees the native session. */
  close(): Promise<void>;
}

/** Share of its training range by which a feature may lie outside of it. */
const RANGE_MARGIN = 0.5;

/**
 * Loads a network.
 *
 * @param directory folder with model.onnx, manifest.json and vectors.json.
 * @param id which network the folder must hold.
 * @returns the reason where it cannot be used: `artefact-missing`, `artefact-hash`, `schema-mismatch` for another network,
 * `output-invalid` where the golden vectors do not come out.
 * @throws PlimsollError `ORT_TELEMETRY_ENABLED` only.
 */
export async function loadContagionNetwork(
  directory: string,
  id: ContagionManifest["id"],
): Promise<Outcome<ContagionNetwork, FallbackReason>> {
  const loaded = await loadArtefact(directory, { manifest: contagionManifestSchema, vectors: contagionVectorsSchema });
  if (!loaded.ok) return loaded;
  const { manifest, vectors, session } = loaded.value;
  const isOther = manifest.id !== id || manifest.layout.features !== manifest.features.length;
  if (isOther || !(await isGolden(session, vectors))) {
    await session.release();
    return { ok: false, reason: isOther ? "schema-mismatch" : "output-invalid" };
  }
  return {
    ok: true,
    value: { manifest, predict: (graph) => predictWith(session, manifest, graph), close: () => session.release() },
  };
}

async function predictWith(
  session: InferenceSession,
  { features }: ContagionManifest,
  graph: MessageGraph,
): Promise<readonly (number | null)[]> {
  if (graph.nodes === 0) return [];
  const outputs = await runMessageNetwork(session, graph);
  return Array.from({ length: graph.nodes }, (_, node) => {
    const isInside = features.every(({ range }, feature) => {
      const margin = RANGE_MARGIN * (range.max - range.min);
      const value = graph.features[node * features.length + feature] ?? Number.NaN;
      return value >= range.min - margin && value <= range.max + margin;
    });
    const output = outputs[node] ?? Number.NaN;
    return isInside && Number.isFinite(output) ? output : null;
  });
}

/** Runs the golden graph: a library or CPU that computes something else must not serve. */
async function isGolden(session: InferenceSession, vectors: ContagionVectors): Promise<boolean> {
  const found = await runMessageNetwork(session, {
    nodes: vectors.nodes,
    kinds: vectors.kinds,
    features: Float32Array.from(vectors.features),
    senders: Int32Array.from(vectors.senders),
    receivers: Int32Array.from(vectors.receivers),
    weights: Float32Array.from(vectors.weights),
  });
  return (
    found.length === vectors.outputs.length &&
    vectors.outputs.every((value, place) => Math.abs(value - (found[place] ?? Number.NaN)) <= vectors.tolerance)
  );
}
