/** Multi-layer perceptrons as chains of ONNX `Gemm`: the exported form of trained dense layers. */
import { add, relu, sigmoid, softplus, tanh } from "./elementwise-ops.ts";
import { gemm, matmul } from "./matrix-ops.ts";
import { constant, type Tensor } from "./operation.ts";

/** Functions between layers. */
export const ACTIVATIONS = { linear: (x: Tensor): Tensor => x, relu, sigmoid, softplus, tanh } as const;
/** Name of an activation. */
export type Activation = keyof typeof ACTIVATIONS;

/** One dense layer with its trained values. */
export interface DenseValues {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major `[inputs, outputs]`. */
  readonly weights: ArrayLike<number>;
  /** `[outputs]` */
  readonly bias: ArrayLike<number>;
  readonly activation: Activation;
}

/** One dense layer that is still being trained. */
export interface DenseTensors {
  /** `[inputs, outputs]` */
  readonly weights: Tensor;
  /** `[outputs]` */
  readonly bias: Tensor;
  readonly activation: Activation;
}

/** Trainable form: differentiable MatMul and Add. `x` is `[batch, inputs]`. */
export function denseLayers(x: Tensor, layers: readonly DenseTensors[]): Tensor {
  return layers.reduce(
    (value, layer) => ACTIVATIONS[layer.activation](add(matmul(value, layer.weights), layer.bias)),
    x,
  );
}

/** Exported form: one `Gemm` a layer, weights as constants. Errors as `gemm`. */
export function exportedLayers(x: Tensor, layers: readonly DenseValues[]): Tensor {
  return layers.reduce((value, layer) => {
    const weights = constant(layer.weights, { shape: [layer.inputs, layer.outputs], type: x.type });
    const bias = constant(layer.bias, { shape: [layer.outputs], type: x.type });
    return ACTIVATIONS[layer.activation](gemm(value, weights, bias));
  }, x);
}
