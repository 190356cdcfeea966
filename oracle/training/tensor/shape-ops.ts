/** Operations that move elements without changing them: reshape, transpose, concat, split, slice, pad, expand. */
import { PlimsollError } from "../../domain/errors.ts";
import type { ElementType } from "./element-type.ts";
import { constant, createOperation, createTensor, definedTensor, type Tensor } from "./operation.ts";
import {
  broadcastShapes,
  type Dimension,
  elementCount,
  extentOf,
  formatShape,
  resolveAxis,
  type Shape,
  sameShape,
  shapeMismatch,
} from "./shape.ts";

/** An int64 vector for the axis and shape inputs of ONNX operators. */
export function int64Vector(values: readonly number[]): Tensor {
  return constant(values, { shape: [values.length], type: "int64" });
}

/**
 * Same elements in another shape. At most one dimension may be dynamic.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when static element counts differ; `TENSOR_DYNAMIC_SHAPE` with two dynamic dims.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const dynamic = shape.filter((dimension) => typeof dimension === "string").length;
  if (dynamic > 1) {
    throw new PlimsollError({
      code: "TENSOR_DYNAMIC_SHAPE",
      problem: `Cannot reshape to ${formatShape(shape)}: ${dynamic} dynamic dimensions.`,
      remedy: "Keep at most one dimension dynamic.",
      context: { shape: formatShape(shape), dynamic },
    });
  }
  const isStatic = [...x.shape, ...shape].every((dimension) => typeof dimension === "number");
  if (isStatic && elementCount(x.shape) !== elementCount(shape)) throw shapeMismatch(x.shape, shape, "reshape between");
  const target = int64Vector(shape.map((dimension) => (typeof dimension === "number" ? dimension : -1)));
  return createTensor({ kind: "Reshape", inputs: [x, target], output: { shape, type: x.type } });
}

/**
 * Reorders axes; output axis `i` is input axis `order[i]`. Without an order the last two axes swap.
 *
 * @throws PlimsollError `TENSOR_AXIS` when the order is not a permutation.
 */
export function transpose(x: Tensor, order: readonly number[] = swapLastTwo(x.shape.length)): Tensor {
  const shape = order.map((axis): Dimension => x.shape[resolveAxis(x.shape, axis)] ?? 1);
  if (new Set(order).size !== x.shape.length) resolveAxis(x.shape, x.shape.length);
  return createTensor({ kind: "Transpose", inputs: [x], attributes: { perm: order }, output: { shape, type: x.type } });
}

/**
 * Joins tensors along one axis with static extents.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the other extents differ; `TENSOR_OUTPUT_MISSING` for no parts.
 */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = definedTensor(parts[0], "Concat");
  const place = resolveAxis(first.shape, axis);
  for (const part of parts) {
    const aligned = part.shape.map((dimension, index) => (index === place ? (first.shape[place] ?? 1) : dimension));
    if (!sameShape(aligned, first.shape)) throw shapeMismatch(first.shape, part.shape, "concatenate");
  }
  const total = parts.reduce((sum, part) => sum + extentOf(part.shape, place), 0);
  const output = { shape: withExtent(first.shape, place, total), type: first.type };
  return createTensor({ kind: "Concat", inputs: parts, attributes: { axis: place }, output });
}

/**
 * Cuts a tensor into parts of the given extents along one axis.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the extents do not sum to the axis.
 */
export function split(x: Tensor, extents: readonly number[], axis: number): readonly Tensor[] {
  const place = resolveAxis(x.shape, axis);
  const total = extents.reduce((sum, extent) => sum + extent, 0);
  if (total !== extentOf(x.shape, place)) throw shapeMismatch(x.shape, extents, "split");
  return createOperation({
    kind: "Split",
    inputs: [x, int64Vector(extents)],
    attributes: { axis: place },
    outputs: extents.map((extent) => ({ shape: withExtent(x.shape, place, extent), type: x.type })),
  });
}

/** Half-open range `[from, to)` of one axis. */
export interface AxisRange {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The elements of a range of one axis; the axis stays.
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` for an empty range or one outside the axis.
 */
export function slice(x: Tensor, range: AxisRange): Tensor {
  const axis = resolveAxis(x.shape, range.axis);
  const extent = extentOf(x.shape, axis);
  if (!(range.from >= 0 && range.from < range.to && range.to <= extent)) {
    throw shapeMismatch(x.shape, [range.from, range.to], "slice");
  }
  return createTensor({
    kind: "Slice",
    inputs: [x, int64Vector([range.from]), int64Vector([range.to]), int64Vector([axis])],
    attributes: {},
    output: { shape: withExtent(x.shape, axis, range.to - range.from), type: x.type },
  });
}

/** Puts zeros around a tensor so that it fills `[0, extent)` of the axis again: the inverse of {@link slice}. */
export function pad(x: Tensor, range: AxisRange, extent: number): Tensor {
  const axis = resolveAxis(x.shape, range.axis);
  const before = x.shape.map((_, index) => (index === axis ? range.from : 0));
  const after = x.shape.map((_, index) => (index === axis ? extent - range.to : 0));
  const output = { shape: withExtent(x.shape, axis, extent), type: x.type };
  return createTensor({ kind: "Pad", inputs: [x, int64Vector([...before, ...after])], output });
}

/** Repeats a tensor so that it takes the run-time shape of another one (broadcasting). */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  const shape = broadcastShapes(x.shape, like.shape);
  return createTensor({ kind: "Expand", inputs: [x, shapeOf(like)], output: { shape, type: x.type } });
}

/**
 * Repeats a tensor to a static shape (broadcasting).
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when it does not broadcast; `TENSOR_DYNAMIC_SHAPE` for a dynamic target.
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  const target = int64Vector(shape.map((_, axis) => extentOf(shape, axis)));
  return createTensor({
    kind: "Expand",
    inputs: [x, target],
    output: { shape: broadcastShapes(x.shape, shape), type: x.type },
  });
}

/** Zeros of another tensor's run-time shape, so that dynamic batches work. */
export function zerosLike(like: Tensor, type: ElementType = like.type): Tensor {
  return createTensor({ kind: "ConstantOfShape", inputs: [shapeOf(like)], output: { shape: like.shape, type } });
}

/** The shape with another extent on one axis. */
export function withExtent(shape: Shape, axis: number, extent: Dimension): Shape {
  return shape.map((dimension, index) => (index === axis ? extent : dimension));
}

function shapeOf(x: Tensor): Tensor {
  return createTensor({ kind: "Shape", inputs: [x], output: { shape: [x.shape.length], type: "int64" } });
}

function swapLastTwo(rank: number): readonly number[] {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  return rank < 2 ? order : [...order.slice(0, rank - 2), rank - 1, rank - 2];
}
