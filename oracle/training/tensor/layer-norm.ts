/** Layer normalisation (Ba, Kiros and Hinton 2016, equation 4) over the last axis: trainable form and ONNX operator. */
import { add, div, mul, sqrt, sub } from "./elementwise-ops.ts";
import { reduceMean } from "./matrix-ops.ts";
import { createTensor, scalar, type Tensor } from "./operation.ts";
import { sameShape, shapeMismatch } from "./shape.ts";

/** Added to the variance: the default of the ONNX operator, so that its only float attribute need not be written. */
export const LAYER_NORM_EPSILON = 1e-5;

/** Trained or trainable scale and shift, `[features]` each. */
export interface LayerNormWeights {
  readonly gain: Tensor;
  readonly bias: Tensor;
}

/**
 * Differentiable form.
 *
 * @param x `[…, features]`
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when gain or bias do not have the extent of the last axis.
 */
export function layerNorm(x: Tensor, weights: LayerNormWeights): Tensor {
  requireFit(x, weights);
  const centred = sub(x, reduceMean(x, { axes: [-1], keepDims: true }));
  const spread = reduceMean(mul(centred, centred), { axes: [-1], keepDims: true });
  const normal = div(centred, sqrt(add(spread, scalar(LAYER_NORM_EPSILON, x.type))));
  return add(mul(normal, weights.gain), weights.bias);
}

/** The same as one ONNX `LayerNormalization` node, for export; no gradient. Errors as {@link layerNorm}. */
export function layerNormOperator(x: Tensor, weights: LayerNormWeights): Tensor {
  requireFit(x, weights);
  return createTensor({
    kind: "LayerNormalization",
    inputs: [x, weights.gain, weights.bias],
    attributes: { axis: -1 },
    output: { shape: x.shape, type: x.type },
  });
}

function requireFit(x: Tensor, { gain, bias }: LayerNormWeights): void {
  const wanted = x.shape.slice(-1);
  for (const { shape } of [gain, bias]) {
    if (wanted.length === 0 || !sameShape(shape, wanted)) throw shapeMismatch(wanted, shape, "normalise with");
  }
}
