/** Quantile of the current scores of each class: what new positions of the class must meet. */
import type { ClassQuantile, PositionScore } from "../domain/score.ts";

/**
 * Upper quantile of ρ and of π among the scores of each class, each on its own; classes without a score get none.
 *
 * @param quantile 0…1; 0.9 asks new positions for what nine in ten need now.
 * @returns ascending in class id.
 */
export function classQuantiles(scores: readonly PositionScore[], quantile: number): readonly ClassQuantile[] {
  const byClass = Map.groupBy(scores, (score) => score.classId);
  return [...byClass]
    .toSorted(([a], [b]) => a - b)
    .map(([classId, members]) => ({
      classId,
      rhoBps: upperQuantile(
        members.map((score) => score.rhoBps),
        quantile,
      ),
      piBps: upperQuantile(
        members.map((score) => score.piBps),
        quantile,
      ),
    }));
}

function upperQuantile(values: readonly number[], quantile: number): number {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(quantile * ascending.length) - 1)] ?? 0;
}
