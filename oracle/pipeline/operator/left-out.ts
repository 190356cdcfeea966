/** How much of a round the breaker has kept out of the report. */
import type { ChainRules } from "../../consensus/aggregate.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { Observation, QuorumReport } from "../../domain/report.ts";
import type { SkipReason } from "../../rules/entry-outcome.ts";

/** The chain's own word for what only the breaker refuses. */
const PAUSED: SkipReason = "LOOSENING_PAUSED";

/**
 * Number of values, of positions and of classes, that were left out because they would lower a requirement: of the agreed
 * report; where nothing was left to report, of the own observation, by the same rules.
 */
export function looseningsLeftOut(
  outcome: Outcome<QuorumReport>,
  own: Pick<Observation, "entries" | "classQuantiles"> | null,
  rules: Pick<ChainRules, "clampEntry" | "clampQuantile">,
): number {
  const reasons = outcome.ok ? agreedReasons(outcome.value) : ownReasons(outcome.reason, own, rules);
  return reasons.filter((reason) => reason === PAUSED).length;
}

function agreedReasons({ bundle }: QuorumReport): readonly string[] {
  return [...bundle.leftOut, ...bundle.leftOutQuantiles].map(({ reason }) => reason);
}

function ownReasons(
  fault: string,
  own: Pick<Observation, "entries" | "classQuantiles"> | null,
  rules: Pick<ChainRules, "clampEntry" | "clampQuantile">,
): readonly string[] {
  if (fault !== "nothing-to-report" || own === null) return [];
  const clamped = [...own.entries.map(rules.clampEntry), ...own.classQuantiles.map(rules.clampQuantile)];
  return clamped.flatMap((one) => (one.ok ? [] : [one.reason]));
}
