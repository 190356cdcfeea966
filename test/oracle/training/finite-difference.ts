/** Checks gradients of the graph against central finite differences in float64. */
import assert from "node:assert/strict";
import { createRng } from "../../../oracle/math/rng.ts";
import { floatOutput, loadOnnxRuntime, openSession } from "../../../oracle/models/onnx-runtime.ts";
import { mul } from "../../../oracle/training/tensor/elementwise-ops.ts";
import { evaluateGraph, type Feed } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gradients } from "../../../oracle/training/tensor/gradients.ts";
import { reduceSum } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, input, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { elementCount, type Shape } from "../../../oracle/training/tensor/shape.ts";
import { writeModel } from "../../../oracle/training/tensor/write-model.ts";

/** Step of the central difference; its error is of order step². */
const STEP = 1e-5;
/** Values below this are compared absolutely: a relative error of zero means nothing. */
const SCALE_FLOOR = 1e-2;

export interface GradientCase {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly build: (inputs: readonly Tensor[]) => Tensor;
  /** Start values are uniform in this range; default −1…1. */
  readonly range?: readonly [number, number];
  readonly seed?: string;
}

/** A float64 input of the check. */
export function doubleInput(name: string, shape: Shape): Tensor {
  return input(name, { shape, type: "float64" });
}

/** Sums a tensor with fixed irregular weights, so that errors in single elements cannot cancel. */
export function weightedSum(x: Tensor): Tensor {
  const weights = Array.from({ length: elementCount(x.shape) }, (_, index) => Math.sin(1 + index * 1.7));
  return reduceSum(mul(x, constant(weights, { shape: x.shape, type: x.type })));
}

/** Largest relative difference between graph gradients and central differences over all elements of all inputs. */
export async function gradientError(check: GradientCase): Promise<number> {
  const inputs = check.shapes.map((shape, index) => doubleInput(`x${index}`, shape));
  const output = check.build(inputs);
  const loss = output.shape.length === 0 ? output : weightedSum(output);
  const [low, high] = check.range ?? [-1, 1];
  const rng = createRng(check.seed ?? check.name);
  const feeds = inputs.map((tensor) => ({
    tensor,
    values: Float64Array.from({ length: elementCount(tensor.shape) }, () => low + (high - low) * rng.uniform()),
  }));
  const analytic = await evaluateGraph(gradients(loss, inputs), feeds);
  const numeric = await numericGradients(loss, feeds);
  let worst = 0;
  analytic.forEach((values, which) => {
    values.forEach((value, element) => {
      const reference = numeric[which]?.[element] ?? Number.NaN;
      worst = Math.max(worst, Math.abs(value - reference) / Math.max(Math.abs(reference), SCALE_FLOOR));
      assert.ok(Number.isFinite(value), `${check.name}: gradient ${which}/${element} is ${value}`);
    });
  });
  return worst;
}

async function numericGradients(
  loss: Tensor,
  feeds: readonly (Feed & { values: Float64Array })[],
): Promise<Float64Array[]> {
  const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
  const session = await openSession(
    writeModel({ name: "loss", inputs: feeds.map(({ tensor }) => tensor), outputs: [{ name: "loss", tensor: loss }] }),
  );
  const lossAt = async (which: number, element: number, shift: number): Promise<number> => {
    const entries = feeds.map(({ tensor, values }, index) => {
      const moved = Float64Array.from(values);
      if (index === which) moved[element] = (values[element] ?? 0) + shift;
      return [tensor.operation.name, new RuntimeTensor("float64", moved, tensor.shape.map(Number))];
    });
    return floatOutput(await session.run(Object.fromEntries(entries)), "loss")[0] ?? Number.NaN;
  };
  const found: Float64Array[] = [];
  for (const [which, { values }] of feeds.entries()) {
    const gradient = new Float64Array(values.length);
    for (let element = 0; element < values.length; element += 1) {
      gradient[element] = ((await lossAt(which, element, STEP)) - (await lossAt(which, element, -STEP))) / (2 * STEP);
    }
    found.push(gradient);
  }
  await session.release();
  return found;
}
