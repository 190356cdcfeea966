/** The network in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { NetworkRows } from "../../models/quantile-net/network-inputs.ts";
import { DIRECTIONS, OUTPUTS_PER_ROW } from "../../models/quantile-net/run-network.ts";
import { boundValues, softplusOf } from "../tensor/bound-weights.ts";
import type { NetworkParameters, TrainedNetworks } from "./export-network.ts";
import { STEP_FLOOR } from "./network-graph.ts";
import { layerBindings, sigmoidOf } from "./network-layout.ts";

const LAYERS = 3;

/**
 * Log moves of all rows, networks averaged.
 *
 * @returns `[rows, direction, horizon, level]`, row-major.
 */
export function plainForward(trained: TrainedNetworks, batch: NetworkRows): Float64Array {
  const result = new Float64Array(batch.rows * OUTPUTS_PER_ROW);
  for (const parameters of trained.networks) {
    const layers = denseLayers(trained, parameters);
    for (let row = 0; row < batch.rows; row += 1) {
      const moves = rowMoves(trained, { parameters, layers, inputs: rowInputs(trained, batch, row) });
      moves.forEach((value, index) => {
        const place = row * OUTPUTS_PER_ROW + index;
        result[place] = (result[place] ?? 0) + value / trained.networks.length;
      });
    }
  }
  return result;
}

interface Dense {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

interface RowInputs {
  readonly columns: Float64Array;
  readonly relativeSigma: Float64Array;
}

function denseLayers({ layout }: TrainedNetworks, parameters: NetworkParameters): readonly Dense[] {
  return Array.from({ length: LAYERS }, (_, layer) => ({
    weights: boundValues(parameters.get(`weights${layer}`) ?? new Float32Array(), layerBindings(layout, layer)),
    bias: parameters.get(`bias${layer}`) ?? new Float32Array(),
  }));
}

function rowInputs({ layout, scaling }: TrainedNetworks, batch: NetworkRows, row: number): RowInputs {
  const width = layout.monotone.length;
  const horizons = QUANTILE_HORIZONS_HOURS.length;
  const missing = batch.missing.subarray(row * width, (row + 1) * width);
  const scaled = Float64Array.from(batch.features.subarray(row * width, (row + 1) * width), (value, index) => {
    const isUsed = layout.active[index] === true && missing[index] === 0;
    return isUsed ? Math.asinh((value - (scaling.centre[index] ?? 0)) / (scaling.spread[index] ?? 1)) : 0;
  });
  const indicators = Float64Array.from(missing, (value, index) => (layout.active[index] === true ? value : 0));
  const relativeSigma = Float64Array.from(batch.sigma.subarray(row * horizons, (row + 1) * horizons), (value, index) =>
    Math.log(value / (scaling.referenceSigma[index] ?? 1)),
  );
  return { columns: Float64Array.from([...scaled, ...indicators, ...relativeSigma]), relativeSigma };
}

function affine(x: Float64Array, { weights, bias }: Dense): Float64Array {
  const width = bias.length;
  const sums = Float64Array.from(bias);
  x.forEach((value, from) => {
    for (let to = 0; to < width; to += 1) sums[to] = (sums[to] ?? 0) + value * (weights[from * width + to] ?? 0);
  });
  return sums;
}

function rowMoves(
  { scaling }: TrainedNetworks,
  row: { readonly parameters: NetworkParameters; readonly layers: readonly Dense[]; readonly inputs: RowInputs },
): Float64Array {
  const [first, second, last] = row.layers;
  if (first === undefined || second === undefined || last === undefined) return new Float64Array();
  const outputs = affine(affine(affine(row.inputs.columns, first).map(Math.tanh), second).map(Math.tanh), last);
  const elasticity = row.parameters.get("elasticity") ?? new Float32Array();
  const moves: number[] = [];
  const levels = QUANTILE_LEVELS.length;
  for (let direction = 0; direction < DIRECTIONS; direction += 1) {
    const reached = new Float64Array(levels);
    QUANTILE_HORIZONS_HOURS.forEach((_, horizon) => {
      const power = sigmoidOf(elasticity[horizon] ?? 0) * (row.inputs.relativeSigma[horizon] ?? 0);
      const scale = (scaling.referenceSigma[horizon] ?? 0) * Math.exp(power);
      let sum = 0;
      for (let level = 0; level < levels; level += 1) {
        const place = (direction * QUANTILE_HORIZONS_HOURS.length + horizon) * levels + level;
        sum += softplusOf(outputs[place] ?? 0) + STEP_FLOOR;
        reached[level] = (reached[level] ?? 0) + scale * sum;
      }
      moves.push(...reached);
    });
  }
  return Float64Array.from(moves);
}
