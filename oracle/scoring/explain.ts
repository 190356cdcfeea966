/** Reasons of a ratio: exact shares in whole basis points. */
import type { ScoreReason } from "../domain/score.ts";
import { BPS } from "../domain/units.ts";

/** Contributions before rounding, as share of one; their sum is close to ρ. */
export type Contributions = Readonly<Partial<Record<ScoreReason["factor"], number>>>;

/**
 * Rounds contributions to whole basis points that sum to ρ exactly (largest remainders), largest first, zeros left out.
 *
 * What rounding ρ up, or numbers that do not add up, leave over goes to the largest contribution.
 */
export function explain(contributions: Contributions, rhoBps: number): readonly ScoreReason[] {
  const parts = Object.entries(contributions)
    .filter((part): part is [ScoreReason["factor"], number] => Number.isFinite(part[1]) && part[1] !== 0)
    .map(([factor, share]) => ({ factor, exact: share * BPS, bps: Math.floor(share * BPS) }));
  if (parts.length === 0) return rhoBps === 0 ? [] : [{ factor: "class-floor", contributionBps: rhoBps }];
  let left = rhoBps - parts.reduce((sum, part) => sum + part.bps, 0);
  for (const part of parts.toSorted((a, b) => b.exact - b.bps - (a.exact - a.bps))) {
    if (left <= 0) break;
    part.bps += 1;
    left -= 1;
  }
  const largest = parts.toSorted((a, b) => Math.abs(b.bps) - Math.abs(a.bps))[0];
  if (largest !== undefined) largest.bps += left;
  return parts
    .filter((part) => part.bps !== 0)
    .toSorted((a, b) => Math.abs(b.bps) - Math.abs(a.bps))
    .map(({ factor, bps }) => ({ factor, contributionBps: bps }));
}
