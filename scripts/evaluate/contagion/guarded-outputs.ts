/** A contagion network as a caller uses it: guard included, and where it gives no answer the worst is taken. */
import type { ContagionNetwork } from "../../../oracle/models/contagion/contagion-network.ts";
import type { MessageGraph } from "../../../oracle/models/contagion/message-graph.ts";

/** Outputs that count. */
export interface GuardedOutputs {
  /** One output of every node. */
  readonly predict: (graph: MessageGraph) => Promise<readonly number[]>;
  /** Share of the nodes so far that had no answer, 0…1; NaN before the first. */
  unansweredShare(): number;
}

/** Wraps what serves. @param worst output that a node without an answer is taken to have. */
export function guardedOutputs({ predict }: Pick<ContagionNetwork, "predict">, worst: number): GuardedOutputs {
  let [asked, unanswered] = [0, 0];
  return {
    predict: async (graph) => {
      const outputs = await predict(graph);
      asked += outputs.length;
      unanswered += outputs.filter((output) => output === null).length;
      return outputs.map((output) => output ?? worst);
    },
    unansweredShare: () => unanswered / asked,
  };
}
