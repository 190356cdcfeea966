/** What happens to a word when its position is split, merged or re-classed; mirror of `contracts/libraries/RiskLife.sol`. */
import type { RiskClass } from "../domain/risk-class.ts";
import { anchorsAt, linkedPi, standingRho } from "./risk-reading.ts";
import { FIRST_EPOCH, packRiskWord, unpackRiskWord, WINDOW_MODULUS } from "./risk-word.ts";

const MAX_RHO_OPEN = 2 ** 14 - 1;
const MAX_EPOCH = 2 ** 16 - 1;

/** Which classes a position moves between, and when. */
export interface Reclassing {
  readonly oldClass: RiskClass;
  readonly newClass: RiskClass;
  /** Id of the new class. */
  readonly classId: number;
  /** Block time, seconds. */
  readonly nowSec: number;
}

/** Word of a position split off another: the same ratios, score and times, in its first epoch. */
export function copiedWord(word: bigint): bigint {
  return packRiskWord({ ...unpackRiskWord(word), epoch: FIRST_EPOCH });
}

/**
 * Word of a position that took over shorts of another: the word with the higher target, in force at once, in the next epoch
 * of `into`.
 */
export function mergedWord(from: bigint, into: bigint): bigint {
  const [source, target] = [unpackRiskWord(from), unpackRiskWord(into)];
  const stricter = source.rhoTarget > target.rhoTarget ? source : target;
  return packRiskWord({
    ...stricter,
    rhoFrom: stricter.rhoTarget,
    rhoOpen: Math.max(source.rhoOpen, target.rhoOpen, stricter.rhoTarget),
    epoch: target.epoch === MAX_EPOCH ? FIRST_EPOCH : target.epoch + 1,
  });
}

/**
 * Word of a position that moves to another class. The ρ in force stays; a target below the new floor rises to it over the new
 * class's grace and ramp; drift and the cap above the ρ at opening go on counting from where they counted.
 */
export function reclassedWord(word: bigint, { oldClass, newClass, classId, nowSec }: Reclassing): bigint {
  const state = unpackRiskWord(word);
  if (state.observedAt === 0) {
    return packRiskWord({ ...state, classId, pi: linkedPi(state.pi, state.rhoTarget, newClass) });
  }
  const { anchor, prior } = anchorsAt(state, oldClass, nowSec);
  const cap = state.rhoOpen + oldClass.maxAboveOpenBps;
  const rhoTarget = Math.max(state.rhoTarget, newClass.rhoFloorBps);
  const rises = rhoTarget > state.rhoTarget;
  const ramp = {
    rhoFrom: standingRho(state, oldClass, nowSec),
    tightenedAt: nowSec,
    graceMinutes: newClass.graceMinutes,
    rampMinutes: newClass.rampMinutes,
  };
  return packRiskWord({
    ...state,
    ...(rises ? ramp : {}),
    classId,
    rhoTarget,
    rhoAnchor: anchor,
    rhoPrior: prior,
    windowIndex: Math.floor(nowSec / newClass.windowSec) % WINDOW_MODULUS,
    rhoOpen: Math.min(Math.max(0, cap - newClass.maxAboveOpenBps), MAX_RHO_OPEN),
    pi: linkedPi(state.pi, rhoTarget, newClass),
  });
}
