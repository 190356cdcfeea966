/** Shapes with named dynamic dimensions, and the broadcasting rule of NumPy and ONNX. */
import { PlimsollError } from "../../domain/errors.ts";

/** A static extent, or the name of one that is known only at run time, e.g. `batch`. */
export type Dimension = number | string;
/** Extents, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** Prints a shape, e.g. `[batch, 4]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** True when both shapes have the same dimensions, dynamic names included. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/**
 * Number of elements.
 *
 * @throws PlimsollError `TENSOR_DYNAMIC_SHAPE` when a dimension is known only at run time.
 */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((product, dimension) => product * staticExtent(dimension, shape), 1);
}

/**
 * Extent of one axis.
 *
 * @throws PlimsollError `TENSOR_DYNAMIC_SHAPE` when it is known only at run time; `TENSOR_AXIS` when there is no such axis.
 */
export function extentOf(shape: Shape, axis: number): number {
  return staticExtent(shape[resolveAxis(shape, axis)] ?? 1, shape);
}

/**
 * Turns a negative axis into its place from the front.
 *
 * @throws PlimsollError `TENSOR_AXIS` outside `[-rank, rank)`.
 */
export function resolveAxis(shape: Shape, axis: number): number {
  const resolved = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(resolved) && resolved >= 0 && resolved < shape.length) return resolved;
  throw new PlimsollError({
    code: "TENSOR_AXIS",
    problem: `Axis ${axis} does not exist in shape ${formatShape(shape)}.`,
    remedy: "Pass an axis between -rank and rank - 1.",
    context: { axis, rank: shape.length },
  });
}

/**
 * Shape of an elementwise operation on two operands (ONNX multidirectional broadcasting).
 *
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when two extents differ and neither is 1.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - (rank - a.length)] ?? 1;
    const right = b[index - (rank - b.length)] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw shapeMismatch(a, b, "broadcast");
  });
}

/** The error for operands that do not fit each other. */
export function shapeMismatch(a: Shape, b: Shape, operation: string): PlimsollError<"TENSOR_SHAPE_MISMATCH"> {
  return new PlimsollError({
    code: "TENSOR_SHAPE_MISMATCH",
    problem: `Cannot ${operation} shapes ${formatShape(a)} and ${formatShape(b)}.`,
    remedy: "Reshape or transpose one operand so that the extents agree.",
    context: { left: formatShape(a), right: formatShape(b), operation },
  });
}

function staticExtent(dimension: Dimension, shape: Shape): number {
  if (typeof dimension === "number") return dimension;
  throw new PlimsollError({
    code: "TENSOR_DYNAMIC_SHAPE",
    problem: `Shape ${formatShape(shape)} has no fixed extent for "${dimension}".`,
    remedy: "Use a fixed batch for means and splits, or reduce over static axes only.",
    context: { dimension, shape: formatShape(shape) },
  });
}
