/** Runs feature rows through the exported close-out student. */
import type { InferenceSession } from "onnxruntime-node";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { type RowNetwork, runRows } from "../run-rows.ts";

/** Names of the network's input and output in the ONNX file. */
export const CLOSE_OUT_NAMES = { features: "features", logShares: "log_shares" } as const;

const NETWORK: RowNetwork = {
  input: CLOSE_OUT_NAMES.features,
  output: CLOSE_OUT_NAMES.logShares,
  width: CLOSE_OUT_FEATURES.length,
  outputs: SHORTFALL_LEVELS.length,
};

/**
 * Log of (ES − I)/(L − I) of every row and level; non-decreasing in the level.
 *
 * @param features row-major `[rows, CLOSE_OUT_FEATURES.length]`
 * @returns `[rows, SHORTFALL_LEVELS.length]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export function runCloseOutNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  return runRows(session, NETWORK, features);
}
