/** Graphs with what their nodes should say, laid side by side in batches of one size. */
import type { MessageGraph } from "../../models/contagion/message-graph.ts";
import { MESSAGE_NAMES } from "../../models/contagion/run-message-network.ts";
import type { Batch } from "../tensor/trainer.ts";

/** A graph with labels. */
export interface LabelledGraph {
  readonly graph: MessageGraph;
  /** `[nodes, outputs]` */
  readonly labels: Float32Array;
  /** Share of each node in the loss of the graph; sums to at most 1. `[nodes]` */
  readonly shares: Float32Array;
}

/** Room of a batch. */
export interface BatchSize {
  readonly nodes: number;
  readonly edges: number;
}

/** Names of the labels and their shares among the inputs of a training step. */
export const LABEL_NAMES = { labels: "labels", shares: "shares" } as const;

/** Lays graphs side by side; what is left of the room is nodes without share and edges without weight. */
export function joinGraphs(graphs: readonly LabelledGraph[], size: BatchSize): Batch {
  const features = (graphs[0]?.graph.features.length ?? 0) / (graphs[0]?.graph.nodes ?? 1);
  const outputs = (graphs[0]?.labels.length ?? 0) / (graphs[0]?.graph.nodes ?? 1);
  const kinds = graphs[0]?.graph.kinds ?? 1;
  const batch = {
    [MESSAGE_NAMES.features]: new Float32Array(size.nodes * features),
    [MESSAGE_NAMES.senders]: new BigInt64Array(size.edges),
    [MESSAGE_NAMES.receivers]: new BigInt64Array(size.edges),
    [MESSAGE_NAMES.weights]: new Float32Array(size.edges * kinds),
    [LABEL_NAMES.labels]: new Float32Array(size.nodes * outputs),
    [LABEL_NAMES.shares]: new Float32Array(size.nodes),
  };
  let [node, edge] = [0, 0];
  for (const { graph, labels, shares } of graphs) {
    batch.features.set(graph.features, node * features);
    batch.labels.set(labels, node * outputs);
    batch.shares.set(
      shares.map((share) => share / graphs.length),
      node,
    );
    batch.weights.set(graph.weights, edge * kinds);
    const [firstNode, firstEdge] = [node, edge];
    graph.senders.forEach((sender, place) => {
      batch.senders[firstEdge + place] = BigInt(firstNode + sender);
      batch.receivers[firstEdge + place] = BigInt(firstNode + (graph.receivers[place] ?? 0));
    });
    node += graph.nodes;
    edge += graph.senders.length;
  }
  return batch;
}
