/** Indices of protocols and exchanges from observed flows, and what the default of each costs the others. */
import { contagionIndices } from "../../../oracle/models/contagion/contagion-index.ts";
import { FLOW_ASSUMPTIONS, flowNetwork } from "../../../oracle/models/contagion/flow-network.ts";
import { impactNetwork, namedDefaultLoss } from "../../../oracle/models/contagion/named-default.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { readFlowGraph } from "../../data/flow-graph.ts";

/** The same chance for all: nothing is known of theirs. */
const EVEN_CHANCE = 0.01;
const SHOWN_PATHS = 3;

/** One entry an entity, largest loss first; a text where the paths hold no flow graph. */
export function flowReport(paths: readonly string[]): Metrics[string] {
  const graph = readFlowGraph(paths);
  if (graph === null) return "no flow graph in the data";
  const network = flowNetwork(graph.flows, { ...FLOW_ASSUMPTIONS, periodDays: graph.periodDays });
  const chances = network.names.map(() => EVEN_CHANCE);
  const indices = contagionIndices(network.names, impactNetwork(network), chances);
  const entries = indices.map(({ name, importance, exposure }) => {
    const { total, defaults, paths: found } = namedDefaultLoss(network, { name, paths: SHOWN_PATHS });
    const shown = found.map((path) => `${path.nodes.join(" > ")}: ${Math.round(path.loss)}`);
    return { name, importance, exposure, lossUsd: Math.round(total), defaults: [...defaults], paths: shown };
  });
  return entries.sort((left, right) => right.lossUsd - left.lossUsd);
}
