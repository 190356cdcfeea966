/** How well scores order events before non-events: area under the ROC curve and average precision. */

/** Ranking quality; NaN where all outcomes are the same. */
export interface RankScores {
  /** Probability that a random event scores above a random non-event, ties half (Hanley and McNeil 1982). */
  readonly auc: number;
  /** Mean precision over the events, by descending score; ties share one place. */
  readonly averagePrecision: number;
}

/** Ranking quality of scores against outcomes (0 or 1). Both `[n]`; scores finite. */
export function rankScores(scores: ArrayLike<number>, hits: ArrayLike<number>): RankScores {
  const order = Array.from({ length: scores.length }, (_, place) => place).sort(
    (left, right) => (scores[right] ?? 0) - (scores[left] ?? 0),
  );
  const events = Array.from(hits).reduce((sum, hit) => sum + hit, 0);
  const others = scores.length - events;
  let [seen, found, pairs, precision] = [0, 0, 0, 0];
  for (const group of tiedGroups(order, scores)) {
    const own = group.reduce((sum, place) => sum + (hits[place] ?? 0), 0);
    const othersAbove = seen - found;
    const othersHere = group.length - own;
    pairs += own * (others - othersAbove - othersHere / 2);
    [seen, found] = [seen + group.length, found + own];
    precision += own * (found / seen);
  }
  return { auc: pairs / (events * others), averagePrecision: events > 0 ? precision / events : Number.NaN };
}

function tiedGroups(order: readonly number[], scores: ArrayLike<number>): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const place of order) {
    const last = groups.at(-1);
    if (last !== undefined && scores[last[0] ?? -1] === scores[place]) last.push(place);
    else groups.push([place]);
  }
  return groups;
}
