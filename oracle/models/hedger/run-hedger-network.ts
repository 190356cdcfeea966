/** Runs feature rows through the exported hedger. */
import type { InferenceSession } from "onnxruntime-node";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";
import { HEDGE_FEATURES } from "./hedge-features.ts";

/** Names of the network's input and output in the ONNX file. */
export const HEDGER_NAMES = { features: "features", band: "band" } as const;

/** Rows a run: enough to fill the matrix kernels, few enough for the cache. */
const CHUNK_ROWS = 2_048;

/**
 * Lower and upper edge of the band of every row, coins a contract of a short call.
 *
 * @param features row-major `[rows, HEDGE_FEATURES.length]`
 * @returns `[rows, 2]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runHedgerNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  const { Tensor } = await loadOnnxRuntime();
  const width = HEDGE_FEATURES.length;
  const rows = features.length / width;
  const band = new Float32Array(rows * 2);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = features.subarray(from * width, Math.min(rows, from + CHUNK_ROWS) * width);
    const fed = { [HEDGER_NAMES.features]: new Tensor("float32", chunk, [chunk.length / width, width]) };
    band.set(floatOutput(await session.run(fed), HEDGER_NAMES.band), from * 2);
  }
  return band;
}
