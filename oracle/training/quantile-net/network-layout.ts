/** Layout of the quantile network: which columns and units may only raise risk, and how inputs are scaled. */
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { OUTPUTS_PER_ROW } from "../../models/quantile-net/run-network.ts";

/** Sizes and constraints. */
export interface NetworkLayout {
  /** Sign constraint of each feature: true where a larger value may only raise every quantile. `[features]` */
  readonly monotone: readonly boolean[];
  /** False for features that the training rows never show; the network ignores them. `[features]` */
  readonly active: readonly boolean[];
  /** Units of each hidden layer that monotone inputs may feed. */
  readonly monotoneUnits: number;
  /** Units of each hidden layer that only unconstrained inputs feed. */
  readonly freeUnits: number;
}

/** Scaling of the inputs, fitted on training rows and built into the graph. */
export interface NetworkScaling {
  /** Median and spread of each feature. `[features]` */
  readonly centre: Float64Array;
  readonly spread: Float64Array;
  /** Geometric mean of the forecast standard deviation over each horizon. `[horizon]` */
  readonly referenceSigma: Float64Array;
}

/** One trainable array. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * How a weight is bound: `positive` from a monotone unit to a monotone one, `zero` from a monotone to a free one (which
 * may then act with any sign further on), `free` from a free unit.
 */
export type WeightBinding = "positive" | "free" | "zero";

/** Columns of the first layer: scaled features, missing indicators, log volatility of each horizon. True = monotone. */
export function inputColumns(layout: NetworkLayout): readonly boolean[] {
  return [...layout.monotone, ...layout.monotone.map(() => false), ...QUANTILE_HORIZONS_HOURS.map(() => true)];
}

/** Monotone flags of every layer's units, inputs first and outputs last. */
export function layerUnits(layout: NetworkLayout): readonly (readonly boolean[])[] {
  const hidden = [...Array<boolean>(layout.monotoneUnits).fill(true), ...Array<boolean>(layout.freeUnits).fill(false)];
  return [inputColumns(layout), hidden, hidden, Array<boolean>(OUTPUTS_PER_ROW).fill(true)];
}

/** Binding of every weight between two layers. Row-major `[in, out]` */
export function weightBindings(from: readonly boolean[], to: readonly boolean[]): readonly WeightBinding[] {
  return from.flatMap((isFromMonotone) =>
    to.map((isToMonotone): WeightBinding => {
      if (!isFromMonotone) return "free";
      return isToMonotone ? "positive" : "zero";
    }),
  );
}

/** Arrays that training adjusts, in the order of the graph. */
export function parameterShapes(layout: NetworkLayout): readonly ParameterShape[] {
  const units = layerUnits(layout).map((flags) => flags.length);
  const layers = units.slice(1).flatMap((outputs, index) => [
    { name: `weights${index}`, shape: [units[index] ?? 0, outputs] },
    { name: `bias${index}`, shape: [outputs] },
  ]);
  return [...layers, { name: "elasticity", shape: [QUANTILE_HORIZONS_HOURS.length] }];
}

/** log(1 + e^x) without overflow. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Logistic function. */
export function sigmoidOf(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The weights that act: raw values bound as the layout says. Row-major `[in, out]` */
export function boundWeights(raw: Float32Array, bindings: readonly WeightBinding[]): Float32Array {
  return raw.map((value, index) => {
    const binding = bindings[index];
    if (binding === "zero") return 0;
    return binding === "positive" ? softplusOf(value) : value;
  });
}
