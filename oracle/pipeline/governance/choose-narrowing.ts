/** A change that a DAO might well make, for demonstrations: the floor of one class a little above what its positions have. */
import type { RiskClass } from "../../domain/risk-class.ts";
import { effectiveParams } from "../../rules/risk-reading.ts";
import type { NarrowingChange } from "../../simulation/agents/dao-voter.ts";
import type { LiveState } from "./live-positions.ts";

/** By how much the new floor lies above the lowest ratio of the class, basis points. */
const RISE_BPS = 100;

/** The class in which most positions would have to rise to the new floor; `null` where no floor can rise. */
export function chooseNarrowing({ positions, classes, anchor }: LiveState): NarrowingChange | null {
  const ratios = new Map<number, number[]>();
  for (const { word, quantileWord } of positions) {
    for (const [classId, riskClass] of classes) {
      const read = effectiveParams(word, { riskClass, nowSec: anchor.timestampSec, quantileWord });
      if (read.classId === classId) ratios.set(classId, [...(ratios.get(classId) ?? []), read.rhoBps]);
    }
  }
  const changes = [...ratios].flatMap(([classId, rhoBps]) => raised(classId, classes.get(classId), rhoBps));
  const [best] = changes.toSorted((left, right) => right.below - left.below || left.classId - right.classId);
  return best ?? null;
}

/** Nothing where the floor is at its highest already: default and initial ratio may not lie below it. */
function raised(classId: number, before: RiskClass | undefined, rhoBps: readonly number[]) {
  if (before === undefined) return [];
  const wanted = Math.max(before.rhoFloorBps, ...[Math.min(...rhoBps)]) + RISE_BPS;
  const rhoFloorBps = Math.min(wanted, before.rhoDefaultBps, before.rhoInitialBps);
  if (rhoFloorBps <= before.rhoFloorBps) return [];
  const description = `Raise the floor of class ${classId} from ${before.rhoFloorBps} to ${rhoFloorBps} bps`;
  const below = rhoBps.filter((ratio) => ratio < rhoFloorBps).length;
  return [{ classId, before, bounds: { ...before, rhoFloorBps }, description, below }];
}
