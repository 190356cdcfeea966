/** Matrix products, reductions and softmax. */
import { scale } from "./elementwise-ops.ts";
import { createTensor, type Tensor } from "./operation.ts";
import { broadcastShapes, type Dimension, extentOf, resolveAxis, type Shape, shapeMismatch } from "./shape.ts";
import { int64Vector, reshape } from "./shape-ops.ts";

/** Smallest rank of a matrix operand. */
const MATRIX_RANK = 2;

/**
 * Matrix product over the last two axes, the leading ones broadcast: `[…, m, k] · […, k, n] → […, m, n]`.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the inner extents differ or an operand has fewer than two axes.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const isMatrix = a.shape.length >= MATRIX_RANK && b.shape.length >= MATRIX_RANK;
  if (!isMatrix || a.shape.at(-1) !== b.shape.at(-2) || a.type !== b.type) {
    throw shapeMismatch(a.shape, b.shape, "multiply as matrices");
  }
  const leading = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...leading, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
  return createTensor({ kind: "MatMul", inputs: [a, b], output: { shape, type: a.type } });
}

/**
 * `x · weights + bias` as one ONNX `Gemm`, for export: faster than MatMul and Add, no gradient.
 *
 * @param x `[rows, in]`, `weights` `[in, out]`, `bias` `[out]`.
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when they do not fit.
 */
export function gemm(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
  if (x.shape.length !== MATRIX_RANK || x.shape[1] !== weights.shape[0]) {
    throw shapeMismatch(x.shape, weights.shape, "multiply as matrices");
  }
  if (bias.shape.length !== 1 || bias.shape[0] !== weights.shape[1])
    throw shapeMismatch(weights.shape, bias.shape, "add bias of");
  const shape: readonly Dimension[] = [x.shape[0] ?? 1, weights.shape[1] ?? 1];
  return createTensor({ kind: "Gemm", inputs: [x, weights, bias], output: { shape, type: x.type } });
}

/** Which axes a reduction removes, and whether they stay with extent 1. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims?: boolean;
}

/** Sum over axes; without a reduction over all of them, to a scalar. */
export function reduceSum(x: Tensor, reduction: Reduction = allAxes(x)): Tensor {
  const axes = reduction.axes.map((axis) => resolveAxis(x.shape, axis));
  if (axes.length === 0) return x;
  const keepDims = reduction.keepDims ?? false;
  return createTensor({
    kind: "ReduceSum",
    inputs: [x, int64Vector(axes)],
    attributes: { keepdims: keepDims ? 1 : 0 },
    output: { shape: reducedShape(x.shape, axes, keepDims), type: x.type },
  });
}

/**
 * Largest element over axes; without a reduction over all of them, to a scalar. Equal maxima share the gradient evenly.
 *
 * @throws PlimsollError `TENSOR_AXIS` for an axis that does not exist.
 */
export function reduceMax(x: Tensor, reduction: Reduction = allAxes(x)): Tensor {
  const axes = reduction.axes.map((axis) => resolveAxis(x.shape, axis));
  if (axes.length === 0) return x;
  const keepDims = reduction.keepDims ?? false;
  // In opset 17 the axes of this operator are an attribute, unlike those of ReduceSum.
  return createTensor({
    kind: "ReduceMax",
    inputs: [x],
    attributes: { axes, keepdims: keepDims ? 1 : 0 },
    output: { shape: reducedShape(x.shape, axes, keepDims), type: x.type },
  });
}

/**
 * Mean over static axes.
 *
 * @throws PlimsollError `TENSOR_DYNAMIC_SHAPE` when an axis has no fixed extent (training uses a fixed batch).
 */
export function reduceMean(x: Tensor, reduction: Reduction = allAxes(x)): Tensor {
  const count = reduction.axes.reduce((product, axis) => product * extentOf(x.shape, axis), 1);
  return scale(reduceSum(x, reduction), 1 / count);
}

/** Softmax along one axis: non-negative, sums to 1. */
export function softmax(x: Tensor, axis: number): Tensor {
  const place = resolveAxis(x.shape, axis);
  return createTensor({
    kind: "Softmax",
    inputs: [x],
    attributes: { axis: place },
    output: { shape: x.shape, type: x.type },
  });
}

/**
 * Sums a tensor back to a shape that was broadcast to it: the gradient of broadcasting.
 *
 * @param shape shape of the operand before broadcasting.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  return axes.length === 0 ? x : reshape(reduceSum(x, { axes, keepDims: true }), shape);
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  const kept = shape.map((dimension, axis): Dimension => (axes.includes(axis) ? 1 : dimension));
  return keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis));
}

function allAxes(x: Tensor): Reduction {
  return { axes: x.shape.map((_, axis) => axis) };
}
