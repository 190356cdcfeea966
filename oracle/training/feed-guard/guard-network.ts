/**
 * The learned feed guard as a graph: features are scaled, squeezed through a narrow layer and restored; the score is the log of the mean
 * squared error of what is there (an autoencoder, Hawkins et al. 2002). Missing features are neither read nor judged.
 */
import { FEED_GUARD_NAMES } from "../../models/feed-guard/run-feed-guard.ts";
import { abs, add, div, log, mul, sign, sqrt, sub } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { matmul } from "../tensor/matrix-ops.ts";
import { denseLayers } from "../tensor/mlp.ts";
import { constant, definedTensor, input, scalar, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat } from "../tensor/shape-ops.ts";
import { writeModel } from "../tensor/write-model.ts";

/** Units of the hidden layers; the middle one is the bottleneck. */
export const GUARD_UNITS = [24, 8, 24] as const;
/** Added to the mean squared error before the logarithm. */
const LEAST_ERROR = 1e-6;
/** Added to the number of features that are there, so that a row without any divides by something. */
const LEAST_COUNT = 1e-6;

/** Centre and spread of each feature, and whether the fitted rows have it at all. `[features]` each */
export interface GuardScaling {
  readonly centre: Float64Array;
  readonly spread: Float64Array;
  readonly active: readonly boolean[];
}

/** Fed tensors of a batch, `[rows, features]` each. */
export interface GuardInputs {
  readonly features: Tensor;
  readonly missing: Tensor;
}

/** Inputs of a batch with a fixed number of rows or a dynamic one. */
export function guardInputs(width: number, rows: Dimension): GuardInputs {
  const spec = { shape: [rows, width], type: "float32" } as const;
  return { features: input(FEED_GUARD_NAMES.features, spec), missing: input(FEED_GUARD_NAMES.missing, spec) };
}

/** Names and shapes of the trainable arrays. */
export function guardParameters(
  width: number,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  const widths = [2 * width, ...GUARD_UNITS, width];
  return widths.slice(1).flatMap((outputs, layer) => [
    { name: `weights${layer}`, shape: [widths[layer] ?? 0, outputs] },
    { name: `bias${layer}`, shape: [outputs] },
  ]);
}

/** Mean squared error of each row, `[rows, 1]`. */
export function rowErrors(batch: GuardInputs, scaling: GuardScaling, parameter: (name: string) => Tensor): Tensor {
  const { features, missing } = batch;
  const vector = (values: ArrayLike<number>): Tensor =>
    constant(values, { shape: [values.length], type: features.type });
  const present = mul(sub(scalar(1, features.type), missing), vector(scaling.active.map(Number)));
  const scaled = mul(asinhOf(div(sub(features, vector(scaling.centre)), vector(scaling.spread))), present);
  const layers = [...GUARD_UNITS, 0].map((_, layer) => ({
    weights: parameter(`weights${layer}`),
    bias: parameter(`bias${layer}`),
    activation: layer < GUARD_UNITS.length ? ("tanh" as const) : ("linear" as const),
  }));
  const restored = denseLayers(concat([scaled, present], 1), layers);
  const error = mul(sub(restored, scaled), present);
  const width = scaling.centre.length;
  const ones = constant(new Float64Array(width).fill(1), { shape: [width, 1], type: features.type });
  const count = add(matmul(present, ones), scalar(LEAST_COUNT, features.type));
  return div(matmul(mul(error, error), ones), count);
}

function asinhOf(u: Tensor): Tensor {
  return mul(sign(u), log(add(abs(u), sqrt(add(mul(u, u), scalar(1, u.type))))));
}

/** Bytes of the model; the scaling is inside. */
export function exportGuard(scaling: GuardScaling, values: ParameterValues): Uint8Array {
  const width = scaling.centre.length;
  const inputs = guardInputs(width, "rows");
  const shapes = new Map(guardParameters(width).map(({ name, shape }) => [name, shape]));
  const parameter = (name: string): Tensor =>
    constant(values.get(name) ?? [], { shape: shapes.get(name) ?? [], type: "float32" });
  const score = log(add(rowErrors(inputs, scaling, parameter), scalar(LEAST_ERROR, "float32")));
  return writeModel({
    name: "feed-guard",
    inputs: Object.values(inputs),
    outputs: [{ name: FEED_GUARD_NAMES.score, tensor: score }],
    metadata: { "produced-by": "plimsoll training engine" },
  });
}

/** Trainable arrays by name, for {@link rowErrors}. */
export function parameterOf(tensors: readonly Tensor[]): (name: string) => Tensor {
  return (name) =>
    definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
}

/** The score in plain float64, written apart from the graph: the reference for the export. */
export function plainScore(
  row: { readonly values: ArrayLike<number>; readonly missing: ArrayLike<number> },
  scaling: GuardScaling,
  values: ParameterValues,
): number {
  const width = scaling.centre.length;
  const present = scaling.active.map((isActive, place) => Number(isActive && row.missing[place] !== 1));
  const scaled = present.map((is, place) =>
    is === 1 ? Math.asinh(((row.values[place] ?? 0) - (scaling.centre[place] ?? 0)) / (scaling.spread[place] ?? 1)) : 0,
  );
  let layer: readonly number[] = [...scaled, ...present];
  for (let place = 0; place <= GUARD_UNITS.length; place += 1) {
    const [weights, bias] = [values.get(`weights${place}`), values.get(`bias${place}`)];
    const outputs = bias?.length ?? 0;
    const before = layer;
    layer = Array.from({ length: outputs }, (_, unit) => {
      const sum = before.reduce(
        (total, x, from) => total + x * (weights?.[from * outputs + unit] ?? 0),
        bias?.[unit] ?? 0,
      );
      return place < GUARD_UNITS.length ? Math.tanh(sum) : sum;
    });
  }
  const squares = layer.reduce((total, x, place) => total + (present[place] ?? 0) * (x - (scaled[place] ?? 0)) ** 2, 0);
  const count = present.reduce((total, is) => total + is, 0);
  return width === 0 ? Number.NaN : Math.log(squares / (count + LEAST_COUNT) + LEAST_ERROR);
}
