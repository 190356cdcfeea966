/** Packing of rule and reading cases and of what they should give, as `contracts/local/RulesHarness.sol` takes them. */
import { concat, type Hex, numberToHex } from "viem";
import type { RiskClass } from "../../oracle/domain/risk-class.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { ENTRY_OUTCOMES } from "../../oracle/rules/entry-outcome.ts";
import { copiedWord, mergedWord, reclassedWord } from "../../oracle/rules/risk-life.ts";
import {
  effectiveParams,
  maintenanceOf,
  openingParams,
  PARAM_STATUSES,
  retainedRho,
} from "../../oracle/rules/risk-reading.ts";
import { UNKNOWN_WORD, unpackRiskWord } from "../../oracle/rules/risk-word.ts";
import type { RuleCase } from "./rules-vectors.ts";

/** A word to read at a moment. */
export interface ReadingCase {
  readonly classIndex: number;
  readonly word: bigint;
  readonly quantileWord: bigint;
  readonly nowSec: number;
}

/** A reading of the word that each rule case leaves behind, soon or long after. */
export function readingCasesOf(cases: readonly RuleCase[], seed: string): readonly ReadingCase[] {
  const rng = createRng(seed);
  return cases.map(({ classIndex, expected, appliedAtSec }, index) => {
    const later = rng.integer(3) === 0 ? rng.integer(100_000) : rng.integer(8_000);
    const quantileWord = rng.integer(8) === 0 ? UNKNOWN_WORD : (cases[index - 1]?.expected.word ?? UNKNOWN_WORD);
    return { classIndex, word: expected.word, quantileWord, nowSec: appliedAtSec + later };
  });
}

/** Case for `applyBatch`. */
export function packRuleCase({ classIndex, word, entry, observedAtSec, appliedAtSec }: RuleCase): Hex {
  const { epoch, rhoBps, piBps, score } = entry;
  const values = [epoch, rhoBps, piBps, score].map((value): [number, number] => [value, 2]);
  return fixed([[classIndex, 2], [word, 32], ...values, [observedAtSec, 5], [appliedAtSec, 5]]);
}

/** Result that `applyBatch` should give for the case. */
export function packRuleResult({ expected }: RuleCase): Hex {
  return fixed([
    [ENTRY_OUTCOMES.indexOf(expected.outcome), 1],
    [expected.word, 32],
  ]);
}

/** Case for `readBatch`. */
export function packReadingCase({ classIndex, word, quantileWord, nowSec }: ReadingCase): Hex {
  return fixed([
    [classIndex, 2],
    [word, 32],
    [quantileWord, 32],
    [nowSec, 5],
  ]);
}

/** Result that `readBatch` should give for the case. */
export function packReadingResult(
  { classIndex, word, quantileWord, nowSec }: ReadingCase,
  classes: readonly RiskClass[],
): Hex {
  const riskClass = classes[classIndex];
  if (riskClass === undefined) throw new RangeError(`No class ${classIndex}.`);
  const params = effectiveParams(word, { riskClass, quantileWord, nowSec });
  const opening = openingParams(quantileWord, { riskClass, nowSec });
  const { rhoBps, rhoTargetBps, rhoInitialBps, piBps, score, classId, epoch } = params;
  const short = [rhoBps, rhoTargetBps, rhoInitialBps, piBps, score, classId, epoch];
  return fixed([
    ...short.map((value): [number, number] => [value, 2]),
    [params.observedAt, 5],
    [params.validUntil, 5],
    [PARAM_STATUSES.indexOf(params.status), 1],
    [opening.rhoInitialBps, 2],
    [opening.piBps, 2],
    ...packMaintenance(word, riskClass, nowSec),
  ]);
}

/** Case for `liveBatch`: the word moves to another class, and into the quantile's word. */
export function packLifeCase(
  { classIndex, word, quantileWord, nowSec }: ReadingCase,
  classes: readonly RiskClass[],
): Hex {
  return fixed([
    [classIndex, 2],
    [(classIndex + nowSec) % classes.length, 2],
    [word, 32],
    [quantileWord, 32],
    [nowSec, 5],
  ]);
}

/** Result that `liveBatch` should give for the case. */
export function packLifeResult(
  { classIndex, word, quantileWord, nowSec }: ReadingCase,
  classes: readonly RiskClass[],
): Hex {
  const classId = (classIndex + nowSec) % classes.length;
  const [oldClass, newClass] = [classes[classIndex], classes[classId]];
  if (oldClass === undefined || newClass === undefined) throw new RangeError(`No class ${classIndex} or ${classId}.`);
  const words = [
    reclassedWord(word, { oldClass, newClass, classId, nowSec }),
    copiedWord(word),
    mergedWord(word, quantileWord, oldClass),
  ];
  return fixed(words.map((value) => [value, 32]));
}

/** The zero word has no maintenance: the chain refuses to read it. */
function packMaintenance(word: bigint, riskClass: RiskClass, nowSec: number): readonly (readonly [number, number])[] {
  if (word === UNKNOWN_WORD) return [0, 0, 0, 0].map((value) => [value, 2]);
  const { rhoBps, piBps, rhoBeforeBps } = maintenanceOf(word, { riskClass, nowSec });
  const retained = retainedRho(unpackRiskWord(word), riskClass, nowSec);
  return [rhoBps, piBps, rhoBeforeBps, retained].map((value) => [value, 2]);
}

function fixed(values: readonly (readonly [number | bigint, number])[]): Hex {
  return concat(values.map(([value, bytes]) => numberToHex(value, { size: bytes })));
}
