/** Reading and adding rows by index: embeddings, edges of graphs, sparse message passing. */
import { createTensor, type Tensor } from "./operation.ts";
import { sameShape, shapeMismatch } from "./shape.ts";
import { reshape } from "./shape-ops.ts";

/**
 * Rows of a tensor by index (ONNX `Gather` on the first axis). The gradient adds up rows that were read more than once.
 *
 * @param x `[n, …]`
 * @param indices int64, each in `[0, n)`; any shape. An index outside stops the run with an error of onnxruntime.
 * @returns `[…indices, …]`
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` for indices that are not int64 or a tensor without axes.
 */
export function gatherRows(x: Tensor, indices: Tensor): Tensor {
  requireIndices(x, indices);
  return gatherIndexed(x, indices);
}

/**
 * Adds rows to a tensor by index (ONNX `ScatterND` with addition); rows with equal indices add up.
 *
 * @param base `[n, …]`, for instance zeros.
 * @param indices int64, each in `[0, n)`; any shape.
 * @param updates `[…indices, …]`
 * @returns `[n, …]`
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the updates do not have one row for each index.
 */
export function scatterAddRows(base: Tensor, indices: Tensor, updates: Tensor): Tensor {
  requireIndices(base, indices);
  const wanted = [...indices.shape, ...base.shape.slice(1)];
  if (!sameShape(updates.shape, wanted) || updates.type !== base.type) {
    throw shapeMismatch(wanted, updates.shape, "add rows of");
  }
  return scatterAddIndexed(base, indicesOf(indices), updates);
}

/** {@link gatherRows} without its checks, for gradient rules. */
export function gatherIndexed(x: Tensor, indices: Tensor): Tensor {
  const shape = [...indices.shape, ...x.shape.slice(1)];
  return createTensor({
    kind: "Gather",
    inputs: [x, indices],
    attributes: { axis: 0 },
    output: { shape, type: x.type },
  });
}

/** Indices in the form of `ScatterND`: one coordinate each, on an axis of its own. */
export function indicesOf(indices: Tensor): Tensor {
  return reshape(indices, [...indices.shape, 1]);
}

/** {@link scatterAddRows} without its checks and with indices from {@link indicesOf}, for gradient rules. */
export function scatterAddIndexed(base: Tensor, places: Tensor, updates: Tensor): Tensor {
  return createTensor({
    kind: "ScatterND",
    inputs: [base, places, updates],
    attributes: { reduction: "add" },
    output: { shape: base.shape, type: base.type },
  });
}

function requireIndices(x: Tensor, indices: Tensor): void {
  if (indices.type !== "int64" || x.shape.length === 0) throw shapeMismatch(x.shape, indices.shape, "index rows of");
}
