/** What the breaker makes of an accepted entry while it is not NORMAL; mirror of `GuardedApplier._pauseLoosening`, to the bit. */
import type { RiskClass } from "../domain/risk-class.ts";
import { isSkip } from "./entry-outcome.ts";
import { isStale, standingRho } from "./risk-reading.ts";
import type { AppliedEntry } from "./risk-rules.ts";
import { unpackRiskWord } from "./risk-word.ts";

/** What a word is compared under. */
export interface PauseContext {
  /** Class of the word. */
  readonly riskClass: RiskClass;
  /** Time of the block that applies the entry, seconds. */
  readonly nowSec: number;
  /** A position's word, or the word of a class quantile, which decides about new risk. */
  readonly subject: "position" | "class";
}

/**
 * Turns an entry that would lower a requirement into a skip: one that loosens by name, and one after which less is asked
 * for now than before, as when a refresh ends the fallback ramp of a stale score.
 *
 * @param word the word before; what {@link AppliedEntry} was made from.
 * @param applied the rules' answer, which a skip passes through.
 */
export function pauseLoosening(word: bigint, applied: AppliedEntry, context: PauseContext): AppliedEntry {
  if (isSkip(applied.outcome)) return applied;
  const lowers = applied.outcome === "APPLIED_LOOSENED" || asksLess(word, applied.word, context);
  return lowers ? { outcome: "LOOSENING_PAUSED", word } : applied;
}

function asksLess(oldWord: bigint, newWord: bigint, { riskClass, nowSec, subject }: PauseContext): boolean {
  const before = unpackRiskWord(oldWord);
  const standing = standingRho(before, riskClass, nowSec);
  // A stale quantile counts as at least the default for new risk, at once.
  const toDefault = subject === "class" && isStale(before, nowSec);
  const asked = toDefault ? Math.max(standing, riskClass.rhoDefaultBps) : standing;
  return standingRho(unpackRiskWord(newWord), riskClass, nowSec) < asked;
}
