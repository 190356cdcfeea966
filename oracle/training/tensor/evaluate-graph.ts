/** Runs a symbolic graph once: for checks of gradients and of exported models. */
import { floatOutput, loadOnnxRuntime, openSession } from "../../models/onnx-runtime.ts";
import type { Tensor } from "./operation.ts";
import { writeModel } from "./write-model.ts";

/** A fed tensor with its elements, row-major; dynamic dimensions take the extents in `dims`. */
export interface Feed {
  readonly tensor: Tensor;
  readonly values: ArrayLike<number>;
  readonly dims?: readonly number[];
}

/**
 * Values of tensors for the given feeds. Opens and releases a session: not for hot paths.
 *
 * @returns one array for each target, row-major.
 * @throws PlimsollError as `writeModel` and `openSession`.
 */
export async function evaluateGraph(
  targets: readonly Tensor[],
  feeds: readonly Feed[],
): Promise<readonly Float64Array[]> {
  const outputs = targets.map((tensor, index) => ({ name: `out${index}`, tensor }));
  const session = await openSession(writeModel({ name: "check", inputs: feeds.map(({ tensor }) => tensor), outputs }));
  try {
    const fed = await Promise.all(feeds.map(async (feed) => [feed.tensor.operation.name, await runtimeTensor(feed)]));
    const found = await session.run(Object.fromEntries(fed));
    return outputs.map(({ name }) => Float64Array.from(floatOutput(found, name)));
  } finally {
    await session.release();
  }
}

async function runtimeTensor({ tensor, values, dims }: Feed) {
  const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
  const extents = dims ?? tensor.shape.map(Number);
  if (tensor.type === "int64")
    return new RuntimeTensor("int64", BigInt64Array.from(Array.from(values, (value) => BigInt(value))), extents);
  return tensor.type === "float64"
    ? new RuntimeTensor("float64", Float64Array.from(values), extents)
    : new RuntimeTensor("float32", Float32Array.from(values), extents);
}
