/** Runs feature rows through the exported close-out student. */
import type { InferenceSession } from "onnxruntime-node";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";

/** Names of the network's input and output in the ONNX file. */
export const CLOSE_OUT_NAMES = { features: "features", logShares: "log_shares" } as const;

/** Rows a run: enough to fill the matrix kernels, few enough for the cache. */
const CHUNK_ROWS = 1_024;

/**
 * Log of (ES − I)/(L − I) of every row and level; non-decreasing in the level.
 *
 * @param features row-major `[rows, CLOSE_OUT_FEATURES.length]`
 * @returns `[rows, SHORTFALL_LEVELS.length]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runCloseOutNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  const { Tensor } = await loadOnnxRuntime();
  const width = CLOSE_OUT_FEATURES.length;
  const rows = features.length / width;
  const logShares = new Float32Array(rows * SHORTFALL_LEVELS.length);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = features.subarray(from * width, Math.min(rows, from + CHUNK_ROWS) * width);
    const fed = { [CLOSE_OUT_NAMES.features]: new Tensor("float32", chunk, [chunk.length / width, width]) };
    logShares.set(floatOutput(await session.run(fed), CLOSE_OUT_NAMES.logShares), from * SHORTFALL_LEVELS.length);
  }
  return logShares;
}
