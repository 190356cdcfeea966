/** One report from scores to words: clamped by the operators, limited at delivery, applied by the rule engine. */
import type { RiskClass } from "../../domain/risk-class.ts";
import type { ClassQuantile } from "../../domain/score.ts";
import { clampEntry } from "../../rules/clamp-entry.ts";
import { isSkip } from "../../rules/entry-outcome.ts";
import { type AppliedEntry, applyEntry, type EntryValues, initialWord } from "../../rules/risk-rules.ts";
import { UNKNOWN_WORD, unpackRiskWord } from "../../rules/risk-word.ts";
import type { VaultTerms } from "./vault-terms.ts";

/** Score of one short, before the rules have seen it. */
export interface WishedEntry extends EntryValues {
  /** Place of the short in the plan. */
  readonly index: number;
}

/** What a round came to. */
export interface WishedReport {
  /** Observation time, seconds. */
  readonly atSec: number;
  readonly entries: readonly WishedEntry[];
  readonly classQuantiles: readonly ClassQuantile[];
}

/** Words that reports move. */
export interface OracleWords {
  /** By the place of the short in the plan. */
  readonly words: Map<number, bigint>;
  /** By class id. */
  readonly quantiles: Map<number, bigint>;
  /** Told of every entry that a report has brought; `null` for one that the rules left out. Not of held reports. */
  readonly noteEntry?: ((wished: WishedEntry, applied: AppliedEntry | null) => void) | undefined;
}

/** The chain's end of reports. */
export interface ReportDelivery {
  deliver(report: WishedReport): void;
  /** Whether the last report was held. */
  isHolding(): boolean;
}

/** From the observation to the block that applies its report, seconds: agreement, signatures and one transaction. */
export const DELIVERY_DELAY_SEC = 60;

interface Moved {
  readonly key: number;
  readonly applied: AppliedEntry;
  /** Rise of ρ, basis points. */
  readonly tightenedBps: number;
}

/**
 * Creates the delivery. A report that tightens more than the limits of the DAO allow is held whole: nothing of it is applied,
 * the next one is judged anew.
 */
export function createReportDelivery(terms: VaultTerms, { words, quantiles, noteEntry }: OracleWords): ReportDelivery {
  const window = { index: -1, tightened: 0, tighteningBps: 0 };
  let isHolding = false;
  return {
    isHolding: () => isHolding,
    deliver: ({ atSec, entries, classQuantiles }) => {
      const moved = entries.flatMap((entry) => {
        const word = words.get(entry.index) ?? UNKNOWN_WORD;
        return moveWord(word, entry, { key: entry.index, atSec, terms });
      });
      const tightened = moved.filter(({ applied }) => applied.outcome === "APPLIED_TIGHTENED");
      const tighteningBps = tightened.reduce((sum, entry) => sum + entry.tightenedBps, 0);
      isHolding = !admits(terms, window, { atSec, tightened: tightened.length, tighteningBps });
      if (isHolding) return;
      for (const { key, applied } of moved) words.set(key, applied.word);
      if (noteEntry !== undefined) tellEntries(entries, moved, noteEntry);
      for (const { classId, rhoBps, piBps } of classQuantiles) {
        const riskClass = terms.classes.get(classId);
        if (riskClass === undefined) continue;
        const word = quantiles.get(classId) ?? initialWord(classId, riskClass);
        const entry = { epoch: unpackRiskWord(word).epoch, rhoBps, piBps, score: 0 };
        for (const { applied } of moveWord(word, entry, { key: classId, atSec, terms })) {
          quantiles.set(classId, applied.word);
        }
      }
    },
  };
}

function tellEntries(
  entries: readonly WishedEntry[],
  moved: readonly Moved[],
  noteEntry: NonNullable<OracleWords["noteEntry"]>,
): void {
  const applied = new Map(moved.map((entry) => [entry.key, entry.applied]));
  for (const entry of entries) noteEntry(entry, applied.get(entry.index) ?? null);
}

/** The nearest entry that the rules accept, applied as the chain would, or nothing. */
function moveWord(
  word: bigint,
  wished: EntryValues,
  { key, atSec, terms }: { readonly key: number; readonly atSec: number; readonly terms: VaultTerms },
): readonly Moved[] {
  const riskClass = word === UNKNOWN_WORD ? undefined : terms.classes.get(unpackRiskWord(word).classId);
  if (riskClass === undefined) return [];
  const applied = clampAndApply(word, wished, { riskClass, atSec });
  if (applied === null) return [];
  const rise = unpackRiskWord(applied.word).rhoTarget - unpackRiskWord(word).rhoTarget;
  return [{ key, applied, tightenedBps: Math.max(0, rise) }];
}

/** The nearest entry that the rules accept, applied {@link DELIVERY_DELAY_SEC} after the observation; `null` where there is none. */
export function clampAndApply(
  word: bigint,
  wished: EntryValues,
  { riskClass, atSec }: { readonly riskClass: RiskClass; readonly atSec: number },
): AppliedEntry | null {
  const clamped = clampEntry(word, wished, { riskClass, observedAtSec: atSec, appliedAtSec: atSec });
  if (!clamped.ok) return null;
  const context = { riskClass, observedAtSec: atSec, appliedAtSec: atSec + DELIVERY_DELAY_SEC };
  const applied = applyEntry(word, clamped.value, context);
  return isSkip(applied.outcome) ? null : applied;
}

function admits(
  { delivery }: VaultTerms,
  window: { index: number; tightened: number; tighteningBps: number },
  report: { readonly atSec: number; readonly tightened: number; readonly tighteningBps: number },
): boolean {
  const index = Math.floor(report.atSec / delivery.windowSec);
  if (index !== window.index) Object.assign(window, { index, tightened: 0, tighteningBps: 0 });
  const tightened = window.tightened + report.tightened;
  const tighteningBps = window.tighteningBps + report.tighteningBps;
  const isInside =
    report.tightened <= delivery.reportTightened &&
    report.tighteningBps <= delivery.reportTighteningBps &&
    tightened <= delivery.windowTightened &&
    tighteningBps <= delivery.windowTighteningBps;
  if (isInside) Object.assign(window, { tightened, tighteningBps });
  return isInside;
}
