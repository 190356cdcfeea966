/** How well scores rank events above the rest: area under the ROC curve and average precision. */

/** Scores of a ranking. */
export interface RankingScores {
  /** Chance that an event ranks above another row, ties counted half (Hanley and McNeil 1982). */
  readonly auc: number;
  /** Mean precision at the rank of each event; rows of equal score share one rank. */
  readonly averagePrecision: number;
  /** Mean negative log likelihood when the scores are log odds. */
  readonly logLoss: number;
  /** Sum of the weights. */
  readonly rows: number;
  /** Share of events. */
  readonly base: number;
}

/** Ranking of rows of equal weight by any score; NaN where there are no events or nothing else. `[n]` each; scores finite. */
export function rankScores(
  scores: ArrayLike<number>,
  events: ArrayLike<number>,
): Pick<RankingScores, "auc" | "averagePrecision"> {
  const { auc, averagePrecision } = rankingScores(scores, events);
  return { auc, averagePrecision };
}

/** Scores of rows of equal weight; NaN where there are no events or nothing else. */
export function rankingScores(logOdds: ArrayLike<number>, events: ArrayLike<number>): RankingScores {
  return prepareRanking(logOdds, events)(new Float64Array(logOdds.length).fill(1));
}

/**
 * Sorts once, then scores any weighting of the rows in one pass: for bootstraps.
 *
 * @param events 0 or 1. `[rows]`
 * @returns a function of weights, at least 0. `[rows]`
 */
export function prepareRanking(
  logOdds: ArrayLike<number>,
  events: ArrayLike<number>,
): (weights: ArrayLike<number>) => RankingScores {
  const order = Array.from({ length: logOdds.length }, (_, row) => row).sort(
    (left, right) => (logOdds[right] ?? 0) - (logOdds[left] ?? 0),
  );
  const losses = order.map((row) => logisticLoss(logOdds[row] ?? Number.NaN, events[row] ?? Number.NaN));
  const isLastOfTie = order.map((row, rank) => logOdds[row] !== logOdds[order[rank + 1] ?? -1]);
  return (weights) => {
    let [seen, hits, above, precision, loss] = [0, 0, 0, 0, 0];
    let [tieRows, tieHits] = [0, 0];
    order.forEach((row, rank) => {
      const weight = weights[row] ?? 0;
      tieRows += weight;
      tieHits += weight * (events[row] ?? 0);
      loss += weight * (losses[rank] ?? Number.NaN);
      if (isLastOfTie[rank] !== true) return;
      above += (tieRows - tieHits) * (hits + tieHits / 2);
      seen += tieRows;
      hits += tieHits;
      precision += seen > 0 ? tieHits * (hits / seen) : 0;
      [tieRows, tieHits] = [0, 0];
    });
    return {
      auc: above / (hits * (seen - hits)),
      averagePrecision: precision / hits,
      logLoss: loss / seen,
      rows: seen,
      base: hits / seen,
    };
  };
}

function logisticLoss(logOdds: number, event: number): number {
  return Math.max(logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds))) - event * logOdds;
}
