/** Weights of paths under which worst moves meet the learned quantiles in the middle, too. */
import { QUANTILE_LEVELS } from "../domain/prediction.ts";

/** The tail above this level is what requirements rest on: its paths keep their weight. */
const TAIL_LEVEL = 0.95;

/**
 * Post-stratification: the paths between two learned quantiles get the weight that brings the probability of a worst move beyond
 * each quantile to the stated one. Stretched worst moves lie a little above the learned ones in the middle, since a path's maximum over
 * time takes every step's map; no requirement minds, a probability does.
 *
 * The probability of exceeding any move is never raised, is unchanged beyond the 95 % quantile, and is lowered at most to `leastShare` of
 * what it was.
 *
 * @param moves worst moves within a horizon, log units. `[paths]`
 * @param learned learned quantiles of the same horizon, log units, ascending. `[level]`
 * @param leastShare in (0, 1]; 1 leaves every weight at 1.
 * @returns mean at most 1: what is missing lies below the learned median. `[paths]`
 */
export function pathWeights(moves: Float64Array, learned: Float64Array, leastShare: number): Float64Array {
  const nodes = QUANTILE_LEVELS.flatMap((level, place) =>
    level <= TAIL_LEVEL ? [{ level, move: learned[place] ?? Number.NaN }] : [],
  );
  const exceeding = nodes.map(({ move }) => shareAbove(moves, move));
  const kept = keptShares(exceeding, nodes, leastShare);
  // Stratum k lies between node k − 1 and node k; the first begins below all moves, the last has no end.
  const weights = [...nodes.keys(), nodes.length].map((stratum) => {
    const [from, to] = [stratum === 0 ? 1 : (exceeding[stratum - 1] ?? 0), exceeding[stratum] ?? 0];
    const [keptFrom, keptTo] = [stratum === 0 ? 1 : (kept[stratum - 1] ?? 0), kept[stratum] ?? 0];
    return from > to ? (keptFrom - keptTo) / (from - to) : 0;
  });
  const edges = Float64Array.from(nodes, ({ move }) => move);
  return moves.map((move) => weights[strataBelow(edges, move)] ?? Number.NaN);
}

function strataBelow(edges: Float64Array, move: number): number {
  let below = 0;
  while (below < edges.length && move > (edges[below] ?? Number.NaN)) below += 1;
  return below;
}

function shareAbove(moves: Float64Array, limit: number): number {
  let count = 0;
  for (const move of moves) if (move > limit) count += 1;
  return count / moves.length;
}

/** Probabilities beyond the nodes that are to be met, from the tail inwards: non-increasing in the node. */
function keptShares(
  exceeding: readonly number[],
  nodes: readonly { readonly level: number }[],
  leastShare: number,
): readonly number[] {
  const last = nodes.length - 1;
  const kept = [...exceeding];
  for (let place = last - 1; place >= 0; place -= 1) {
    const simulated = exceeding[place] ?? 0;
    const stated = 1 - (nodes[place]?.level ?? Number.NaN);
    kept[place] = Math.min(simulated, Math.max(stated, leastShare * simulated, kept[place + 1] ?? 0));
  }
  return kept;
}
