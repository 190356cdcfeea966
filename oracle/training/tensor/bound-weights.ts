/**
 * Sign-constrained weights: networks that can only rise, or only fall, in chosen inputs.
 *
 * A weight with a sign is ±softplus of the raw value that training adjusts (Sill 1998 uses the exponential). Units are
 * parted: monotone ones may read everything, free ones read only free inputs, so that they may act with any sign later.
 */
import { add, mul, softplus, sub } from "./elementwise-ops.ts";
import { constant, type Tensor } from "./operation.ts";

/** How a weight may act. */
export type WeightBinding = "positive" | "negative" | "zero" | "free";
/** How an input or unit acts on the outputs: they may only rise with it, only fall with it, or anything. */
export type UnitDirection = "rising" | "falling" | "free";

/**
 * Binding of every weight between two layers.
 *
 * @param from directions of the inputs; hidden units are `rising` or `free`.
 * @param to units of the next layer: `rising` ones carry the constraint, `free` ones must not see it.
 * @returns row-major `[in, out]`
 */
export function weightBindings(
  from: readonly UnitDirection[],
  to: readonly Exclude<UnitDirection, "falling">[],
): readonly WeightBinding[] {
  return from.flatMap((direction) =>
    to.map((unit): WeightBinding => {
      if (direction === "free") return "free";
      if (unit === "free") return "zero";
      return direction === "rising" ? "positive" : "negative";
    }),
  );
}

/**
 * The weights that act, as a tensor through which gradients reach the raw values.
 *
 * @param raw trainable, as many elements as bindings.
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when the numbers differ.
 */
export function boundTensor(raw: Tensor, bindings: readonly WeightBinding[]): Tensor {
  const size = softplus(raw);
  const positive = mul(bindingMask(raw, bindings, "positive"), size);
  const signed = bindings.includes("negative")
    ? sub(positive, mul(bindingMask(raw, bindings, "negative"), size))
    : positive;
  return add(signed, mul(bindingMask(raw, bindings, "free"), raw));
}

/** The same on trained values, for export. */
export function boundValues(raw: Float32Array, bindings: readonly WeightBinding[]): Float32Array {
  return raw.map((value, index) => {
    const binding = bindings[index];
    if (binding === "free") return value;
    if (binding === "positive") return softplusOf(value);
    return binding === "negative" ? -softplusOf(value) : 0;
  });
}

/**
 * Ones where the weights have the binding, in the shape of `raw`. Of use as decay mask: raw values of signed weights must
 * not decay, towards zero they would grow.
 */
export function bindingMask(raw: Tensor, bindings: readonly WeightBinding[], binding: WeightBinding): Tensor {
  return constant(
    bindings.map((entry) => Number(entry === binding)),
    raw,
  );
}

/** log(1 + e^x) without overflow. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
