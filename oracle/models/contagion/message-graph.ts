/** A graph as message passing reads it: features of nodes, weighted edges from senders to receivers. */

/** Any number of nodes and edges; several graphs may be laid side by side, since nothing passes between them. */
export interface MessageGraph {
  readonly nodes: number;
  /** Weights of an edge. */
  readonly kinds: number;
  /** `[nodes, features]` */
  readonly features: Float32Array;
  /** Number of the sender. `[edges]` */
  readonly senders: Int32Array;
  /** Number of the receiver. `[edges]` */
  readonly receivers: Int32Array;
  /** One weight of each kind, at least 0. `[edges, kinds]` */
  readonly weights: Float32Array;
}

/** The same nodes without any edge: for ablations. */
export function withoutEdges(graph: MessageGraph): MessageGraph {
  const none = new Int32Array();
  return { ...graph, senders: none, receivers: none, weights: new Float32Array() };
}
