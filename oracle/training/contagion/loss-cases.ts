/** Drawn networks with a default, solved exactly: what the surrogate learns and is judged by. */
import type { Rng } from "../../math/rng.ts";
import { clearNetwork } from "../../models/contagion/clearing.ts";
import { type LiabilityNetwork, totalLiabilities } from "../../models/contagion/liability-network.ts";
import { lossGraph } from "../../models/contagion/loss-graph.ts";
import { withoutPayments } from "../../models/contagion/named-default.ts";
import { drawNetwork } from "./draw-network.ts";
import type { LabelledGraph } from "./labelled-graph.ts";

/** A solved case; its label is the share of its debts that each node does not pay. */
export interface LossCase {
  readonly labelled: LabelledGraph;
  /** Debts of each node to the others: what turns shares unpaid into lost payments. `[n]` */
  readonly debts: Float64Array;
}

/** Draws a network of the given size, lets one node pay nothing, and solves it. */
export function drawLossCase(nodes: number, rng: Rng): LossCase {
  return lossCase(drawNetwork(nodes, rng), rng.integer(nodes));
}

/** Solves a default exactly. */
export function lossCase(network: LiabilityNetwork, named: number): LossCase {
  const nodes = network.externalAssets.length;
  const owed = totalLiabilities(network);
  const { payments } = clearNetwork(withoutPayments(network, named));
  const labels = Float32Array.from(owed, (total, node) => (total > 0 ? 1 - (payments[node] ?? 0) / total : 0));
  const shares = new Float32Array(nodes).fill(1 / nodes);
  const debts = owed.map((total, node) => total - (network.externalLiabilities[node] ?? 0));
  return { labelled: { graph: lossGraph(network, named), labels, shares }, debts };
}

/** Payments lost between nodes, as share of all debts between nodes, from each node's share unpaid, cut to [0, 1]. */
export function networkLoss({ debts }: Pick<LossCase, "debts">, unpaid: ArrayLike<number>): number {
  const lost = debts.reduce((sum, debt, node) => sum + debt * Math.min(1, Math.max(0, unpaid[node] ?? Number.NaN)), 0);
  return lost / (debts.reduce((sum, debt) => sum + debt, 0) || 1);
}
