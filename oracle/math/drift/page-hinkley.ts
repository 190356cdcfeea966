/** Page-Hinkley: notices a lasting rise of a mean, e.g. of a model's loss (Page 1954; Mouss et al. 2004). */
import type { DriftVerdict } from "./adwin.ts";

/** What counts as a change. */
export interface PageHinkleyOptions {
  /** Rise of the mean that is tolerated, in units of the values, at least 0. */
  readonly tolerance: number;
  /** Summed excess that gives the alarm, in units of the values, above 0. */
  readonly threshold: number;
  /** Values before the first alarm, at least 1. */
  readonly minValues: number;
}

/** Detector of one stream; after an alarm it begins anew. */
export interface PageHinkley {
  /** Takes a value; one that is not finite is refused and changes nothing. */
  add(value: number): DriftVerdict;
  /** Summed excess over its smallest so far. */
  readonly excess: number;
}

/**
 * Starts a detector of rises.
 *
 * @throws RangeError for options outside their range.
 */
export function createPageHinkley({ tolerance, threshold, minValues }: PageHinkleyOptions): PageHinkley {
  if (!(tolerance >= 0 && threshold > 0 && minValues >= 1))
    throw new RangeError(
      `Page-Hinkley needs tolerance ≥ 0, threshold > 0, minValues ≥ 1: ${tolerance}, ${threshold}, ${minValues}.`,
    );
  let [count, mean, sum, least] = [0, 0, 0, 0];
  return {
    add: (value) => {
      if (!Number.isFinite(value)) return { alarm: false };
      count += 1;
      mean += (value - mean) / count;
      sum += value - mean - tolerance;
      least = Math.min(least, sum);
      const alarm = count >= minValues && sum - least > threshold;
      if (alarm) [count, mean, sum, least] = [0, 0, 0, 0];
      return { alarm };
    },
    get excess() {
      return sum - least;
    },
  };
}
