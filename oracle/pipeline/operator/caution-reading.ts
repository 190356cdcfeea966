/** Whether an asset's cascade reaches the limits of caution; what could reach them is never said to lie below. */
import { type CascadeState, excessHazard } from "../../domain/cascade.ts";
import type { CautionLimits, CautionReading } from "../../domain/caution.ts";
import { extraFallAt } from "../../scoring/cascade-fixed-point.ts";

/** Log fall of a tenth: what the size of a cascade is stated for. */
const CAUTION_FALL = -Math.log(0.9);

/** Probability of a wave within 24 h; `null` for a state that has none of its own. */
export function knownProbability(state: CascadeState | null): number | null {
  if (state === null || state.isAssumed || !Number.isFinite(excessHazard(state))) return null;
  return state.probability24h;
}

/** Probability × further log fall after a fall of a tenth; `null` where one of them is not known. */
export function expectedFall(state: CascadeState | null): number | null {
  const probability = knownProbability(state);
  if (state === null || probability === null) return null;
  const product = probability * extraFallAt(state.curve, CAUTION_FALL);
  return Number.isFinite(product) ? product : null;
}

/**
 * Reads one asset. A hazard below its limit settles it, whatever is missing from the book; a book that already reaches the limit does
 * too, since more positions never lessen a cascade.
 *
 * @param isBookComplete whether every position and loan that should be in the book was read.
 */
export function readCaution(
  state: CascadeState | null,
  limits: CautionLimits,
  isBookComplete: boolean,
): CautionReading {
  const probability = knownProbability(state);
  if (state === null || probability === null) return { kind: "unknown", doubt: "hazard-unknown" };
  if (probability < limits.leastProbability || excessHazard(state) === 0) return { kind: "below", doubt: null };
  const fall = expectedFall(state);
  if (fall === null) return { kind: "unknown", doubt: "size-unknown" };
  if (fall >= limits.leastExpectedFall) return { kind: "reached", doubt: null };
  return isBookComplete ? { kind: "below", doubt: null } : { kind: "unknown", doubt: "book-incomplete" };
}
