/** Writes trained volatility networks as one ONNX model that averages their log forecasts. */
import { VOL_NAMES } from "../../models/vol-lstm/run-vol-network.ts";
import { add, scale } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { lstmOperator } from "../tensor/lstm.ts";
import { constant, type Tensor } from "../tensor/operation.ts";
import { writeModel } from "../tensor/write-model.ts";
import { LSTM_UNITS, VOL_PARAMETERS, type VolLayers, volOutputs, volTensors } from "./vol-network-graph.ts";

/** Bytes of the model; LSTMs as ONNX operators, weights as constants, dynamic batch. */
export function exportVolNetworks(
  networks: readonly ParameterValues[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const tensors = volTensors("rows", "float32");
  const members = networks.map((parameters) => volOutputs(tensors, exportedLayers(parameters)));
  const average = (parts: readonly Tensor[]): Tensor => scale(parts.reduce(add), 1 / parts.length);
  return writeModel({
    name: "vol-lstm",
    inputs: Object.values(tensors),
    outputs: [
      { name: VOL_NAMES.logRatio, tensor: average(members.map(({ logRatio }) => logRatio)) },
      { name: VOL_NAMES.linear, tensor: average(members.map(({ linear }) => linear)) },
    ],
    metadata,
  });
}

function exportedLayers(parameters: ParameterValues): VolLayers {
  const values = (name: string): Float32Array => parameters.get(name) ?? new Float32Array();
  const parameter = (name: string): Tensor => {
    const shape = VOL_PARAMETERS.find((entry) => entry.name === name)?.shape ?? [];
    return constant(values(name), { shape, type: "float32" });
  };
  return {
    parameter,
    recur: (sequence, prefix) =>
      lstmOperator(
        sequence,
        {
          input: values(`${prefix}.input`),
          recurrent: values(`${prefix}.recurrent`),
          bias: values(`${prefix}.bias`),
        },
        LSTM_UNITS,
      ),
    drop: (hidden) => hidden,
  };
}
