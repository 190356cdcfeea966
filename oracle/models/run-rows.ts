/** Runs feature rows through an exported network of one input and one output, a chunk at a time. */
import type { InferenceSession } from "onnxruntime-node";
import { floatOutput, loadOnnxRuntime } from "./onnx-runtime.ts";

/** What a network of rows looks like. */
export interface RowNetwork {
  /** Names in the ONNX file. */
  readonly input: string;
  readonly output: string;
  /** Features and outputs of a row. */
  readonly width: number;
  readonly outputs: number;
}

/** Rows a run: enough to fill the matrix kernels, few enough for the cache. */
const CHUNK_ROWS = 1_024;

/**
 * Outputs of every row.
 *
 * @param features row-major `[rows, width]`
 * @returns row-major `[rows, outputs]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runRows(
  session: InferenceSession,
  { input, output, width, outputs }: RowNetwork,
  features: Float32Array,
): Promise<Float32Array> {
  const { Tensor } = await loadOnnxRuntime();
  const rows = features.length / width;
  const found = new Float32Array(rows * outputs);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = features.subarray(from * width, Math.min(rows, from + CHUNK_ROWS) * width);
    const fed = { [input]: new Tensor("float32", chunk, [chunk.length / width, width]) };
    found.set(floatOutput(await session.run(fed), output), from * outputs);
  }
  return found;
}
