/** Bounds of a recurrent layer: the cell of ONNX with intervals in place of numbers, step by step. */
import { type Interval, increasing, matrixProduct, pointInterval, product, sum } from "./interval.ts";

/** Gates of a cell, in the order of ONNX: input, output, forget, cell. */
const GATES = 4;
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/**
 * Last hidden state of one row.
 *
 * @param sequence `[steps, 1, features]`.
 * @param weights as ONNX keeps them: `[1, 4H, features]`, `[1, 4H, H]`, `[1, 8H]`, all known.
 * @returns two entries `[1, 1, H]`: in place of all hidden states, which no shipped network reads, the last one, and the last one.
 */
export function intervalLstm(
  sequence: Interval,
  [input, recurrent, bias]: readonly [Interval, Interval, Interval],
): readonly Interval[] {
  const [steps = 0, , features = 0] = sequence.dims;
  const [, rows = 0, units = 0] = recurrent.dims;
  const fromInput = transposed(input, rows, features);
  const fromHidden = transposed(recurrent, rows, units);
  const offset = pointInterval([1, rows], bias.low.slice(0, rows));
  let hidden = pointInterval([1, units], new Float64Array(units));
  let cell = hidden;
  for (let step = 0; step < steps; step += 1) {
    const x = part(sequence, step * features, features);
    const gates = sum(sum(matrixProduct(x, fromInput), matrixProduct(hidden, fromHidden)), offset);
    const gate = (place: number, map: (value: number) => number): Interval =>
      increasing(part(gates, (place * rows) / GATES, units), map);
    cell = sum(product(gate(2, sigmoid), cell), product(gate(0, sigmoid), gate(3, Math.tanh)));
    hidden = product(gate(1, sigmoid), increasing(cell, Math.tanh));
  }
  const last = { ...hidden, dims: [1, 1, units] };
  return [last, last];
}

function part({ low, high }: Interval, from: number, count: number): Interval {
  return { dims: [1, count], low: low.slice(from, from + count), high: high.slice(from, from + count) };
}

/** `[1, rows, columns]` as a known matrix `[columns, rows]`. */
function transposed({ low }: Interval, rows: number, columns: number): Interval {
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      values[column * rows + row] = low[row * columns + column] ?? Number.NaN;
  return pointInterval([columns, rows], values);
}
