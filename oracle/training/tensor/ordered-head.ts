/** Output layers whose values cannot cross: one free level, and softplus steps outwards from it. */
import { PlimsollError } from "../../domain/errors.ts";
import { add, mul, softplus } from "./elementwise-ops.ts";
import { matmul } from "./matrix-ops.ts";
import { constant, scalar, type Tensor } from "./operation.ts";
import { extentOf } from "./shape.ts";

/** Which level is free, and how far neighbours are apart at least. */
export interface OrderedHeadOptions {
  /** Index of the level that may take any value, for instance that of the median. */
  readonly anchor: number;
  /** Smallest step between neighbouring levels, above 0: float32 sums of tiny steps would tie. */
  readonly floor: number;
}

/**
 * Strictly ascending levels: level `anchor` is the raw value; above it each level adds `softplus(raw) + floor` to the one
 * below, below it each subtracts as much from the one above.
 *
 * @param raw `[rows, levels]`
 * @returns `[rows, levels]`, strictly ascending in each row.
 * @throws PlimsollError `TENSOR_ORDERED_HEAD` for an anchor outside the levels or a floor that is not positive.
 */
export function orderedHead(raw: Tensor, { anchor, floor }: OrderedHeadOptions): Tensor {
  const levels = extentOf(raw.shape, -1);
  if (!(Number.isInteger(anchor) && anchor >= 0 && anchor < levels && floor > 0)) throw badHead(levels, anchor, floor);
  const vector = (map: (level: number) => number): Tensor =>
    constant(
      Array.from({ length: levels }, (_, level) => map(level)),
      { shape: [levels], type: raw.type },
    );
  const steps = add(softplus(raw), scalar(floor, raw.type));
  const isAnchor = vector((level) => Number(level === anchor));
  const isStep = vector((level) => Number(level !== anchor));
  return matmul(add(mul(raw, isAnchor), mul(steps, isStep)), cumulation(levels, anchor, raw));
}

/** Row i, column j: how step i enters level j. */
function cumulation(levels: number, anchor: number, like: Tensor): Tensor {
  const values = Array.from({ length: levels * levels }, (_, index) => {
    const step = Math.floor(index / levels);
    const level = index % levels;
    if (step === anchor) return 1;
    if (step > anchor) return Number(level >= step);
    return level <= step ? -1 : 0;
  });
  return constant(values, { shape: [levels, levels], type: like.type });
}

function badHead(levels: number, anchor: number, floor: number): PlimsollError<"TENSOR_ORDERED_HEAD"> {
  return new PlimsollError({
    code: "TENSOR_ORDERED_HEAD",
    problem: `An ordered head of ${levels} levels cannot have anchor ${anchor} and floor ${floor}.`,
    remedy: "Choose an anchor inside the levels and a floor above 0.",
    context: { levels, anchor, floor },
  });
}
