/** Two indices of every node: how much of the others it would take with it, and how much of it others would take. */
import { debtRank, type ImpactNetwork } from "./debt-rank.ts";

/** Indices of a node, both in [0, 1]. */
export interface ContagionIndex {
  readonly name: string;
  /** Share of all value lost if this node is lost in full, beyond its own: its DebtRank. */
  readonly importance: number;
  /** Share of this node that is lost to others in expectation: `min(1, Σ_k p_k · h_i(k lost))` over the other nodes. */
  readonly exposure: number;
}

/**
 * Indices of all nodes.
 *
 * @param probabilities chance that a node is lost within the horizon, in [0, 1]. `[n]`
 * @throws PlimsollError `CONTAGION_IMPACTS_INVALID`.
 */
export function contagionIndices(
  names: readonly string[],
  network: ImpactNetwork,
  probabilities: ArrayLike<number>,
): readonly ContagionIndex[] {
  const exposure = new Float64Array(names.length);
  const importance = names.map((_, lost) => {
    const start = new Float64Array(names.length);
    start[lost] = 1;
    const { distress, rank } = debtRank(network, start);
    distress.forEach((share, node) => {
      if (node !== lost) exposure[node] = (exposure[node] ?? 0) + (probabilities[lost] ?? 0) * share;
    });
    return rank;
  });
  return names.map((name, node) => ({
    name,
    importance: importance[node] ?? Number.NaN,
    exposure: Math.min(1, exposure[node] ?? Number.NaN),
  }));
}
