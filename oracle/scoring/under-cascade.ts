/** A score under an unusual hazard of a cascade: never looser than without, and the difference has a name. */
import { BPS } from "../domain/units.ts";
import type { CurrentScore } from "./current-score.ts";

/**
 * The greater of both in ρ, π, probability, value and cost; what the cascade adds to ρ is the reason `cascade`.
 *
 * @param plain score without a cascade.
 * @param cascade score on deeper falls or a longer horizon; `null` where it is not finite: nothing can then be stated.
 */
export function underCascade(plain: CurrentScore, cascade: CurrentScore | null): CurrentScore | null {
  if (cascade === null) return null;
  const rhoBps = Math.max(plain.rhoBps, cascade.rhoBps);
  return {
    rhoBps,
    // π + δ ≤ ρ holds for each pair, so it holds for the greater ones.
    piBps: Math.max(plain.piBps, cascade.piBps),
    probabilityOfDefault: Math.max(plain.probabilityOfDefault, cascade.probabilityOfDefault),
    optionValue: plain.optionValue,
    closeOutCost: Math.max(plain.closeOutCost, cascade.closeOutCost),
    contributions: { ...plain.contributions, cascade: (rhoBps - plain.rhoBps) / BPS },
  };
}
