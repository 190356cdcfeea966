/** Long short-term memory: a trainable loop, an unrolled variant, and the ONNX operator for export. */
import { add, mul, sigmoid, tanh } from "./elementwise-ops.ts";
import { matmul } from "./matrix-ops.ts";
import { definedTensor, type Tensor } from "./operation.ts";
import { type RecurrentValues, recurrentOperator } from "./recurrent-operator.ts";
import { scan } from "./scan.ts";
import { extentOf } from "./shape.ts";
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

/**
 * The same layer as one ONNX `LSTM` operator with zero initial state, see {@link recurrentOperator}.
 *
 * @param sequence `[steps, batch, F]`, float32.
 * @returns final hidden state `[batch, H]`.
 */
export function lstmOperator(sequence: Tensor, values: RecurrentValues, units: number): Tensor {
  return recurrentOperator(sequence, values, { kind: "LSTM", gates: GATES, units });
}
