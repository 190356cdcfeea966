/** What margins cost and how often they fall short on a window. */
import type { OptionPair } from "./snapshot-pairs.ts";

/** Figures of one policy on one window; amounts are shares of the largest loss. */
export interface MarginFigures {
  /** Share of the pairs whose later value exceeds the margin. */
  readonly breach: number;
  /** Mean of margin less value. */
  readonly excess: number;
  /** Mean of what a breached margin lacks, over the breaches; 0 without any. */
  readonly shortfallMean: number;
}

/** Figures of margins, `[pairs]`; a margin that is no number holds nothing and counts as breached. */
export function marginFigures(margins: Float64Array, pairs: readonly OptionPair[]): MarginFigures {
  let [excess, lacking, breaches] = [0, 0, 0];
  pairs.forEach(({ value, laterValue }, place) => {
    const margin = margins[place] ?? Number.NaN;
    excess += margin - value;
    if (!isBreach(laterValue, margin)) return;
    breaches += 1;
    lacking += laterValue - margin;
  });
  return {
    breach: breaches / pairs.length,
    excess: excess / pairs.length,
    shortfallMean: breaches === 0 ? 0 : lacking / breaches,
  };
}

/** Whether a later value exceeds a margin. */
export function isBreach(laterValue: number, margin: number): boolean {
  return !(laterValue <= margin);
}
