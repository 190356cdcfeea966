/** Runs feature rows through the exported surrogate of the cascade's fixed point. */
import type { InferenceSession } from "onnxruntime-node";
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";

/** Names of the network's input and output in the ONNX file. */
export const CASCADE_NAMES = { features: "features", extra: "extra_fall" } as const;

/** Rows a run: enough to fill the matrix kernels, few enough for the cache. */
const CHUNK_ROWS = 1_024;

/**
 * Further log fall of every row, ≥ 0, non-decreasing in every input.
 *
 * @param features row-major `[rows, CASCADE_FEATURES.length]`
 * @returns `[rows]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runCascadeNetwork(session: InferenceSession, features: Float32Array): Promise<Float32Array> {
  const { Tensor } = await loadOnnxRuntime();
  const width = CASCADE_FEATURES.length;
  const rows = features.length / width;
  const extra = new Float32Array(rows);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = features.subarray(from * width, Math.min(rows, from + CHUNK_ROWS) * width);
    const fed = { [CASCADE_NAMES.features]: new Tensor("float32", chunk, [chunk.length / width, width]) };
    extra.set(floatOutput(await session.run(fed), CASCADE_NAMES.extra), from);
  }
  return extra;
}
