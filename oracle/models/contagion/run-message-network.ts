/** Runs one graph through an exported message-passing network. */
import type { InferenceSession } from "onnxruntime-node";
import { floatOutput, loadOnnxRuntime } from "../onnx-runtime.ts";
import type { MessageGraph } from "./message-graph.ts";

/** Names of the network's inputs and output in the ONNX file. */
export const MESSAGE_NAMES = {
  features: "features",
  senders: "senders",
  receivers: "receivers",
  weights: "weights",
  outputs: "outputs",
} as const;

/**
 * Outputs of every node.
 *
 * @returns row-major `[nodes, outputs]`
 * @throws PlimsollError `ONNX_OUTPUT_MISSING` for a model of another kind; the library's error for an edge to no node.
 */
export async function runMessageNetwork(
  session: InferenceSession,
  graph: MessageGraph,
): Promise<Float32Array | Float64Array> {
  const { Tensor } = await loadOnnxRuntime();
  const { nodes, kinds, features, senders, receivers, weights } = graph;
  const whole = (values: Int32Array) => new Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
  const found = await session.run({
    [MESSAGE_NAMES.features]: new Tensor("float32", features, [nodes, features.length / nodes]),
    [MESSAGE_NAMES.senders]: whole(senders),
    [MESSAGE_NAMES.receivers]: whole(receivers),
    [MESSAGE_NAMES.weights]: new Tensor("float32", weights, [senders.length, kinds]),
  });
  return floatOutput(found, MESSAGE_NAMES.outputs);
}
