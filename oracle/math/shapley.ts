/** Exact Shapley values of a game with few players. */

/**
 * Shapley values by the sum over all coalitions (Shapley, "A value for n-person games", 1953):
 * `φᵢ = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S))`. They sum to `v(all) − v(none)`.
 *
 * @param players number of players n, 0 to 20.
 * @param worthOf worth of a coalition; bit i of the mask is set where player i takes part. Asked once a coalition.
 * @returns `[players]`, in the unit of the worth.
 */
export function shapleyValues(players: number, worthOf: (coalition: number) => number): Float64Array {
  const coalitions = 2 ** players;
  const worth = Float64Array.from({ length: coalitions }, (_, coalition) => worthOf(coalition));
  const weights = coalitionWeights(players);
  return Float64Array.from({ length: players }, (_, player) => {
    const bit = 1 << player;
    let sum = 0;
    for (let coalition = 0; coalition < coalitions; coalition += 1) {
      if ((coalition & bit) !== 0) continue;
      const gain = (worth[coalition | bit] ?? Number.NaN) - (worth[coalition] ?? Number.NaN);
      sum += (weights[sizeOf(coalition)] ?? 0) * gain;
    }
    return sum;
  });
}

/** |S|! (n − |S| − 1)! / n! by the size of S: one over n times the number of coalitions of that size without the player. */
function coalitionWeights(players: number): Float64Array {
  const weights = new Float64Array(players);
  let chosen = 1;
  for (let size = 0; size < players; size += 1) {
    weights[size] = 1 / (players * chosen);
    chosen = (chosen * (players - 1 - size)) / (size + 1);
  }
  return weights;
}

function sizeOf(coalition: number): number {
  let [rest, size] = [coalition, 0];
  for (; rest !== 0; rest &= rest - 1) size += 1;
  return size;
}
