/** Gated recurrent unit (Cho et al. 2014, reset after the product): a trainable loop and the ONNX operator for export. */
import { add, mul, sigmoid, sub, tanh } from "./elementwise-ops.ts";
import { matmul } from "./matrix-ops.ts";
import { definedTensor, scalar, type Tensor } from "./operation.ts";
import { type RecurrentValues, recurrentOperator } from "./recurrent-operator.ts";
import { scan } from "./scan.ts";
import { extentOf } from "./shape.ts";
import { split } from "./shape-ops.ts";

/** Gates of a cell; their order in the weights is update, reset, candidate, as in ONNX. */
const GATES = 3;

/** Weights of a layer with `H` hidden units and `F` inputs. */
export interface GruWeights {
  /** `[F, 3H]` */
  readonly input: Tensor;
  /** `[H, 3H]` */
  readonly recurrent: Tensor;
  /** `[3H]` */
  readonly bias: Tensor;
}

/**
 * One step: `h' = (1 − z)·tanh(xWₙ + bₙ + r·(hRₙ)) + z·h` with update gate z and reset gate r.
 *
 * @param x `[batch, F]`, `hidden` `[batch, H]`.
 */
export function gruCell(x: Tensor, hidden: Tensor, weights: GruWeights): Tensor {
  const units = extentOf(hidden.shape, 1);
  const parts = (values: Tensor): readonly Tensor[] => split(values, Array(GATES).fill(units), 1);
  const fromInput = parts(add(matmul(x, weights.input), weights.bias));
  const fromState = parts(matmul(hidden, weights.recurrent));
  const part = (values: readonly Tensor[], gate: number): Tensor => definedTensor(values[gate], "GRU");
  const update = sigmoid(add(part(fromInput, 0), part(fromState, 0)));
  const reset = sigmoid(add(part(fromInput, 1), part(fromState, 1)));
  const candidate = tanh(add(part(fromInput, 2), mul(reset, part(fromState, 2))));
  return add(mul(sub(scalar(1, x.type), update), candidate), mul(update, hidden));
}

/** A layer over a sequence. */
export interface GruSequence {
  /** `[steps, batch, F]` */
  readonly sequence: Tensor;
  /** `[batch, H]` */
  readonly initial: Tensor;
  readonly weights: GruWeights;
}

/**
 * Runs the layer as a loop; differentiable.
 *
 * @returns all hidden states `[steps, batch, H]` and the final one.
 */
export function gruScan({ sequence, initial, weights }: GruSequence): { outputs: Tensor; final: Tensor } {
  const { states, emitted } = scan({
    initialStates: [initial],
    sequences: [sequence],
    captures: [weights.input, weights.recurrent, weights.bias],
    step: ({ states: [hidden], slices: [x], captures: [input, recurrent, bias] }) => {
      const next = gruCell(definedTensor(x, "GRU"), definedTensor(hidden, "GRU"), {
        input: definedTensor(input, "GRU"),
        recurrent: definedTensor(recurrent, "GRU"),
        bias: definedTensor(bias, "GRU"),
      });
      return { states: [next], emitted: [next] };
    },
  });
  return { outputs: definedTensor(emitted[0], "GRU"), final: definedTensor(states[0], "GRU") };
}

/**
 * The same layer as one ONNX `GRU` operator with zero initial state, see {@link recurrentOperator}.
 *
 * @param sequence `[steps, batch, F]`, float32.
 * @returns final hidden state `[batch, H]`.
 */
export function gruOperator(sequence: Tensor, values: RecurrentValues, units: number): Tensor {
  return recurrentOperator(sequence, values, {
    kind: "GRU",
    gates: GATES,
    units,
    attributes: { linear_before_reset: 1 },
  });
}
