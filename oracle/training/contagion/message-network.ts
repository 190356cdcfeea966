/** The message-passing network as a graph: one description for training and export, for any number of nodes and edges. */
import { MESSAGE_NAMES } from "../../models/contagion/run-message-network.ts";
import { boundTensor, boundValues } from "../tensor/bound-weights.ts";
import { add, div, max, min, mul, sub } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { gatherRows, scatterAddRows } from "../tensor/indexing-ops.ts";
import { matmul } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat, split, zerosLike } from "../tensor/shape-ops.ts";
import { writeModel } from "../tensor/write-model.ts";
import { channelRanges, type MessageLayout, messageParameters } from "./message-layout.ts";

/** Mean and spread by which features are scaled. `[features]` */
export interface FeatureScaling {
  readonly centre: ArrayLike<number>;
  readonly spread: ArrayLike<number>;
}

/** Fed tensors of a graph. */
export interface GraphTensors {
  /** `[nodes, features]` */
  readonly features: Tensor;
  /** `[edges]` */
  readonly senders: Tensor;
  readonly receivers: Tensor;
  /** `[edges, kinds]` */
  readonly weights: Tensor;
}

/** A trained network. */
export interface TrainedMessages {
  readonly layout: MessageLayout;
  readonly scaling: FeatureScaling;
  readonly values: ParameterValues;
}

/** Inputs of a graph of given or open size. */
export function graphInputs(
  layout: MessageLayout,
  size: { readonly nodes: Dimension; readonly edges: Dimension },
): GraphTensors {
  const { nodes, edges } = size;
  return {
    features: input(MESSAGE_NAMES.features, { shape: [nodes, layout.features], type: "float32" }),
    senders: input(MESSAGE_NAMES.senders, { shape: [edges], type: "int64" }),
    receivers: input(MESSAGE_NAMES.receivers, { shape: [edges], type: "int64" }),
    weights: input(MESSAGE_NAMES.weights, { shape: [edges, layout.kinds], type: "float32" }),
  };
}

/**
 * Outputs of every node. `[nodes, outputs]`
 *
 * @param parameter acting tensor of a parameter: bound weights in training, constants in an export.
 */
export function messageOutputs(
  graph: GraphTensors,
  { layout, scaling }: Pick<TrainedMessages, "layout" | "scaling">,
  parameter: (name: string) => Tensor,
): Tensor {
  const vector = (values: ArrayLike<number>): Tensor =>
    constant(values, { shape: [values.length], type: graph.features.type });
  const x = div(sub(graph.features, vector(scaling.centre)), vector(scaling.spread));
  const direct = add(
    add(matmul(x, parameter("skip")), matmul(messagesOf(x, graph, layout), parameter("near"))),
    parameter("level"),
  );
  if (layout.channels === 0) return direct;
  const { low, high } = channelRanges(layout.channels);
  const clip = (value: Tensor): Tensor => min(max(value, vector(low)), vector(high));
  let hidden = clip(add(matmul(x, parameter("start")), parameter("begin")));
  for (let round = 0; round < layout.rounds; round += 1) {
    const own = add(matmul(hidden, parameter(`self${round}`)), matmul(x, parameter(`input${round}`)));
    const received = matmul(messagesOf(hidden, graph, layout), parameter(`message${round}`));
    hidden = clip(add(add(own, received), parameter(`bias${round}`)));
  }
  return add(matmul(hidden, parameter("read")), direct);
}

/** Weighted sum of what the senders say, for each kind of edge. `[nodes, units · kinds]` */
function messagesOf(said: Tensor, { senders, receivers, weights }: GraphTensors, { kinds }: MessageLayout): Tensor {
  const sent = gatherRows(said, senders);
  const byKind = split(weights, Array<number>(kinds).fill(1), 1);
  return concat(
    byKind.map((weight) => scatterAddRows(zerosLike(said), receivers, mul(sent, weight))),
    1,
  );
}

/** Acting tensors of trainable ones; the gradient reaches the raw values. */
export function trainableParameter(layout: MessageLayout, tensors: readonly Tensor[]): (name: string) => Tensor {
  const parameters = messageParameters(layout);
  return (name) => {
    const tensor = definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
    const bindings = parameters.find((entry) => entry.name === name)?.bindings ?? null;
    return bindings === null ? tensor : boundTensor(tensor, bindings);
  };
}

/** Bytes of the model: scaling and bound weights inside, sizes open. */
export function exportMessages(trained: TrainedMessages, metadata: Readonly<Record<string, string>>): Uint8Array {
  const { layout, values } = trained;
  const graph = graphInputs(layout, { nodes: "nodes", edges: "edges" });
  const acting = actingValues(layout, values);
  const parameter = (name: string): Tensor => {
    const shape = messageParameters(layout).find((entry) => entry.name === name)?.shape ?? [];
    return constant(acting.get(name) ?? [], { shape, type: "float32" });
  };
  return writeModel({
    name: "contagion-gnn",
    inputs: [graph.features, graph.senders, graph.receivers, graph.weights],
    outputs: [{ name: MESSAGE_NAMES.outputs, tensor: messageOutputs(graph, trained, parameter) }],
    metadata,
  });
}

/** Weights as they act. */
export function actingValues(layout: MessageLayout, values: ParameterValues): ParameterValues {
  return new Map(
    messageParameters(layout).map(({ name, bindings }) => {
      const raw = values.get(name) ?? new Float32Array();
      return [name, bindings === null ? raw : boundValues(raw, bindings)];
    }),
  );
}
