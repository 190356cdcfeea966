/** The chain's rules at an anchor, for the aggregation: bounds, steps and delays first, then the breaker. */
import type { ChainRules } from "../../consensus/aggregate.ts";
import type { Outcome } from "../../domain/errors.ts";
import type { RiskEntry } from "../../domain/report.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassQuantile } from "../../domain/score.ts";
import { clampEntry } from "../../rules/clamp-entry.ts";
import { isSkip } from "../../rules/entry-outcome.ts";
import { type PauseContext, pauseLoosening } from "../../rules/loosening-pause.ts";
import { applyEntry, initialWord } from "../../rules/risk-rules.ts";
import { unpackRiskWord } from "../../rules/risk-word.ts";
import { wordKey } from "./position-words.ts";

/** What the rules start from. */
export interface RuleState {
  readonly classes: ReadonlyMap<number, RiskClass>;
  /** By {@link wordKey}. */
  readonly words: ReadonlyMap<string, bigint>;
  /** Words of class quantiles by class id; 0 before the first. */
  readonly quantiles: ReadonlyMap<number, bigint>;
  /** Observation time, and expected time of application, seconds. */
  readonly atSec: number;
  /** The breaker is not NORMAL: what lowers a requirement is left out, as the chain would skip it. */
  readonly isLooseningPaused: boolean;
}

/** Position id that no source uses: class quantiles pass through the same rules under it. */
const QUANTILE_ID = 0n;

/** Creates the rules; `LOOSENING_PAUSED` is the reason of everything that only the breaker refuses. */
export function createChainRules(state: RuleState): ChainRules {
  const wordOf = (sourceIndex: number, id: bigint) => state.words.get(wordKey({ sourceIndex, id })) ?? 0n;
  return {
    positionEpoch: (sourceIndex, id) => {
      const word = wordOf(sourceIndex, id);
      return word === 0n ? null : unpackRiskWord(word).epoch;
    },
    clampEntry: (entry) => {
      const word = wordOf(entry.sourceIndex, entry.positionId);
      const riskClass = word === 0n ? undefined : state.classes.get(unpackRiskWord(word).classId);
      if (riskClass === undefined) return { ok: false, reason: "unknown-position" };
      return clampUnderBreaker(state, { word, desired: entry, riskClass, subject: "position" });
    },
    clampQuantile: (quantile) => clampQuantile(state, quantile),
  };
}

function clampQuantile(state: RuleState, quantile: ClassQuantile): Outcome<ClassQuantile> {
  const riskClass = state.classes.get(quantile.classId);
  if (riskClass === undefined) return { ok: false, reason: "unknown-class" };
  const stored = state.quantiles.get(quantile.classId) ?? 0n;
  const word = stored === 0n ? initialWord(quantile.classId, riskClass) : stored;
  const desired: RiskEntry = {
    sourceIndex: 0,
    positionId: QUANTILE_ID,
    epoch: unpackRiskWord(word).epoch,
    rhoBps: quantile.rhoBps,
    piBps: quantile.piBps,
    score: 0,
  };
  const clamped = clampUnderBreaker(state, { word, desired, riskClass, subject: "class" });
  if (!clamped.ok) return clamped;
  return { ok: true, value: { ...quantile, rhoBps: clamped.value.rhoBps, piBps: clamped.value.piBps } };
}

interface Wish extends Pick<PauseContext, "riskClass" | "subject"> {
  readonly word: bigint;
  readonly desired: RiskEntry;
}

/** The nearest entry that the rules accept, unless the breaker would then skip it. */
function clampUnderBreaker(state: RuleState, { word, desired, riskClass, subject }: Wish): Outcome<RiskEntry> {
  const context = { riskClass, observedAtSec: state.atSec, appliedAtSec: state.atSec };
  const clamped = clampEntry(word, desired, context);
  if (!clamped.ok || !state.isLooseningPaused) return clamped;
  const applied = applyEntry(word, clamped.value, context);
  const { outcome } = pauseLoosening(word, applied, { riskClass, subject, nowSec: state.atSec });
  return isSkip(outcome) ? { ok: false, reason: outcome } : clamped;
}
