/** Long short-term memory: a trainable loop, an unrolled variant, and the ONNX operator for export. */
import { add, mul, sigmoid, tanh } from "./elementwise-ops.ts";
import { matmul } from "./matrix-ops.ts";
import { constant, createOperation, definedTensor, type Tensor } from "./operation.ts";
import { scan } from "./scan.ts";
import { type Dimension, extentOf } from "./shape.ts";
import { reshape, slice, split } from "./shape-ops.ts";

/** Gates of a cell; their order in the weights is input, output, forget, cell, as in ONNX. */
const GATES = 4;

/** Weights of a layer with `H` hidden units and `F` inputs, gates in the order input, output, forget, cell. */
export interface LstmWeights {
  /** `[F, 4H]` */
  readonly input: Tensor;
  /** `[H, 4H]` */
  readonly recurrent: Tensor;
  /** `[4H]` */
  readonly bias: Tensor;
}

/** Initial hidden and cell state, `[batch, H]` each. */
export interface LstmState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/** One step of the cell (Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000). */
export function lstmCell(x: Tensor, state: LstmState, weights: LstmWeights): LstmState {
  const gates = add(add(matmul(x, weights.input), matmul(state.hidden, weights.recurrent)), weights.bias);
  const units = extentOf(state.hidden.shape, 1);
  const [inputGate, outputGate, forgetGate, candidate] = split(gates, Array(GATES).fill(units), 1);
  const kept = mul(sigmoid(definedTensor(forgetGate, "LSTM")), state.cell);
  const written = mul(sigmoid(definedTensor(inputGate, "LSTM")), tanh(definedTensor(candidate, "LSTM")));
  const cell = add(kept, written);
  return { cell, hidden: mul(sigmoid(definedTensor(outputGate, "LSTM")), tanh(cell)) };
}

/** A layer over a sequence. */
export interface LstmSequence {
  /** `[steps, batch, F]` */
  readonly sequence: Tensor;
  readonly initial: LstmState;
  readonly weights: LstmWeights;
}

/**
 * Runs the layer as a loop; differentiable.
 *
 * @returns all hidden states `[steps, batch, H]` and the final state.
 */
export function lstmScan({ sequence, initial, weights }: LstmSequence): { outputs: Tensor; final: LstmState } {
  const { states, emitted } = scan({
    initialStates: [initial.hidden, initial.cell],
    sequences: [sequence],
    captures: [weights.input, weights.recurrent, weights.bias],
    step: ({ states: [hidden, cell], slices: [x], captures: [input, recurrent, bias] }) => {
      const next = lstmCell(
        definedTensor(x, "LSTM"),
        { hidden: definedTensor(hidden, "LSTM"), cell: definedTensor(cell, "LSTM") },
        {
          input: definedTensor(input, "LSTM"),
          recurrent: definedTensor(recurrent, "LSTM"),
          bias: definedTensor(bias, "LSTM"),
        },
      );
      return { states: [next.hidden, next.cell], emitted: [next.hidden] };
    },
  });
  const [hidden, cell] = states;
  const final = { hidden: definedTensor(hidden, "LSTM"), cell: definedTensor(cell, "LSTM") };
  return { outputs: definedTensor(emitted[0], "LSTM"), final };
}

/** Runs the layer as one node a step; for short sequences and as a check of {@link lstmScan}. Returns the final state. */
export function lstmUnrolled({ sequence, initial, weights }: LstmSequence): LstmState {
  const steps = extentOf(sequence.shape, 0);
  const slots = sequence.shape.slice(1);
  return Array.from({ length: steps }).reduce<LstmState>((state, _, step) => {
    const x = reshape(slice(sequence, { axis: 0, from: step, to: step + 1 }), slots);
    return lstmCell(x, state, weights);
  }, initial);
}

/** Trained values of {@link LstmWeights}, row-major in the training layout. */
export interface LstmValues {
  readonly input: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The same layer as one ONNX `LSTM` operator with zero initial state: ten times faster at batch 1 than a loop.
 * The weights are transposed and get a leading direction axis; the second half of the bias is zero.
 *
 * @param sequence `[steps, batch, F]`, float32.
 * @returns final hidden state `[batch, H]`.
 */
export function lstmOperator(sequence: Tensor, values: LstmValues, units: number): Tensor {
  const features = extentOf(sequence.shape, 2);
  const rows = GATES * units;
  const [steps = 1, batch = 1]: readonly Dimension[] = sequence.shape;
  const type = sequence.type;
  const bias = new Float32Array(2 * rows);
  bias.set(values.bias);
  const inputs = [
    sequence,
    constant(transposedValues(values.input, features, rows), { shape: [1, rows, features], type }),
    constant(transposedValues(values.recurrent, units, rows), { shape: [1, rows, units], type }),
    constant(bias, { shape: [1, 2 * rows], type }),
  ];
  const outputs = createOperation({
    kind: "LSTM",
    inputs,
    attributes: { hidden_size: units },
    outputs: [
      { shape: [steps, 1, batch, units], type },
      { shape: [1, batch, units], type },
    ],
  });
  return reshape(definedTensor(outputs[1], "LSTM"), [batch, units]);
}

/** Row-major `[rows, columns]` to `[columns, rows]`: from the training layout to that of ONNX. */
export function transposedValues(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, index) => {
    const column = Math.floor(index / rows);
    return values[(index % rows) * columns + column] ?? 0;
  });
}
