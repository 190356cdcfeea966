/** The surrogate as a graph: one description for training and export; all weights are positive, so it can only rise. */
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import { CASCADE_NAMES } from "../../models/cascade/run-cascade-network.ts";
import { boundTensor, boundValues, type WeightBinding } from "../tensor/bound-weights.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { add, div, max, min, sub } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { gemm, matmul } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, scalar, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { writeModel } from "../tensor/write-model.ts";

/** Units of both hidden layers: a third each is convex, concave, saturating (Runje and Shankaranarayana 2023). */
export const HIDDEN_UNITS = 48;
/** Hidden layers. */
export const HIDDEN_LAYERS = 2;
/** Name of the weights that lead from the inputs straight to the output. */
export const SKIP = "skip";
const UNBOUNDED = 1e9;

/** Centre and spread of each input, built into the graph. `[features]` each */
export interface SurrogateScaling {
  readonly centre: readonly number[];
  readonly spread: readonly number[];
}

/** A trained surrogate. */
export interface TrainedSurrogate {
  readonly scaling: SurrogateScaling;
  readonly values: ParameterValues;
}

/** One trainable array; weights are bound to be positive, biases are free. */
export interface SurrogateParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isWeight: boolean;
}

/** Arrays that training adjusts. */
export function surrogateParameters(): readonly SurrogateParameter[] {
  const sizes = [CASCADE_FEATURES.length, ...Array<number>(HIDDEN_LAYERS).fill(HIDDEN_UNITS), 1];
  const layers = Array.from({ length: HIDDEN_LAYERS + 1 }, (_, layer) => [
    { name: `weights${layer}`, shape: [sizes[layer] ?? 1, sizes[layer + 1] ?? 1], isWeight: true },
    { name: `bias${layer}`, shape: [sizes[layer + 1] ?? 1], isWeight: false },
  ]);
  return [...layers.flat(), { name: SKIP, shape: [CASCADE_FEATURES.length, 1], isWeight: true }];
}

/** Binding of every weight of an array. */
export function positiveBindings(shape: readonly number[]): readonly WeightBinding[] {
  return Array<WeightBinding>(shape.reduce((product, size) => product * size, 1)).fill("positive");
}

/** Range to which each hidden unit is clipped. `[units]` each */
export function unitRanges(): { readonly low: readonly number[]; readonly high: readonly number[] } {
  const groups = Array.from({ length: HIDDEN_UNITS }, (_, unit) => unit % 3);
  return {
    low: groups.map((group) => [0, -UNBOUNDED, -1][group] ?? 0),
    high: groups.map((group) => [UNBOUNDED, 0, 1][group] ?? 0),
  };
}

/** Feature rows of a batch. `[rows, features]` */
export function surrogateInput(rows: Dimension, type: ElementType): Tensor {
  return input(CASCADE_NAMES.features, { shape: [rows, CASCADE_FEATURES.length], type });
}

/** Layers of a network: trainable tensors, or folded constants. */
export interface SurrogateLayers {
  affine(x: Tensor, layer: number): Tensor;
  skip(x: Tensor): Tensor;
}

/** Further fall of a batch, ≥ 0. `[rows, 1]` */
export function surrogateOutput(features: Tensor, scaling: SurrogateScaling, layers: SurrogateLayers): Tensor {
  const vector = (values: ArrayLike<number>): Tensor =>
    constant(values, { shape: [values.length], type: features.type });
  const x = div(sub(features, vector(scaling.centre)), vector(scaling.spread));
  const { low, high } = unitRanges();
  let hidden = x;
  for (let layer = 0; layer < HIDDEN_LAYERS; layer += 1)
    hidden = min(max(layers.affine(hidden, layer), vector(low)), vector(high));
  return max(add(layers.affine(hidden, HIDDEN_LAYERS), layers.skip(x)), scalar(0, features.type));
}

/** Layers whose weights are bound inside the graph. */
export function trainableLayers(tensors: readonly Tensor[]): SurrogateLayers {
  const parameter = (name: string): Tensor => {
    const tensor = definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
    const entry = surrogateParameters().find((one) => one.name === name);
    return entry?.isWeight === true ? boundTensor(tensor, positiveBindings(entry.shape)) : tensor;
  };
  return {
    affine: (x, layer) => add(matmul(x, parameter(`weights${layer}`)), parameter(`bias${layer}`)),
    skip: (x) => matmul(x, parameter(SKIP)),
  };
}

/** Values that act: bound weights, free biases. */
export function actingValues(values: ParameterValues, { name, shape, isWeight }: SurrogateParameter): Float32Array {
  const raw = values.get(name) ?? new Float32Array();
  return isWeight ? boundValues(raw, positiveBindings(shape)) : raw;
}

/** Bytes of the model: scaling and bounds inside the graph. */
export function exportSurrogate({ scaling, values }: TrainedSurrogate): Uint8Array {
  const parameters = surrogateParameters();
  const folded = (name: string): Tensor => {
    const entry = parameters.find((one) => one.name === name);
    return entry === undefined
      ? scalar(0, "float32")
      : constant(actingValues(values, entry), { shape: entry.shape, type: "float32" });
  };
  const features = surrogateInput("rows", "float32");
  const tensor = surrogateOutput(features, scaling, {
    affine: (x, layer) => gemm(x, folded(`weights${layer}`), folded(`bias${layer}`)),
    skip: (x) => matmul(x, folded(SKIP)),
  });
  return writeModel({
    name: "cascade",
    inputs: [features],
    outputs: [{ name: CASCADE_NAMES.extra, tensor }],
    metadata: { "produced-by": "plimsoll training engine" },
  });
}
