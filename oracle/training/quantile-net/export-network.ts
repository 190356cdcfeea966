/** Writes trained networks as one ONNX model that averages them. */
import { NETWORK_NAMES } from "../../models/quantile-net/network-inputs.ts";
import { boundValues } from "../tensor/bound-weights.ts";
import { add, scale } from "../tensor/elementwise-ops.ts";
import { gemm } from "../tensor/matrix-ops.ts";
import { constant, type Tensor } from "../tensor/operation.ts";
import { writeModel } from "../tensor/write-model.ts";
import { type NetworkLayers, networkColumns, networkInputs, networkLogMoves } from "./network-graph.ts";
import { layerBindings, layerUnits, type NetworkLayout, type NetworkScaling } from "./network-layout.ts";

/** Parameters of one network by name. */
export type NetworkParameters = ReadonlyMap<string, Float32Array>;

/** What is exported. */
export interface TrainedNetworks {
  readonly layout: NetworkLayout;
  readonly scaling: NetworkScaling;
  /** One entry a seed; their log moves are averaged, which keeps every ordering. */
  readonly networks: readonly NetworkParameters[];
}

/** Bytes of the model: inputs scaled, weights bound, networks averaged, all inside the graph. Dynamic batch. */
export function exportNetworks(trained: TrainedNetworks, metadata: Readonly<Record<string, string>>): Uint8Array {
  const { layout, scaling, networks } = trained;
  const inputs = networkInputs(layout, "rows", "float32");
  const columns = networkColumns(inputs, scaling, layout);
  const outputs = networks.map((parameters) => networkLogMoves(columns, scaling, foldedLayers(layout, parameters)));
  const tensor = scale(outputs.reduce(add), 1 / outputs.length);
  return writeModel({
    name: "quantile-net",
    inputs: Object.values(inputs),
    outputs: [{ name: NETWORK_NAMES.logMoves, tensor }],
    metadata,
  });
}

function foldedLayers(layout: NetworkLayout, parameters: NetworkParameters): NetworkLayers {
  const units = layerUnits(layout);
  const values = (name: string): Float32Array => parameters.get(name) ?? new Float32Array();
  const vector = (name: string): Tensor => constant(values(name), { shape: [values(name).length], type: "float32" });
  return {
    elasticity: vector("elasticity"),
    affine: (x, layer) => {
      const [from = [], to = []] = units.slice(layer, layer + 2);
      const folded = boundValues(values(`weights${layer}`), layerBindings(layout, layer));
      const weights = constant(folded, { shape: [from.length, to.length], type: "float32" });
      return gemm(x, weights, vector(`bias${layer}`));
    },
  };
}
