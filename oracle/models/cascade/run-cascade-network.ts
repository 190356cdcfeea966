/** Runs feature rows through the exported surrogate of the cascade's fixed point. */
import type { InferenceSession } from "onnxruntime-node";
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import { type RowNetwork, runRows } from "../run-rows.ts";

/** Names of the network's input and output in the ONNX file. */
export const CASCADE_NAMES = { features: "features", extra: "extra_fall" } as const;

const NETWORK: RowNetwork = {
  input: CASCADE_NAMES.features,
  output: CASCADE_NAMES.extra,
  width: CASCADE_FEATURES.length,
  outputs: 1,
};

/**
 * Further log fall of every row, ≥ 0, non-decreasing in every input.
 *
 * @param features row-major `[rows, CASCADE_FEATURES.length]`
 * @returns `[rows]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export function runCascadeNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  return runRows(session, NETWORK, features);
}
