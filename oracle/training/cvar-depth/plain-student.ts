/** The student in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { boundValues } from "../tensor/bound-weights.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import type { TrainedStudent } from "./student-graph.ts";
import { clipRanges, SKIP, studentParameters } from "./student-layout.ts";

/**
 * Log shares of rows, networks averaged, levels ordered.
 *
 * @param features row-major `[rows, CLOSE_OUT_FEATURES.length]`
 * @returns `[rows, SHORTFALL_LEVELS.length]`
 */
export function plainStudent(trained: TrainedStudent, features: Float32Array): Float64Array {
  const width = CLOSE_OUT_FEATURES.length;
  const levels = SHORTFALL_LEVELS.length;
  const result = new Float64Array((features.length / width) * levels);
  for (let row = 0; row < features.length / width; row += 1) {
    const inputs = Float64Array.from(features.subarray(row * width, (row + 1) * width));
    let highest = Number.NEGATIVE_INFINITY;
    averaged(trained, inputs).forEach((value, level) => {
      highest = Math.max(highest, value);
      result[row * levels + level] = highest;
    });
  }
  return result;
}

function averaged(trained: TrainedStudent, inputs: Float64Array): Float64Array {
  const { centre, spread } = trained.scaling;
  const scaled = inputs.map((value, index) => (value - (centre[index] ?? 0)) / (spread[index] ?? 1));
  const sums = new Float64Array(SHORTFALL_LEVELS.length);
  for (const network of trained.networks) {
    oneNetwork(trained, network, scaled).forEach((value, level) => {
      sums[level] = (sums[level] ?? 0) + value / trained.networks.length;
    });
  }
  return sums;
}

function oneNetwork({ layout }: TrainedStudent, network: ParameterValues, scaled: Float64Array): Float64Array {
  const { low, high } = clipRanges(layout);
  const acting = (name: string): Float32Array => {
    const raw = network.get(name) ?? new Float32Array();
    const bindings = studentParameters(layout).find((entry) => entry.name === name)?.bindings ?? null;
    return bindings === null ? raw : boundValues(raw, bindings);
  };
  const affine = (x: Float64Array, layer: number): Float64Array =>
    product(x, acting(`weights${layer}`), acting(`bias${layer}`));
  let hidden = scaled;
  for (let layer = 0; layer < layout.hiddenLayers; layer += 1) {
    hidden = affine(hidden, layer).map((value, unit) => Math.min(Math.max(value, low[unit] ?? 0), high[unit] ?? 0));
  }
  const skipped = product(scaled, acting(SKIP), new Float32Array(SHORTFALL_LEVELS.length));
  return affine(hidden, layout.hiddenLayers).map((value, level) => value + (skipped[level] ?? 0));
}

function product(x: Float64Array, weights: Float32Array, bias: Float32Array): Float64Array {
  return Float64Array.from(bias, (start, output) =>
    x.reduce((sum, value, index) => sum + value * (weights[index * bias.length + output] ?? 0), start),
  );
}
