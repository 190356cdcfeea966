/** Draws networks of debts: few large nodes, many small ones, thin equity. */
import type { Rng } from "../../math/rng.ts";
import type { LiabilityNetwork } from "../../models/contagion/liability-network.ts";

/** Partners of a node in the mean, and how sizes and equity spread: wide enough that some defaults stop at once and some do not. */
const MEAN_PARTNERS = 5;
const SIZE_SPREAD = 0.8;
const DEBT_SPREAD = 0.7;
const OUTSIDE_SHARE = { from: 0.2, to: 1.2 } as const;
const EQUITY_SHARE = { from: 0.02, to: 0.5 } as const;

/** A network in which everyone can pay. */
export function drawNetwork(nodes: number, rng: Rng): LiabilityNetwork {
  const sizes = Float64Array.from({ length: nodes }, () => Math.exp(SIZE_SPREAD * rng.normal()));
  const link = Math.min(1, MEAN_PARTNERS / Math.max(1, nodes - 1));
  const liabilities = new Float64Array(nodes * nodes);
  for (let from = 0; from < nodes; from += 1) {
    for (let to = 0; to < nodes; to += 1) {
      if (from === to || rng.uniform() >= link) continue;
      const size = Math.sqrt((sizes[from] ?? 1) * (sizes[to] ?? 1));
      liabilities[from * nodes + to] = size * Math.exp(DEBT_SPREAD * rng.normal());
    }
  }
  const externalLiabilities = sizes.map((size) => size * MEAN_PARTNERS * uniformIn(OUTSIDE_SHARE, rng));
  const externalAssets = sizes.map((_, node) => {
    let [owed, claims] = [externalLiabilities[node] ?? 0, 0];
    for (let other = 0; other < nodes; other += 1) {
      owed += liabilities[node * nodes + other] ?? 0;
      claims += liabilities[other * nodes + node] ?? 0;
    }
    return Math.max(0, owed * (1 + uniformIn(EQUITY_SHARE, rng)) - claims);
  });
  return { externalAssets, liabilities, externalLiabilities };
}

function uniformIn({ from, to }: { readonly from: number; readonly to: number }, rng: Rng): number {
  return from + (to - from) * rng.uniform();
}
