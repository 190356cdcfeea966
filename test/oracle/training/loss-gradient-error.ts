/** Checks the gradients of a whole training problem against central differences in float64, on a sample of its weights. */
import { floatOutput, loadOnnxRuntime, openSession } from "../../../oracle/models/onnx-runtime.ts";
import { evaluateGraph, type Feed } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gradients } from "../../../oracle/training/tensor/gradients.ts";
import { elementCount } from "../../../oracle/training/tensor/shape.ts";
import { writeModel } from "../../../oracle/training/tensor/write-model.ts";

/** Weights looked at of each parameter, and the size below which differences count absolutely. */
const SAMPLES = 12;
const SCALE_FLOOR = 1e-2;

/**
 * Largest relative gradient error.
 *
 * @param feeds of everything, the parameters last.
 */
export async function lossGradientError(
  loss: Feed["tensor"],
  feeds: readonly Feed[],
  { parameters: count, step }: { readonly parameters: number; readonly step: number },
): Promise<number> {
  const first = feeds.length - count;
  const parameters = feeds.slice(first);
  const wanted = parameters.map(({ tensor }) => tensor);
  const analytic = await evaluateGraph(gradients(loss, wanted), feeds);
  const { Tensor } = await loadOnnxRuntime();
  const inputs = feeds.map(({ tensor }) => tensor);
  const session = await openSession(writeModel({ name: "loss", inputs, outputs: [{ name: "loss", tensor: loss }] }));
  const lossAt = async (which: number, element: number, shift: number): Promise<number> => {
    const fed = feeds.map(({ tensor, values }, index) => {
      const moved = Float64Array.from(values);
      if (index === which) moved[element] = (moved[element] ?? 0) + shift;
      return [tensor.operation.name, new Tensor("float64", moved, tensor.shape.map(Number))];
    });
    return floatOutput(await session.run(Object.fromEntries(fed)), "loss")[0] ?? Number.NaN;
  };
  let worst = 0;
  for (const [index, values] of analytic.entries()) {
    const which = first + index;
    const size = elementCount(parameters[index]?.tensor.shape ?? []);
    for (let element = 0; element < size; element += Math.ceil(size / SAMPLES)) {
      const numeric = ((await lossAt(which, element, step)) - (await lossAt(which, element, -step))) / (2 * step);
      const error = Math.abs((values[element] ?? 0) - numeric) / Math.max(Math.abs(numeric), SCALE_FLOOR);
      worst = Math.max(worst, error);
    }
  }
  await session.release();
  return worst;
}
