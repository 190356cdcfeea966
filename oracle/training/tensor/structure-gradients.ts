/** Gradient rules of matrix products, reductions and operations that move elements. */
import { div, greaterOrEqual, mul, sub, where } from "./elementwise-ops.ts";
import { exportOnly, type GradientRequest, type GradientRule, noGradient, unpack } from "./gradient-rule.ts";
import { gatherIndexed, indicesOf, scatterAddIndexed } from "./indexing-ops.ts";
import { matmul, reduceSum, sumTo } from "./matrix-ops.ts";
import { definedTensor, type OperationKind, scalar, type Tensor } from "./operation.ts";
import { type Dimension, extentOf, type Shape } from "./shape.ts";
import { concat, expandLike, pad, reshape, slice, transpose, zerosLike } from "./shape-ops.ts";

/** Rules by operation kind. */
export const STRUCTURE_GRADIENTS: Readonly<Partial<Record<OperationKind, GradientRule>>> = {
  MatMul: matmulGradient,
  Gemm: exportOnly,
  LSTM: exportOnly,
  GRU: exportOnly,
  LayerNormalization: exportOnly,
  ReduceSum: reduceSumGradient,
  ReduceMax: reduceMaxGradient,
  Softmax: softmaxGradient,
  Reshape: (request) => [reshape(unpack(request).g, unpack(request).a.shape), null],
  Transpose: transposeGradient,
  Concat: concatGradient,
  Split: splitGradient,
  Slice: sliceGradient,
  Pad: padGradient,
  Expand: (request) => [sumTo(unpack(request).g, unpack(request).a.shape), null],
  Gather: gatherGradient,
  ScatterND: scatterGradient,
  Shape: noGradient,
  ConstantOfShape: noGradient,
};

/** Rank up to which the weights of a product are one matrix shared by all leading axes. */
const MATRIX_RANK = 2;

function matmulGradient(request: GradientRequest): readonly Tensor[] {
  const { g, a, b } = unpack(request);
  const ga = sumTo(matmul(g, transpose(b)), a.shape);
  if (b.shape.length > MATRIX_RANK || a.shape.length === MATRIX_RANK) {
    return [ga, sumTo(matmul(transpose(a), g), b.shape)];
  }
  // One flattened product instead of a batch of small ones that would have to be summed.
  return [ga, matmul(transpose(flatten(a)), flatten(g))];
}

function flatten(x: Tensor): Tensor {
  return reshape(x, [rowsOf(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1]);
}

function rowsOf(leading: Shape): Dimension {
  if (leading.every((dimension) => typeof dimension === "number"))
    return leading.reduce<number>((a, b) => a * Number(b), 1);
  return leading.join("*");
}

function reduceSumGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, a } = unpack(request);
  const axes = request.operation.inputs[1]?.operation.values ?? new Float64Array();
  const kept = a.shape.map((dimension, axis): Dimension => (axes.includes(axis) ? 1 : dimension));
  return [expandLike(reshape(g, kept), a), null];
}

/** Equal maxima share the gradient evenly. */
function reduceMaxGradient(request: GradientRequest): readonly Tensor[] {
  const { g, y, a } = unpack(request);
  const axes = numbers(request.operation.attributes.axes);
  const kept = a.shape.map((dimension, axis): Dimension => (axes.includes(axis) ? 1 : dimension));
  const isMaximum = greaterOrEqual(a, reshape(y, kept));
  const share = where(isMaximum, scalar(1, g.type), scalar(0, g.type));
  return [mul(share, div(reshape(g, kept), reduceSum(share, { axes, keepDims: true })))];
}

/** Rows that were read more than once receive the sum of what their copies receive. */
function gatherGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, a, b: indices } = unpack(request);
  return [scatterAddIndexed(zerosLike(a), indicesOf(indices), g), null];
}

function scatterGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, b: places } = unpack(request);
  return [g, null, gatherIndexed(g, reshape(places, places.shape.slice(0, -1)))];
}

function softmaxGradient(request: GradientRequest): readonly Tensor[] {
  const { g, y } = unpack(request);
  const axis = Number(request.operation.attributes.axis);
  return [mul(y, sub(g, reduceSum(mul(g, y), { axes: [axis], keepDims: true })))];
}

function transposeGradient(request: GradientRequest): readonly Tensor[] {
  const order = numbers(request.operation.attributes.perm);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return [transpose(unpack(request).g, inverse)];
}

function concatGradient(request: GradientRequest): readonly Tensor[] {
  const { g } = unpack(request);
  const axis = Number(request.operation.attributes.axis);
  let from = 0;
  return request.operation.inputs.map((part) => {
    const to = from + extentOf(part.shape, axis);
    const range = { axis, from, to };
    from = to;
    return slice(g, range);
  });
}

function splitGradient({ operation, cotangents }: GradientRequest): readonly (Tensor | null)[] {
  const parts = operation.outputs.map((output, index) => cotangents[index] ?? zerosLike(output));
  return [concat(parts, Number(operation.attributes.axis)), null];
}

function sliceGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, a } = unpack(request);
  const [from = 0, to = 0, axis = 0] = request.operation.inputs
    .slice(1)
    .map((bound) => bound.operation.values?.[0] ?? 0);
  return [pad(g, { axis, from, to }, extentOf(a.shape, axis)), null, null, null];
}

function padGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { g, a } = unpack(request);
  const pads = definedTensor(request.operation.inputs[1], "Pad").operation.values ?? new Float64Array();
  const axis = a.shape.findIndex((_, index) => (pads[index] ?? 0) + (pads[index + a.shape.length] ?? 0) > 0);
  if (axis < 0) return [g, null];
  const from = pads[axis] ?? 0;
  return [slice(g, { axis, from, to: from + extentOf(a.shape, axis) }), null];
}

function numbers(attribute: unknown): readonly number[] {
  return Array.isArray(attribute) ? attribute.map(Number) : [];
}
