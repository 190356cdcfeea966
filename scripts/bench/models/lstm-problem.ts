/** The LSTM whose training step is timed here and in PyTorch: same data, start values and loss. */
import { createRng } from "../../../oracle/math/rng.ts";
import { add, mul, sub } from "../../../oracle/training/tensor/elementwise-ops.ts";
import { lstmScan } from "../../../oracle/training/tensor/lstm.ts";
import { matmul, reduceMean } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, input, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import type { Batch, TrainingProblem } from "../../../oracle/training/tensor/trainer.ts";

/** Size of the problem: that of the design's evidence (training-in-onnxruntime, "Speed and memory"). */
export const LSTM_SIZE = { steps: 64, batch: 128, features: 8, units: 32 } as const;
const GATES = 4;
const START_SPREAD = 0.1;

/** Numbers of the problem, row-major in the engine's layout: gates in the order input, output, forget, cell. */
export interface LstmNumbers {
  /** `[features, 4·units]` */
  readonly input: Float32Array;
  /** `[units, 4·units]` */
  readonly recurrent: Float32Array;
  /** `[4·units]` */
  readonly bias: Float32Array;
  /** `[units, 1]` */
  readonly head: Float32Array;
  /** `[steps, batch, features]` */
  readonly sequence: Float32Array;
  /** `[batch, 1]` */
  readonly target: Float32Array;
}

/** Draws the numbers from one seed. */
export function lstmNumbers(): LstmNumbers {
  const rng = createRng("bench-lstm-step");
  const { steps, batch, features, units } = LSTM_SIZE;
  const draw = (length: number, spread: number): Float32Array =>
    Float32Array.from({ length }, () => spread * rng.normal());
  return {
    input: draw(features * GATES * units, START_SPREAD),
    recurrent: draw(units * GATES * units, START_SPREAD),
    bias: draw(GATES * units, START_SPREAD),
    head: draw(units, START_SPREAD),
    sequence: draw(steps * batch * features, 1),
    target: draw(batch, 1),
  };
}

/** The mean squared error of the last hidden state's linear image. */
export function lstmProblem(numbers: LstmNumbers): { readonly problem: TrainingProblem; readonly batch: Batch } {
  const { steps, batch, features, units } = LSTM_SIZE;
  const float = (name: string, shape: readonly number[]): Tensor => input(name, { shape, type: "float32" });
  const weights = {
    input: float("input", [features, GATES * units]),
    recurrent: float("recurrent", [units, GATES * units]),
    bias: float("bias", [GATES * units]),
  };
  const head = { weights: float("head", [units, 1]), bias: float("head_bias", [1]) };
  const sequence = float("sequence", [steps, batch, features]);
  const target = float("target", [batch, 1]);
  const zeros = constant(new Float32Array(batch * units), { shape: [batch, units], type: "float32" });
  const { final } = lstmScan({ sequence, weights, initial: { hidden: zeros, cell: zeros } });
  const error = sub(add(matmul(final.hidden, head.weights), head.bias), target);
  const parameter = (tensor: Tensor, initial: Float32Array) => ({ tensor, initial, decay: null });
  return {
    problem: {
      parameters: [
        parameter(weights.input, numbers.input),
        parameter(weights.recurrent, numbers.recurrent),
        parameter(weights.bias, numbers.bias),
        parameter(head.weights, numbers.head),
        parameter(head.bias, new Float32Array(1)),
      ],
      batchInputs: [sequence, target],
      loss: reduceMean(mul(error, error)),
    },
    batch: { sequence: numbers.sequence, target: numbers.target },
  };
}
