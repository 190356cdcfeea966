/** Log-loss, calibration and coverage of what was stated, by asset and collateral level. */
import { mean } from "../../../oracle/math/statistics.ts";
import { dieboldMariano } from "../../../oracle/training/evaluate/newey-west.ts";
import { COLLATERAL_MOVES, type Statement } from "./judge-position.ts";
import type { ScoredOutcome } from "./score-walk.ts";

/** One policy's probabilities on one row. */
export interface ProbabilityScore {
  readonly meanProbability: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Expected calibration error over ten groups of equal count. */
  readonly ece: number;
}

/** One asset at one collateral level. */
export interface ScoreRow {
  readonly asset: string;
  /** Adverse move at once that the collateral covers, log units. */
  readonly move: number;
  readonly positions: number;
  /** Share of positions whose cost exceeded the collateral. */
  readonly frequency: number;
  readonly product: ProbabilityScore;
  readonly filtered: ProbabilityScore;
  /** Log-loss of the product over that of the filtered historical simulation. */
  readonly ratio: number;
  readonly dieboldMarianoP: number;
}

/** How often and by how much costs exceeded what one policy stated. */
export interface Coverage {
  readonly positions: number;
  /** Share of costs above the quantile, and above the requirement M*. */
  readonly aboveQuantile: number;
  readonly aboveRequirement: number;
  /** Sum of the holes that followed over the sum of those stated, over all collateral levels, share of L. */
  readonly holeRatio: number;
}

/** Two policies that are compared. */
export type Policy = "product" | "filtered";

/** Lowest probability that is believed: that of the score. */
const LEAST_PROBABILITY = 1e-6;
const GROUPS = 10;
/** Both kinds at one time, and horizons that reach into the next times. */
const LAGS = 6;

/** One row for each asset and collateral level, in the order of the assets. */
export function scoreRows(outcomes: readonly ScoredOutcome[]): readonly ScoreRow[] {
  const assets = [...new Set(outcomes.map(({ asset }) => asset))].sort();
  return assets.flatMap((asset) =>
    COLLATERAL_MOVES.map((_, level) =>
      rowOf(
        outcomes.filter((outcome) => outcome.asset === asset),
        level,
      ),
    ),
  );
}

function rowOf(outcomes: readonly ScoredOutcome[], level: number): ScoreRow {
  const hits = Float64Array.from(outcomes, ({ judged, realised }) =>
    Number(realised > (judged.collateral[level] ?? Number.NaN)),
  );
  const stated = (policy: Policy): Float64Array =>
    Float64Array.from(outcomes, ({ judged }) => judged[policy].shortfalls[level]?.probability ?? Number.NaN);
  const [product, filtered] = [stated("product"), stated("filtered")];
  const losses = [logLosses(product, hits), logLosses(filtered, hits)] as const;
  return {
    asset: outcomes[0]?.asset ?? "",
    move: COLLATERAL_MOVES[level] ?? Number.NaN,
    positions: outcomes.length,
    frequency: mean(hits),
    product: probabilityScore(product, hits),
    filtered: probabilityScore(filtered, hits),
    ratio: mean(losses[0]) / mean(losses[1]),
    dieboldMarianoP: dieboldMariano(losses, LAGS).pValue,
  };
}

/** Scores of probabilities against what happened (0 or 1). Both `[n]`. */
export function probabilityScore(probabilities: Float64Array, hits: Float64Array): ProbabilityScore {
  return {
    meanProbability: mean(probabilities),
    logLoss: mean(logLosses(probabilities, hits)),
    brier: mean(probabilities.map((probability, place) => (probability - (hits[place] ?? Number.NaN)) ** 2)),
    ece: calibrationError(probabilities, hits),
  };
}

function logLosses(probabilities: Float64Array, hits: Float64Array): Float64Array {
  return probabilities.map((probability, place) => {
    const believed = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probability));
    return -Math.log(hits[place] === 1 ? believed : 1 - believed);
  });
}

/** Mean distance of stated and realised frequency over groups of equal count in ascending probability. */
function calibrationError(probabilities: Float64Array, hits: Float64Array): number {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0));
  let total = 0;
  for (let group = 0; group < GROUPS; group += 1) {
    const [from, to] = [group, group + 1].map((edge) => Math.round((edge * order.length) / GROUPS));
    const members = order.slice(from, to);
    const sum = members.reduce((gap, place) => gap + (probabilities[place] ?? 0) - (hits[place] ?? 0), 0);
    total += Math.abs(sum);
  }
  return total / order.length;
}

/** Coverage of one policy over outcomes. */
export function coverageOf(outcomes: readonly ScoredOutcome[], policy: Policy): Coverage {
  const above = (of: (statement: Statement) => number): number =>
    mean(outcomes.map(({ judged, realised }) => Number(realised > of(judged[policy]))));
  let [happened, stated] = [0, 0];
  for (const { judged, realised } of outcomes) {
    judged.collateral.forEach((amount, level) => {
      happened += Math.max(0, realised - amount) / judged.maxLoss;
      stated += (judged[policy].shortfalls[level]?.hole ?? Number.NaN) / judged.maxLoss;
    });
  }
  return {
    positions: outcomes.length,
    aboveQuantile: above(({ quantile }) => quantile),
    aboveRequirement: above(({ requirement }) => requirement),
    holeRatio: happened / stated,
  };
}
