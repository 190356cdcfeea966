/** Layout of the quantile network: which columns and units may only raise risk, and how inputs are scaled. */
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { OUTPUTS_PER_ROW } from "../../models/quantile-net/run-network.ts";
import { type WeightBinding, weightBindings } from "../tensor/bound-weights.ts";

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

/** Columns of the first layer: scaled features, missing indicators, log volatility of each horizon. True = monotone. */
export function inputColumns(layout: NetworkLayout): readonly boolean[] {
  return [...layout.monotone, ...layout.monotone.map(() => false), ...QUANTILE_HORIZONS_HOURS.map(() => true)];
}

/** Monotone flags of every layer's units, inputs first and outputs last. */
export function layerUnits(layout: NetworkLayout): readonly (readonly boolean[])[] {
  const hidden = [...Array<boolean>(layout.monotoneUnits).fill(true), ...Array<boolean>(layout.freeUnits).fill(false)];
  return [inputColumns(layout), hidden, hidden, Array<boolean>(OUTPUTS_PER_ROW).fill(true)];
}

/** Binding of every weight between layer 0, 1 or 2 and the next. Row-major `[in, out]` */
export function layerBindings(layout: NetworkLayout, layer: number): readonly WeightBinding[] {
  const [from = [], to = []] = layerUnits(layout).slice(layer, layer + 2);
  const direction = (isMonotone: boolean): "rising" | "free" => (isMonotone ? "rising" : "free");
  return weightBindings(from.map(direction), to.map(direction));
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

/** Logistic function. */
export function sigmoidOf(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
