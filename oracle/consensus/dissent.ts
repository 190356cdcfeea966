/** How far an operator's own scores lie from what the set agreed on. */
import type { Observation, SignedObservation } from "../domain/report.ts";
import { upperMedian } from "./aggregate.ts";

/** Positions whose own ρ differs from the set's upper median by more than `toleranceBps`. */
export function dissentingPositions(
  own: Observation,
  observations: readonly SignedObservation[],
  toleranceBps: number,
): number {
  const votes = new Map<string, number[]>();
  for (const { observation } of observations) {
    for (const { sourceIndex, positionId, rhoBps } of observation.entries) {
      const key = `${sourceIndex}:${positionId}`;
      const ballot = votes.get(key);
      if (ballot === undefined) votes.set(key, [rhoBps]);
      else ballot.push(rhoBps);
    }
  }
  return own.entries.filter(({ sourceIndex, positionId, rhoBps }) => {
    const ballot = votes.get(`${sourceIndex}:${positionId}`);
    return ballot !== undefined && Math.abs(upperMedian(ballot) - rhoBps) > toleranceBps;
  }).length;
}
