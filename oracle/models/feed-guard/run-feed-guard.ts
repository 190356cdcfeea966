/** Runs feature vectors through the learned feed guard. */
import type { InferenceSession } from "onnxruntime-node";
import type { FeatureVector } from "../../domain/features.ts";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";

/** Names of the network's inputs and output in the ONNX file. */
export const FEED_GUARD_NAMES = { features: "features", missing: "missing", score: "score" } as const;

/** Rows as columns of one batch, row-major. */
export interface FeedGuardRows {
  readonly rows: number;
  /** `[rows, features]`, zero where missing. */
  readonly features: Float32Array;
  /** 1 where missing. `[rows, features]` */
  readonly missing: Float32Array;
}

/** Lays vectors out for the network; all have the same number of features. */
export function feedGuardRows(vectors: readonly Pick<FeatureVector, "values" | "missing">[]): FeedGuardRows {
  const width = vectors[0]?.values.length ?? 0;
  const features = new Float32Array(vectors.length * width);
  const missing = new Float32Array(vectors.length * width);
  vectors.forEach((vector, row) => {
    missing.set(vector.missing, row * width);
    features.set(
      vector.values.map((value, place) => (vector.missing[place] === 1 ? 0 : value)),
      row * width,
    );
  });
  return { rows: vectors.length, features, missing };
}

/**
 * How unlike the fitted markets each row is: log of the mean squared error of its reconstruction, in units of the spread.
 *
 * @returns `[rows]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind.
 */
export async function runFeedGuard(session: InferenceSession, batch: FeedGuardRows): Promise<Float64Array> {
  if (batch.rows === 0) return new Float64Array();
  const { Tensor } = await loadOnnxRuntime();
  const dims = [batch.rows, batch.features.length / batch.rows];
  const outputs = await session.run({
    [FEED_GUARD_NAMES.features]: new Tensor("float32", batch.features, dims),
    [FEED_GUARD_NAMES.missing]: new Tensor("float32", batch.missing, dims),
  });
  return Float64Array.from(floatOutput(outputs, FEED_GUARD_NAMES.score));
}
