/** What happens to a word when its position is split, merged or re-classed; mirror of `contracts/libraries/RiskLife.sol`. */
import type { RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import { anchorsAt, standingRho } from "./risk-reading.ts";
import { FIRST_EPOCH, packRiskWord, type RiskState, unpackRiskWord } from "./risk-word.ts";

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
 *
 * @param riskClass class of the word with the higher target
 */
export function mergedWord(from: bigint, into: bigint, riskClass: RiskClass): bigint {
  const [source, target] = [unpackRiskWord(from), unpackRiskWord(into)];
  const stricter = source.rhoTarget > target.rhoTarget ? source : target;
  return packRiskWord({
    ...stricter,
    rhoFrom: stricter.rhoTarget,
    rhoCap: Math.max(source.rhoCap, target.rhoCap, Math.min(stricter.rhoTarget + riskClass.maxAboveOpenBps, BPS)),
    epoch: target.epoch === MAX_EPOCH ? FIRST_EPOCH : target.epoch + 1,
  });
}

/**
 * Word of a position that moves to another class. The ρ in force and its cap stay; a target below the new floor rises to it
 * over the new class's grace and ramp; drift goes on counting from where it counted.
 */
export function reclassedWord(word: bigint, reclassing: Reclassing): bigint {
  const state = unpackRiskWord(word);
  const moved = { ...state, ...riseToFloor(state, reclassing), classId: reclassing.classId };
  const pi = Math.min(moved.pi, Math.max(0, moved.rhoTarget - reclassing.newClass.deltaBps));
  return packRiskWord({ ...moved, pi });
}

function riseToFloor(state: RiskState, { oldClass, newClass, nowSec }: Reclassing): Partial<RiskState> {
  if (state.observedAt === 0 || newClass.rhoFloorBps <= state.rhoTarget) return {};
  const { anchor, prior } = anchorsAt(state, oldClass, nowSec);
  return {
    rhoAnchor: anchor,
    rhoPrior: prior,
    rhoFrom: standingRho(state, oldClass, nowSec),
    rhoTarget: newClass.rhoFloorBps,
    tightenedAt: nowSec,
    graceMinutes: newClass.graceMinutes,
    rampMinutes: newClass.rampMinutes,
  };
}
