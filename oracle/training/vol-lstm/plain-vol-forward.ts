/** The volatility network in plain float64 JavaScript, written apart from the graph: the reference for export parity. */
import { DAY_FEATURES, HOUR_FEATURES, VOL_HORIZONS_HOURS, type VolInput } from "../../models/vol-lstm/vol-inputs.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { LSTM_REACH, LSTM_UNITS } from "./vol-network-graph.ts";

/** Log of the forecast variance over the base of one row, networks averaged. `[horizon]` */
export function plainVolForward(
  networks: readonly ParameterValues[],
  row: Pick<VolInput, "hours" | "days" | "state">,
): Float64Array {
  const result = new Float64Array(VOL_HORIZONS_HOURS.length);
  for (const parameters of networks) {
    const hidden = [
      ...plainLstm(row.hours, HOUR_FEATURES, { parameters, prefix: "hours" }),
      ...plainLstm(row.days, DAY_FEATURES, { parameters, prefix: "days" }),
    ];
    VOL_HORIZONS_HOURS.forEach((_, horizon) => {
      const linear = (values: ArrayLike<number>, name: string): number =>
        Array.from(values).reduce(
          (sum, value, from) => sum + value * (parameters.get(name)?.[from * VOL_HORIZONS_HOURS.length + horizon] ?? 0),
          0,
        );
      const bias = parameters.get("skip.bias")?.[horizon] ?? 0;
      const correction = (LSTM_REACH[horizon] ?? 0) * linear(hidden, "head.weights");
      const found = linear(row.state, "skip.weights") + bias + correction;
      result[horizon] = (result[horizon] ?? 0) + found / networks.length;
    });
  }
  return result;
}

/** Final hidden state from zero. */
function plainLstm(
  sequence: Float32Array,
  features: number,
  { parameters, prefix }: { readonly parameters: ParameterValues; readonly prefix: string },
): Float64Array {
  const [input, recurrent, bias] = ["input", "recurrent", "bias"].map((name) => parameters.get(`${prefix}.${name}`));
  const width = 4 * LSTM_UNITS;
  let hidden = new Float64Array(LSTM_UNITS);
  let cell = new Float64Array(LSTM_UNITS);
  for (let from = 0; from < sequence.length; from += features) {
    const gates = Float64Array.from({ length: width }, (_, column) => {
      let sum = bias?.[column] ?? 0;
      for (let feature = 0; feature < features; feature += 1)
        sum += (sequence[from + feature] ?? 0) * (input?.[feature * width + column] ?? 0);
      return hidden.reduce((total, value, unit) => total + value * (recurrent?.[unit * width + column] ?? 0), sum);
    });
    const gate = (which: number, unit: number): number => gates[which * LSTM_UNITS + unit] ?? 0;
    cell = cell.map(
      (value, unit) => logistic(gate(2, unit)) * value + logistic(gate(0, unit)) * Math.tanh(gate(3, unit)),
    );
    hidden = cell.map((value, unit) => logistic(gate(1, unit)) * Math.tanh(value));
  }
  return hidden;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
