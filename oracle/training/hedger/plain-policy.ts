/** The hedger's band in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import { DELTA_FEATURE, HEDGE_FEATURES } from "../../models/hedger/hedge-features.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { GREATEST_SHIFT, type PolicyLayout } from "./policy-graph.ts";

/**
 * Edges of rows.
 *
 * @param features row-major `[rows, HEDGE_FEATURES.length]`
 * @returns `[rows, 2]`
 */
export function plainPolicy(layout: PolicyLayout, values: ParameterValues, features: Float32Array): Float64Array {
  const width = HEDGE_FEATURES.length;
  const rows = features.length / width;
  const band = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row += 1) {
    const inputs = Float64Array.from(features.subarray(row * width, (row + 1) * width));
    const [shift = 0, below = 0, above = 0] = outputs(layout, values, inputs);
    const centre = (inputs[DELTA_FEATURE] ?? Number.NaN) + GREATEST_SHIFT * Math.tanh(shift);
    band[2 * row] = centre - softplus(below);
    band[2 * row + 1] = centre + softplus(above);
  }
  return band;
}

function outputs({ hidden }: PolicyLayout, values: ParameterValues, inputs: Float64Array): Float64Array {
  let signal = inputs;
  for (let layer = 0; layer <= hidden.length; layer += 1) {
    const [weights = new Float32Array(), bias = new Float32Array()] = [
      values.get(`weights${layer}`),
      values.get(`bias${layer}`),
    ];
    const sums = Float64Array.from(bias, (start, unit) =>
      signal.reduce((sum, value, place) => sum + value * (weights[place * bias.length + unit] ?? 0), start),
    );
    signal = layer < hidden.length ? sums.map((value) => Math.max(value, 0)) : sums;
  }
  return signal;
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
