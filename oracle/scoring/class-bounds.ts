/** Puts a ratio and a penalty inside the bounds of their risk class, the linked rule included. */
import { PlimsollError } from "../domain/errors.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import { toBpsUp } from "../domain/units.ts";

/** A pair as the chain takes it, basis points. */
export interface BoundedPair {
  readonly rhoBps: number;
  readonly piBps: number;
}

/** Lowest ρ that leaves room for the class's least penalty: `max(floor, π floor + δ)`. */
export function leastRho(riskClass: RiskClass): number {
  return Math.max(riskClass.rhoFloorBps, riskClass.piFloorBps + riskClass.deltaBps);
}

/**
 * Rounds both up, clamps ρ to `[floor, ceiling]` and π to `[π floor, min(cap, ρ − δ)]`. Non-decreasing in both ratios.
 *
 * @param ratios shares of L − I; any finite numbers.
 */
export function boundPair(ratios: { rho: number; pi: number }, riskClass: RiskClass): BoundedPair {
  const rhoBps = Math.min(riskClass.rhoCeilingBps, Math.max(leastRho(riskClass), toBpsUp(ratios.rho)));
  const most = Math.min(riskClass.piCapBps, rhoBps - riskClass.deltaBps);
  return { rhoBps, piBps: Math.min(most, Math.max(riskClass.piFloorBps, toBpsUp(ratios.pi))) };
}

/**
 * Class of a position.
 *
 * @throws PlimsollError `SCORING_CLASS_UNKNOWN` when the round's classes lack it, `SCORING_CLASS_BOUNDS` when no pair can
 *   satisfy it.
 */
export function classOf(classes: ReadonlyMap<number, RiskClass>, classId: number): RiskClass {
  const riskClass = classes.get(classId);
  if (riskClass === undefined) {
    throw new PlimsollError({
      code: "SCORING_CLASS_UNKNOWN",
      problem: `Risk class ${classId} is not among the ${classes.size} classes of the round.`,
      remedy: "Read all classes at the anchor block before scoring.",
      context: { classId },
    });
  }
  if (isSatisfiable(riskClass)) return riskClass;
  const ceiling = riskClass.rhoCeilingBps;
  throw new PlimsollError({
    code: "SCORING_CLASS_BOUNDS",
    problem: `Risk class ${classId} has the ceiling ${ceiling}, but its floors need ${leastRho(riskClass)} bps.`,
    remedy: "Correct the bounds of the class through governance.",
    context: { classId, ceiling, least: leastRho(riskClass) },
  });
}

/** Whether any pair of ρ and π can satisfy the bounds of a class. */
export function isSatisfiable(riskClass: RiskClass): boolean {
  return riskClass.rhoCeilingBps >= leastRho(riskClass) && riskClass.piCapBps >= riskClass.piFloorBps;
}
