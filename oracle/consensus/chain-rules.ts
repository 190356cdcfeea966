/** The chain's rules at one anchor block, from the words and bounds read there. */
import type { Outcome } from "../domain/errors.ts";
import type { RiskEntry } from "../domain/report.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import type { ClassQuantile } from "../domain/score.ts";
import { clampEntry } from "../rules/clamp-entry.ts";
import { initialWord } from "../rules/risk-rules.ts";
import { FIRST_EPOCH, UNKNOWN_WORD, unpackRiskWord } from "../rules/risk-word.ts";
import type { ChainRules } from "./aggregate.ts";

/** State of the oracle at the anchor and the times a report will be judged by. The same at every operator. */
export interface ChainRulesInput {
  /** Storage word of a position, 0 when unknown. */
  readonly positionWord: (sourceIndex: number, positionId: bigint) => bigint;
  /** Storage word of a class quantile, 0 before the first one. */
  readonly classWord: (classId: number) => bigint;
  readonly riskClasses: ReadonlyMap<number, RiskClass>;
  /** Anchor time, seconds. */
  readonly observedAtSec: number;
  /**
   * When the report is expected to be applied, seconds; all operators derive it from the anchor in the same way. If it
   * arrives in a later drift window the chain may still skip single entries, never accept more.
   */
  readonly appliedAtSec: number;
}

/** Creates the rules that `aggregate` clamps with. */
export function createChainRules(input: ChainRulesInput): ChainRules {
  const context = (riskClass: RiskClass) => ({
    riskClass,
    observedAtSec: input.observedAtSec,
    appliedAtSec: input.appliedAtSec,
  });
  return {
    positionEpoch: (sourceIndex, positionId) => {
      const word = input.positionWord(sourceIndex, positionId);
      return word === UNKNOWN_WORD ? null : unpackRiskWord(word).epoch;
    },
    clampEntry: (entry): Outcome<RiskEntry> => {
      const word = input.positionWord(entry.sourceIndex, entry.positionId);
      if (word === UNKNOWN_WORD) return { ok: false, reason: "UNKNOWN_POSITION" };
      const riskClass = input.riskClasses.get(unpackRiskWord(word).classId);
      return riskClass === undefined
        ? { ok: false, reason: "UNKNOWN_CLASS" }
        : clampEntry(word, entry, context(riskClass));
    },
    clampQuantile: ({ classId, rhoBps, piBps }): Outcome<ClassQuantile> => {
      const riskClass = input.riskClasses.get(classId);
      if (riskClass === undefined) return { ok: false, reason: "UNKNOWN_CLASS" };
      const stored = input.classWord(classId);
      // The chain treats a quantile as a position of the class in its first epoch, without a score.
      const word = stored === UNKNOWN_WORD ? initialWord(classId, riskClass) : stored;
      const clamped = clampEntry(word, { epoch: FIRST_EPOCH, rhoBps, piBps, score: 0 }, context(riskClass));
      if (!clamped.ok) return clamped;
      return { ok: true, value: { classId, rhoBps: clamped.value.rhoBps, piBps: clamped.value.piBps } };
    },
  };
}
