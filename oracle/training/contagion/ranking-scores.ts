/** How well scores rank events above the rest. */

/** Scores of a ranking. */
export interface RankingScores {
  /** Chance that an event ranks above another row, ties counted half. */
  readonly auc: number;
  /** Mean precision at the rank of each event; rows of equal score share one rank. */
  readonly averagePrecision: number;
  /** Mean negative log likelihood when the scores are log odds. */
  readonly logLoss: number;
  readonly rows: number;
  /** Share of events. */
  readonly base: number;
}

/** Scores of rows; NaN where there are no events or nothing else. */
export function rankingScores(logOdds: ArrayLike<number>, events: ArrayLike<number>): RankingScores {
  const order = Array.from({ length: logOdds.length }, (_, row) => row).sort(
    (left, right) => (logOdds[right] ?? 0) - (logOdds[left] ?? 0),
  );
  const total = Array.from(order, (row) => events[row] ?? 0).reduce((sum, event) => sum + event, 0);
  let [above, hits, precision, loss] = [0, 0, 0, 0];
  for (let from = 0; from < order.length; ) {
    const tie = tieAt(order, logOdds, from);
    const found = tie.reduce((sum, row) => sum + (events[row] ?? 0), 0);
    hits += found;
    precision += (found * hits) / (from + tie.length);
    above += (tie.length - found) * (hits - found / 2);
    from += tie.length;
  }
  for (const row of order) loss += logisticLoss(logOdds[row] ?? Number.NaN, events[row] ?? Number.NaN);
  const rows = order.length;
  return {
    auc: above / (total * (rows - total)),
    averagePrecision: precision / total,
    logLoss: loss / rows,
    rows,
    base: total / rows,
  };
}

function tieAt(order: readonly number[], scores: ArrayLike<number>, from: number): readonly number[] {
  let to = from + 1;
  while (to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]) to += 1;
  return order.slice(from, to);
}

function logisticLoss(logOdds: number, event: number): number {
  return Math.max(logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds))) - event * logOdds;
}
