/** A network of debts with one default, as the surrogate of the exact solvers reads it. */
import type { LiabilityNetwork } from "./liability-network.ts";
import { totalLiabilities } from "./liability-network.ts";
import type { MessageGraph } from "./message-graph.ts";

/** Features of a node: what it misses if all others pay, as share of what it owes; whether it is the one that defaults. */
export const LOSS_FEATURES = ["shortfall", "named"] as const;

/** Shortfalls and surpluses beyond what is owed are alike. */
const MOST_SHORTFALL = 1;

/**
 * The graph of a named default. Edges run from debtor to creditor, as losses do; their weight is the debt over all that the
 * creditor owes, at most 1.
 *
 * @param node number of the node that pays nothing.
 */
export function lossGraph(network: LiabilityNetwork, node: number): MessageGraph {
  const owed = totalLiabilities(network);
  const nodes = owed.length;
  const edges = [...network.liabilities.keys()].filter((place) => (network.liabilities[place] ?? 0) > 0);
  const features = new Float32Array(nodes * LOSS_FEATURES.length);
  for (let place = 0; place < nodes; place += 1) {
    features[place * LOSS_FEATURES.length] = place === node ? MOST_SHORTFALL : shortfallShare(network, owed, place);
    features[place * LOSS_FEATURES.length + 1] = Number(place === node);
  }
  // A creditor that owes nothing passes no loss on: its own shortfall does not exist.
  const weights = Float32Array.from(edges, (place) => {
    const creditorOwes = owed[place % nodes] ?? 0;
    return creditorOwes > 0 ? Math.min(1, (network.liabilities[place] ?? 0) / creditorOwes) : 0;
  });
  return {
    nodes,
    kinds: 1,
    features,
    senders: Int32Array.from(edges, (place) => Math.floor(place / nodes)),
    receivers: Int32Array.from(edges, (place) => place % nodes),
    weights,
  };
}

function shortfallShare({ externalAssets, liabilities }: LiabilityNetwork, owed: Float64Array, place: number): number {
  const nodes = owed.length;
  const total = owed[place] ?? 0;
  if (total === 0) return -MOST_SHORTFALL;
  let assets = externalAssets[place] ?? 0;
  for (let other = 0; other < nodes; other += 1) assets += liabilities[other * nodes + place] ?? 0;
  return Math.min(MOST_SHORTFALL, Math.max(-MOST_SHORTFALL, (total - assets) / total));
}
