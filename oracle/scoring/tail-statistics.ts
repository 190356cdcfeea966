/** Quantile and expected shortfall of scenario losses, read from their largest values. */

/** Where in the sorted losses the statistics sit. */
export interface TailRanks {
  /** The quantile is the n-th largest loss; counted from 1. */
  readonly quantileRank: number;
  /** Paths in the tail of the expected shortfall, > 0, not necessarily whole. */
  readonly tailPaths: number;
  /** How many of the largest losses must be known. */
  readonly needed: number;
}

/** Statistics of the tail. */
export interface TailStatistics {
  /** Smallest loss that at least a share q of the paths does not exceed. */
  readonly quantile: number;
  /** Mean of the largest `tailPaths` losses, the last one with its fraction. */
  readonly shortfall: number;
}

/** Rounding allowance, so that 0.99 of 1 000 paths is path 990 and not 991. */
const RANK_TOLERANCE = 1e-9;

/** Ranks for a number of paths, a confidence and the tail ratio of the expected shortfall. */
export function tailRanks(paths: number, confidence: number, tailRatio: number): TailRanks {
  const quantileRank = paths - Math.ceil(confidence * paths - RANK_TOLERANCE) + 1;
  const tailPaths = Math.min(paths, tailRatio * (1 - confidence) * paths);
  const needed = Math.min(paths, Math.max(quantileRank, Math.ceil(tailPaths - RANK_TOLERANCE)));
  return { quantileRank, tailPaths, needed };
}

/**
 * Statistics from losses in descending order. Both are non-decreasing in every single loss and in the confidence.
 *
 * @param descending the `ranks.needed` largest losses, largest first.
 */
export function tailStatistics(descending: Float64Array, ranks: TailRanks): TailStatistics {
  let sum = 0;
  let left = ranks.tailPaths;
  for (const loss of descending) {
    sum += loss * Math.min(1, Math.max(0, left));
    left -= 1;
  }
  return { quantile: descending[ranks.quantileRank - 1] ?? Number.NaN, shortfall: sum / ranks.tailPaths };
}

/** The `count` largest values, largest first; fewer when there are fewer values. A NaN among them makes the first one NaN. */
export function largestValues(values: Float64Array, count: number): Float64Array {
  const kept = new Float64Array(Math.min(count, values.length)).fill(Number.NEGATIVE_INFINITY);
  const last = kept.length - 1;
  let least = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (value <= least) continue;
    if (Number.isNaN(value)) return kept.fill(Number.NaN);
    let place = last;
    while (place > 0 && (kept[place - 1] ?? 0) < value) {
      kept[place] = kept[place - 1] ?? 0;
      place -= 1;
    }
    kept[place] = value;
    least = kept[last] ?? 0;
  }
  return kept;
}
