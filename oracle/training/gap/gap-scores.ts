/** Scores of gap rules over chosen moments, both directions pooled. */
import { mean, quantile } from "../../math/statistics.ts";
import { GAP_SIDES, type GapPath } from "../../models/gap/adverse-gaps.ts";
import { GAP_BREACH } from "../../models/gap/gap-settings.ts";

/** A rule's gaps beside the moves that came, entry by entry: all falls of the moments, then all rises. `[2·moments]` */
export interface GapEntries {
  readonly gaps: Float64Array;
  readonly moves: Float64Array;
}

/** What a rule costs and misses. */
export interface GapScore {
  /** Share of entries whose move exceeds the gap. */
  readonly breach: number;
  /** Mean gap, share of spot. */
  readonly gap: number;
  /** Mean pinball loss of the gap as the 99 % quantile of the move, share of spot. */
  readonly pinball: number;
}

/** Picks the moments of a rule. */
export function entriesAt(gaps: GapPath, moves: GapPath, moments: Int32Array): GapEntries {
  const pick = (path: GapPath): Float64Array =>
    Float64Array.from(GAP_SIDES.flatMap((side) => Array.from(moments, (row) => path[side][row] ?? Number.NaN)));
  return { gaps: pick(gaps), moves: pick(moves) };
}

/** Scores a rule as it stands; NaN without entries. */
export function gapScore({ gaps, moves }: GapEntries): GapScore {
  const losses = gaps.map((gap, entry) => {
    const excess = (moves[entry] ?? Number.NaN) - gap;
    return excess > 0 ? (1 - GAP_BREACH) * excess : -GAP_BREACH * excess;
  });
  const breaches = gaps.map((gap, entry) => Number((moves[entry] ?? Number.NaN) > gap));
  return { breach: mean(breaches), gap: mean(gaps), pinball: mean(losses) };
}

/** Turns a rule's knob until {@link GAP_BREACH} of the entries are breached: the 99 % quantile of move over gap. */
export function scaledToBreach({ gaps, moves }: GapEntries): GapEntries {
  const knob = quantile(
    gaps.map((gap, entry) => (moves[entry] ?? Number.NaN) / gap),
    1 - GAP_BREACH,
  );
  return { gaps: gaps.map((gap) => knob * gap), moves };
}

/** A rule prepared for resampling: its ratios in descending order. */
export interface RankedGaps {
  readonly gaps: Float64Array;
  readonly ratios: Float64Array;
  /** Entries by descending ratio. */
  readonly order: Int32Array;
}

/** Prepares a rule. */
export function rankGaps({ gaps, moves }: GapEntries): RankedGaps {
  const ratios = gaps.map((gap, entry) => (moves[entry] ?? Number.NaN) / gap);
  const order = Int32Array.from(ratios.keys()).sort((a, b) => (ratios[b] ?? 0) - (ratios[a] ?? 0));
  return { gaps, ratios, order };
}

/**
 * Mean gap at the breach rate when moment m counts `counts[m]` times: the knob is the ratio that the drawn entries exceed
 * at most so often.
 */
export function resampledGap({ gaps, ratios, order }: RankedGaps, counts: Int32Array): number {
  const moments = counts.length;
  let [total, sum] = [0, 0];
  gaps.forEach((gap, entry) => {
    const count = counts[entry % moments] ?? 0;
    total += count;
    sum += count * gap;
  });
  let beyond = 0;
  for (const entry of order) {
    beyond += counts[entry % moments] ?? 0;
    if (beyond > GAP_BREACH * total) return ((ratios[entry] ?? Number.NaN) * sum) / total;
  }
  return Number.NaN;
}
