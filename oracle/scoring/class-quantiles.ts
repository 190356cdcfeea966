/** Quantile of the current scores of each class: what new positions of the class must meet. */
import type { ClassQuantile, PositionScore } from "../domain/score.ts";

/** A score with the share of the class's risk that it speaks for. */
export interface WeighedScore {
  readonly score: Pick<PositionScore, "classId" | "rhoBps" | "piBps">;
  /** size · (L − I) in USD; what is not a positive number weighs nothing. */
  readonly weight: number;
}

/** Sums of equal weights may miss the share by their rounding; the quantile must not jump over a value for that. */
const ROUNDING = 1e-9;

/**
 * Upper quantile of ρ and of π among the scores of each class, each on its own, every score weighed by size · (L − I), so
 * that many small positions do not outvote the ones that carry the risk. Classes without a score get none; where nothing
 * weighs anything, the largest value counts.
 *
 * @param quantile 0…1; 0.9 asks new positions for what covers nine tenths of the class's risk now.
 * @returns ascending in class id.
 */
export function classQuantiles(scores: readonly WeighedScore[], quantile: number): readonly ClassQuantile[] {
  const byClass = Map.groupBy(scores, ({ score }) => score.classId);
  return [...byClass]
    .toSorted(([a], [b]) => a - b)
    .map(([classId, members]) => ({
      classId,
      rhoBps: upperQuantile(members, ({ score }) => score.rhoBps, quantile),
      piBps: upperQuantile(members, ({ score }) => score.piBps, quantile),
    }));
}

/** Least value at or below which the share `quantile` of the weight lies. */
function upperQuantile(
  members: readonly WeighedScore[],
  amountOf: (member: WeighedScore) => number,
  quantile: number,
): number {
  const ascending = members.toSorted((a, b) => amountOf(a) - amountOf(b));
  const total = ascending.reduce((sum, member) => sum + weightOf(member), 0);
  const wanted = quantile * total * (1 - ROUNDING);
  let covered = 0;
  for (const member of ascending) {
    covered += weightOf(member);
    if (covered > 0 && covered >= wanted) return amountOf(member);
  }
  return Math.max(0, ...ascending.map(amountOf));
}

function weightOf({ weight }: WeighedScore): number {
  return Number.isFinite(weight) && weight > 0 ? weight : 0;
}
