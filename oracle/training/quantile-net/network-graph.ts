/**
 * The quantile network as a graph: one description for training and export.
 *
 * The log move at horizon h and level l is `Σ_{i≤h} s_i Σ_{j≤l} step_ij` with `step_ij = softplus(o_ij) + floor` and
 * `s_i = r_i (σ_i / r_i)^e_i`, `0 < e_i < 1`: non-crossing in level, non-decreasing in horizon and in every σ_i by
 * construction, and a multiple of σ√h that the network may shrink towards its long-run value r.
 */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import { NETWORK_NAMES } from "../../models/quantile-net/network-inputs.ts";
import { OUTPUTS_PER_ROW } from "../../models/quantile-net/run-network.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { abs, add, div, exp, log, mul, sigmoid, sign, softplus, sqrt, sub, tanh } from "../tensor/elementwise-ops.ts";
import { matmul } from "../tensor/matrix-ops.ts";
import { constant, input, scalar, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat } from "../tensor/shape-ops.ts";
import type { NetworkLayout, NetworkScaling } from "./network-layout.ts";

/** Smallest step between neighbouring levels, in units of s: keeps float32 sums strictly ordered (eps 6e-8). */
export const STEP_FLOOR = 1e-4;

/** Fed tensors of a batch. */
export interface NetworkInputs {
  /** `[rows, features]` */
  readonly features: Tensor;
  readonly missing: Tensor;
  /** `[rows, horizon]` */
  readonly sigma: Tensor;
}

/** How one network's layers act: trainable tensors, or folded constants in an export. */
export interface NetworkLayers {
  /** `x · weights + bias` of layer 0, 1 or 2. */
  affine(x: Tensor, layer: number): Tensor;
  /** Raw elasticities; the logistic function maps them into (0, 1). `[horizon]` */
  readonly elasticity: Tensor;
}

/** Inputs of a batch with a fixed number of rows or a dynamic one. */
export function networkInputs(layout: NetworkLayout, rows: Dimension, type: ElementType): NetworkInputs {
  const width = layout.monotone.length;
  return {
    features: input(NETWORK_NAMES.features, { shape: [rows, width], type }),
    missing: input(NETWORK_NAMES.missing, { shape: [rows, width], type }),
    sigma: input(NETWORK_NAMES.sigma, { shape: [rows, QUANTILE_HORIZONS_HOURS.length], type }),
  };
}

/** What all networks of an ensemble read: the columns of the first layer, and log σ over its reference. */
export interface NetworkColumns {
  /** `[rows, columns]` */
  readonly columns: Tensor;
  /** `[rows, horizon]` */
  readonly relativeSigma: Tensor;
}

/** Scales a batch: features, missing indicators, log volatilities, in the order of `inputColumns`. */
export function networkColumns(inputs: NetworkInputs, scaling: NetworkScaling, layout: NetworkLayout): NetworkColumns {
  const relativeSigma = log(div(inputs.sigma, vector(scaling.referenceSigma, inputs.sigma)));
  return { relativeSigma, columns: concat([...scaledFeatures(inputs, scaling, layout), relativeSigma], 1) };
}

/**
 * Log moves of a batch.
 *
 * @returns `[rows, direction × horizon × level]`.
 */
export function networkLogMoves(batch: NetworkColumns, scaling: NetworkScaling, layers: NetworkLayers): Tensor {
  const hidden = tanh(layers.affine(tanh(layers.affine(batch.columns, 0)), 1));
  const steps = add(softplus(layers.affine(hidden, 2)), scalar(STEP_FLOOR, hidden.type));
  return cumulate(steps, scales(batch.relativeSigma, scaling, layers.elasticity));
}

/** `asinh((x − centre) / spread)`, zero where missing or never seen in training, and the missing indicators. */
function scaledFeatures(
  { features, missing }: NetworkInputs,
  scaling: NetworkScaling,
  layout: NetworkLayout,
): readonly Tensor[] {
  const u = div(sub(features, vector(scaling.centre, features)), vector(scaling.spread, features));
  const one = scalar(1, features.type);
  const magnitude = log(add(abs(u), sqrt(add(mul(u, u), one))));
  const active = vector(layout.active.map(Number), features);
  const present = mul(sub(one, missing), active);
  return [mul(mul(sign(u), magnitude), present), mul(missing, active)];
}

/** `r (σ/r)^e`, `[rows, horizon]`. */
function scales(relativeSigma: Tensor, scaling: NetworkScaling, elasticity: Tensor): Tensor {
  const powered = exp(mul(relativeSigma, sigmoid(elasticity)));
  return mul(powered, vector(scaling.referenceSigma, relativeSigma));
}

/**
 * Multiplies every step by the scale of its horizon, then sums over lower levels and shorter horizons. Both are products
 * with matrices of zeros and ones: one large product is faster than many small ones.
 */
function cumulate(steps: Tensor, scale: Tensor): Tensor {
  const spread = onesWhere(QUANTILE_HORIZONS_HOURS.length, (horizon, output) => placeOf(output).horizon === horizon);
  const sums = onesWhere(OUTPUTS_PER_ROW, (from, to) => {
    const [step, sum] = [placeOf(from), placeOf(to)];
    return step.direction === sum.direction && step.horizon <= sum.horizon && step.level <= sum.level;
  });
  const matrix = (values: readonly number[]): Tensor =>
    constant(values, { shape: [values.length / OUTPUTS_PER_ROW, OUTPUTS_PER_ROW], type: steps.type });
  return matmul(mul(steps, matmul(scale, matrix(spread))), matrix(sums));
}

/** Place of an output in `[direction, horizon, level]`. */
function placeOf(output: number): { readonly direction: number; readonly horizon: number; readonly level: number } {
  const levels = QUANTILE_LEVELS.length;
  const cell = Math.floor(output / levels);
  const horizons = QUANTILE_HORIZONS_HOURS.length;
  return { direction: Math.floor(cell / horizons), horizon: cell % horizons, level: output % levels };
}

function onesWhere(rows: number, isOne: (row: number, output: number) => boolean): readonly number[] {
  return Array.from({ length: rows * OUTPUTS_PER_ROW }, (_, index) =>
    Number(isOne(Math.floor(index / OUTPUTS_PER_ROW), index % OUTPUTS_PER_ROW)),
  );
}

function vector(values: ArrayLike<number>, like: Tensor): Tensor {
  return constant(values, { shape: [values.length], type: like.type });
}
