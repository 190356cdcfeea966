/** The pricing network as a graph: one description for training, export and the plain pass that both are held to. */
import { PRICER_CELLS, PRICER_PARAMETERS } from "../../models/deep-pricer/pricer-layout.ts";
import { PRICER_NAMES } from "../../models/deep-pricer/run-pricer.ts";
import { add, mul } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { type DenseValues, denseLayers, exportedLayers } from "../tensor/mlp.ts";
import { constant, definedTensor, input, type Tensor } from "../tensor/operation.ts";
import { writeModel } from "../tensor/write-model.ts";

/** Mean and standard deviation of each cell over the training rows, built into the graph. `[PRICER_CELLS]` each */
export interface CellScaling {
  readonly centre: Float64Array;
  readonly spread: Float64Array;
}

/** A trained network. */
export interface TrainedPricer {
  readonly units: readonly number[];
  readonly scaling: CellScaling;
  readonly values: ParameterValues;
}

/** Names and shapes of the trainable arrays, in the order of the graph. */
export function pricerParameters(
  units: readonly number[],
): readonly { readonly name: string; readonly shape: number[] }[] {
  const widths = [PRICER_PARAMETERS, ...units, PRICER_CELLS];
  return widths.slice(1).flatMap((outputs, layer) => [
    { name: `weights${layer}`, shape: [widths[layer] ?? 0, outputs] },
    { name: `bias${layer}`, shape: [outputs] },
  ]);
}

/** Cells of a batch from trainable tensors by name. */
export function trainableCells(
  cube: Tensor,
  { units, scaling }: Omit<TrainedPricer, "values">,
  tensors: readonly Tensor[],
): Tensor {
  const named = (name: string): Tensor =>
    definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
  const layers = [...units, PRICER_CELLS].map((_, layer) => ({
    weights: named(`weights${layer}`),
    bias: named(`bias${layer}`),
    activation: layer < units.length ? ("tanh" as const) : ("linear" as const),
  }));
  return scaled(denseLayers(cube, layers), scaling);
}

/** Bytes of the model; the scaling of the cells is inside. */
export function exportPricer(trained: TrainedPricer): Uint8Array {
  const cube = input(PRICER_NAMES.cube, { shape: ["rows", PRICER_PARAMETERS], type: "float32" });
  return writeModel({
    name: "deep-pricer",
    inputs: [cube],
    outputs: [
      { name: PRICER_NAMES.cells, tensor: scaled(exportedLayers(cube, layerValues(trained)), trained.scaling) },
    ],
    metadata: { "produced-by": "plimsoll training engine" },
  });
}

/** The same in plain float64, written apart from the graph. @param cube `[rows, 9]` @returns `[rows, PRICER_CELLS]` */
export function plainPricer(trained: TrainedPricer, cube: Float32Array): Float64Array {
  const rows = cube.length / PRICER_PARAMETERS;
  const { centre, spread } = trained.scaling;
  const cells = Array.from({ length: rows }, (_, row) => {
    let hidden = Float64Array.from(cube.subarray(row * PRICER_PARAMETERS, (row + 1) * PRICER_PARAMETERS));
    for (const { weights, bias, activation } of layerValues(trained)) {
      hidden = Float64Array.from(bias, (start, output) => {
        const sum = hidden.reduce(
          (total, value, index) => total + value * (weights[index * bias.length + output] ?? 0),
          start,
        );
        return activation === "tanh" ? Math.tanh(sum) : sum;
      });
    }
    return [...hidden.map((value, cell) => value * (spread[cell] ?? 1) + (centre[cell] ?? 0))];
  });
  return Float64Array.from(cells.flat());
}

function layerValues({ units, values }: TrainedPricer): readonly DenseValues[] {
  const widths = [PRICER_PARAMETERS, ...units, PRICER_CELLS];
  return widths.slice(1).map((outputs, layer) => ({
    inputs: widths[layer] ?? 0,
    outputs,
    weights: values.get(`weights${layer}`) ?? new Float32Array(),
    bias: values.get(`bias${layer}`) ?? new Float32Array(),
    activation: layer < units.length ? ("tanh" as const) : ("linear" as const),
  }));
}

function scaled(cells: Tensor, { centre, spread }: CellScaling): Tensor {
  const vector = (values: Float64Array): Tensor => constant(values, { shape: [values.length], type: cells.type });
  return add(mul(cells, vector(spread)), vector(centre));
}
