/** Layout of the close-out student: units, bounds of their activations, sign constraints, trainable arrays. */
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { type UnitDirection, type WeightBinding, weightBindings } from "../tensor/bound-weights.ts";

/** Sizes of one network. */
export interface StudentLayout {
  /** Units of each hidden layer that rising inputs may feed. */
  readonly risingUnits: number;
  /** Units of each hidden layer that only free inputs feed. */
  readonly freeUnits: number;
  readonly hiddenLayers: number;
}

/** Centre and spread of each input, fitted on training rows and built into the graph. `[features]` each */
export interface StudentScaling {
  readonly centre: Float64Array;
  readonly spread: Float64Array;
}

/** One trainable array. */
export interface StudentParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Binding of every weight, row-major; `null` for biases. */
  readonly bindings: readonly WeightBinding[] | null;
}

/** Name of the weights that lead from the inputs straight to the outputs. */
export const SKIP = "skip";
const INPUTS: readonly UnitDirection[] = CLOSE_OUT_FEATURES.map(({ direction }) => direction);
const OUTPUTS = SHORTFALL_LEVELS.map(() => "rising" as const);
/** Beyond any activation: stands for no bound. */
const UNBOUNDED = 1e9;

/** Arrays that training adjusts, in the order of the graph. */
export function studentParameters(layout: StudentLayout): readonly StudentParameter[] {
  const hidden = hiddenUnits(layout);
  const layers = Array.from({ length: layout.hiddenLayers + 1 }, (_, layer) => {
    const from = layer === 0 ? INPUTS : hidden;
    const to = layer === layout.hiddenLayers ? OUTPUTS : hidden;
    return [
      { name: `weights${layer}`, shape: [from.length, to.length], bindings: weightBindings(from, to) },
      { name: `bias${layer}`, shape: [to.length], bindings: null },
    ];
  });
  const skip = { name: SKIP, shape: [INPUTS.length, OUTPUTS.length], bindings: weightBindings(INPUTS, OUTPUTS) };
  return [...layers.flat(), skip];
}

/**
 * Range to which each hidden unit is clipped: a third is convex (max(z, 0)), a third concave (min(z, 0)), a third saturates
 * (Runje and Shankaranarayana 2023, "Constrained monotonic neural networks": rising weights between convex units alone
 * could say nothing concave). Clips are exactly monotone in floating point, a fast tanh need not be.
 *
 * @returns `[units]` each
 */
export function clipRanges({ risingUnits, freeUnits }: StudentLayout): {
  readonly low: readonly number[];
  readonly high: readonly number[];
} {
  const units = Array.from({ length: risingUnits + freeUnits }, (_, unit) => unit % 3);
  return {
    low: units.map((group) => [0, -UNBOUNDED, -1][group] ?? 0),
    high: units.map((group) => [UNBOUNDED, 0, 1][group] ?? 0),
  };
}

function hiddenUnits({ risingUnits, freeUnits }: StudentLayout): readonly ("rising" | "free")[] {
  return [...Array<"rising">(risingUnits).fill("rising"), ...Array<"free">(freeUnits).fill("free")];
}
