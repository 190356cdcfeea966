/** Probability that the close-out cost exceeds the collateral, its tail cap, and the score. */

/** Scenario losses of one position with what the tail beyond them needs. */
export interface LossTail {
  /** Losses per contract, collateral units. `[paths]` */
  readonly losses: Float64Array;
  /** Weights with which a path counts in a probability, mean at most 1; `null` for 1 each. `[paths]` */
  readonly weights: Float64Array | null;
  /** The largest of them, largest first; at least two. */
  readonly descending: Float64Array;
  /** Largest possible loss L per contract. */
  readonly maxLoss: number;
  /** Value of the option now, V. */
  readonly optionValue: number;
}

/** Shape of the generalised Pareto tail beyond the largest losses: tail index 5, the light end for crypto returns. */
const TAIL_SHAPE = 0.2;
/** models.md §1: the mean hole counts as a default once it reaches 5 % of max(V, 1 % of L). */
const HOLE_SHARE = 0.05;
const LEAST_LIABILITY_SHARE = 0.01;
const LEAST_PROBABILITY = 1e-6;
const POINTS_PER_DECADE = 100;
/** Keeps a probability of exactly one in a hundred at 200 points in floating point. */
const SCORE_TOLERANCE = 1e-9;

/**
 * Probability of default with the tail cap `max(P(loss > c), E[(loss − c)⁺]/(5 % of max(V, 1 % of L)))`.
 *
 * Among the simulated losses it counts; beyond the smallest of `descending` the exceedances follow a generalised Pareto
 * tail with their mean (peaks over threshold, McNeil and Frey 2000), cut at the largest possible loss. Non-increasing in
 * the collateral.
 *
 * @param collateral per contract, collateral units.
 * @returns [1e-6, 1].
 */
export function defaultProbability(tail: LossTail, collateral: number): number {
  const { probability, hole } = shortfallOf(tail, collateral);
  const liability = HOLE_SHARE * Math.max(tail.optionValue, LEAST_LIABILITY_SHARE * tail.maxLoss);
  return Math.min(1, Math.max(LEAST_PROBABILITY, probability, hole / liability));
}

/** Score of a probability: `floor(100 · −log10 p)`, 0…600; 200 means one in a hundred. */
export function scoreOf(probability: number): number {
  const points = Math.floor(-POINTS_PER_DECADE * Math.log10(probability) + SCORE_TOLERANCE);
  return Math.min(600, Math.max(0, points));
}

/** What collateral leaves open. */
export interface Shortfall {
  /** P(loss > c), before the tail cap, 0…1. */
  readonly probability: number;
  /** E[(loss − c)⁺] per contract, collateral units. */
  readonly hole: number;
}

/**
 * P(loss > c) and E[(loss − c)⁺] of a collateral per contract; both non-increasing in it. Weights count in the probability alone: the hole
 * stays what the paths of the requirement leave.
 */
export function shortfallOf(tail: LossTail, collateral: number): Shortfall {
  const { losses, weights, descending } = tail;
  if (collateral >= tail.maxLoss) return { probability: 0, hole: 0 };
  const threshold = descending[descending.length - 1] ?? Number.NaN;
  if (collateral >= threshold) return beyond(tail, collateral - threshold, threshold);
  let count = 0;
  let sum = 0;
  for (let path = 0; path < losses.length; path += 1) {
    const loss = losses[path] ?? Number.NaN;
    if (loss > collateral) {
      count += weights === null ? 1 : (weights[path] ?? Number.NaN);
      sum += loss - collateral;
    }
  }
  // Never below what the tail beyond begins with: more collateral never raises the probability.
  return { probability: Math.max(count, descending.length - 1) / losses.length, hole: sum / losses.length };
}

/** Generalised Pareto tail with the mean of the exceedances; the scale follows from mean = scale/(1 − shape). */
function beyond({ losses, descending }: LossTail, distance: number, threshold: number): Shortfall {
  const above = descending.length - 1;
  const mean = descending.reduce((sum, loss) => sum + (loss - threshold), 0) / above;
  const share = above / losses.length;
  if (!(mean > 0)) return { probability: 0, hole: 0 };
  const base = 1 + (TAIL_SHAPE * distance) / (mean * (1 - TAIL_SHAPE));
  return { probability: share * base ** (-1 / TAIL_SHAPE), hole: share * mean * base ** (1 - 1 / TAIL_SHAPE) };
}
