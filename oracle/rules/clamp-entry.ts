/** What an operator reports where the chain would refuse its values: the nearest pair that the rules accept. */
import type { Outcome } from "../domain/errors.ts";
import { isSkip, type SkipReason } from "./entry-outcome.ts";
import {
  applyToState,
  type EntryValues,
  isLaneOpen,
  loosenBottom,
  type Move,
  prepareMove,
  type RuleContext,
  requiredGap,
  tightenTop,
} from "./risk-rules.ts";
import { type RiskState, UNKNOWN_WORD, unpackRiskWord } from "./risk-word.ts";

/**
 * Clamps an entry to what `applyEntry` accepts at the given times: ρ as near to the wished one as floor, ceiling, step,
 * delay, drift, epoch and the linked rule allow, then π likewise; the current pair (a refresh) where nothing else is
 * accepted.
 *
 * @param word the position's (or class quantile's) stored word.
 * @param desired the wished entry; every other field of it is passed through.
 * @param context bounds, observation time and expected time of application, seconds.
 * @returns an entry that `applyEntry` accepts under the same context, or the reason why there is none.
 */
export function clampEntry<Entry extends EntryValues>(
  word: bigint,
  desired: Entry,
  context: RuleContext,
): Outcome<Entry, SkipReason> {
  if (word === UNKNOWN_WORD) return { ok: false, reason: "UNKNOWN_POSITION" };
  return clampToState(unpackRiskWord(word), desired, context);
}

/** As {@link clampEntry} for the unpacked state of a known word. */
export function clampToState<Entry extends EntryValues>(
  state: RiskState,
  desired: Entry,
  context: RuleContext,
): Outcome<Entry, SkipReason> {
  const asWished = attempt(state, desired, context);
  if (asWished.ok) return asWished;
  const move = prepareMove(state, context);
  let last: Outcome<Entry, SkipReason> = asWished;
  for (const rhoBps of candidateRhos(move, desired)) {
    for (const piBps of candidatePis(move, desired, rhoBps)) {
      last = attempt(state, { ...desired, rhoBps, piBps }, context);
      if (last.ok) return last;
    }
  }
  return last;
}

function attempt<Entry extends EntryValues>(
  state: RiskState,
  entry: Entry,
  context: RuleContext,
): Outcome<Entry, SkipReason> {
  const { outcome } = applyToState(state, entry, context);
  return isSkip(outcome) ? { ok: false, reason: outcome } : { ok: true, value: entry };
}

/** Nearest admissible ρ first, then the one in force (a stale value may not fall for an unseen epoch), then the present one. */
function candidateRhos(move: Move, desired: EntryValues): readonly number[] {
  const nearest = nearestRho(move, desired);
  return [...new Set([nearest, Math.max(nearest, move.standing), move.state.rhoTarget])];
}

function nearestRho(move: Move, desired: EntryValues): number {
  const { state, riskClass } = move;
  const live = state.observedAt !== 0;
  const floor = live ? Math.min(riskClass.rhoFloorBps, state.rhoTarget) : riskClass.rhoFloorBps;
  const ceiling = live ? Math.max(riskClass.rhoCeilingBps, state.rhoTarget) : riskClass.rhoCeilingBps;
  const wished = clamp(desired.rhoBps, floor, ceiling);
  const sees = desired.epoch === state.epoch;
  if (!live) return sees ? wished : Math.max(wished, clamp(move.standing, floor, ceiling));
  if (wished > state.rhoTarget) {
    return isLaneOpen(move, "tighten") ? Math.min(wished, tightenTop(move)) : state.rhoTarget;
  }
  const mayLoosen = sees && isLaneOpen(move, "loosen");
  return mayLoosen ? Math.max(wished, loosenBottom(move), leastLinkedRho(move)) : state.rhoTarget;
}

/** π can fall by one step at most, and ρ must stay above it: both move or neither. */
function leastLinkedRho(move: Move): number {
  const lowestPi = Math.max(
    Math.min(move.riskClass.piFloorBps, move.state.pi),
    move.state.pi - move.riskClass.piStepBps,
  );
  return Math.min(move.state.rhoTarget, lowestPi + requiredGap(move));
}

/** Nearest admissible π for this ρ first, then the present one. */
function candidatePis(move: Move, desired: EntryValues, rhoBps: number): readonly number[] {
  return [...new Set([nearestPi(move, desired, rhoBps), move.state.pi])];
}

function nearestPi(move: Move, desired: EntryValues, rhoBps: number): number {
  const { state, riskClass } = move;
  const linked = rhoBps - requiredGap(move);
  if (state.observedAt === 0) {
    return clamp(desired.piBps, riskClass.piFloorBps, Math.min(riskClass.piCapBps, linked));
  }
  const floor = Math.max(Math.min(riskClass.piFloorBps, state.pi), state.pi - riskClass.piStepBps);
  const cap = Math.min(Math.max(riskClass.piCapBps, state.pi), state.pi + riskClass.piStepBps, linked);
  return clamp(desired.piBps, floor, cap);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
