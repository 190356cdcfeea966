/**
 * The rule engine: old word, entry, bounds and times → new word or the reason for refusing it; mirror of
 * `contracts/libraries/RiskRules.sol`, to the bit. The argument why no sequence of reports exceeds the drift stands there.
 */
import type { RiskEntry } from "../domain/report.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import type { EntryOutcome, SkipReason } from "./entry-outcome.ts";
import { anchorsAt, ceilDiv, requiredGapOf, standingRho } from "./risk-reading.ts";
import { FIRST_EPOCH, packRiskWord, type RiskState, UNKNOWN_WORD, unpackRiskWord } from "./risk-word.ts";

/** Largest score: one in a million. */
export const MAX_SCORE = 600;

/** The part of an entry that the rules look at. */
export type EntryValues = Pick<RiskEntry, "epoch" | "rhoBps" | "piBps" | "score">;

/** Bounds and times under which an entry is applied. */
export interface RuleContext {
  readonly riskClass: RiskClass;
  /** Observation time of the report, seconds. */
  readonly observedAtSec: number;
  /** Time of the block that applies it, seconds. */
  readonly appliedAtSec: number;
}

/** What became of an entry; `word` is the old one when the outcome is a skip. */
export interface AppliedEntry {
  readonly outcome: EntryOutcome;
  readonly word: bigint;
}

/** An entry on its way through the rules: what {@link applyEntry} decides with and `clampEntry` clamps with. */
export interface Move {
  readonly state: RiskState;
  readonly riskClass: RiskClass;
  readonly nowSec: number;
  /** ρ in force now, basis points. */
  readonly standing: number;
  /** ρ at the start of the drift window of now, and of the window before it. */
  readonly anchor: number;
  readonly prior: number;
}

type Direction = "APPLIED_TIGHTENED" | "APPLIED_LOOSENED" | "REFRESHED";

const MINUTE_SEC = 60;

/** Word of a position that has no score yet: class defaults, first epoch. */
export function initialWord(classId: number, riskClass: RiskClass): bigint {
  return packRiskWord(initialState(classId, riskClass));
}

/** The state that {@link initialWord} packs. */
export function initialState(classId: number, riskClass: RiskClass): RiskState {
  const rho = riskClass.rhoDefaultBps;
  return {
    rhoFrom: rho,
    rhoTarget: rho,
    rhoCap: capAbove(rho, riskClass),
    rhoAnchor: rho,
    rhoPrior: rho,
    pi: riskClass.piDefaultBps,
    score: 0,
    observedAt: 0,
    tightenedAt: 0,
    loosenedAt: 0,
    validityMinutes: 0,
    classId,
    epoch: FIRST_EPOCH,
    graceMinutes: 0,
    rampMinutes: 0,
  };
}

/** What became of an entry in unpacked form; `state` is the old one when the outcome is a skip. */
export interface AppliedState {
  readonly outcome: EntryOutcome;
  readonly state: RiskState;
}

/** Applies one entry to a word as the chain would. */
export function applyEntry(word: bigint, entry: EntryValues, context: RuleContext): AppliedEntry {
  if (word === UNKNOWN_WORD) return { outcome: "UNKNOWN_POSITION", word };
  const old = unpackRiskWord(word);
  const { outcome, state } = applyToState(old, entry, context);
  return { outcome, word: state === old ? word : packRiskWord(state) };
}

/** As {@link applyEntry} for the unpacked state of a known word: simulations that keep states save the packing. */
export function applyToState(state: RiskState, entry: EntryValues, context: RuleContext): AppliedState {
  const move = prepareMove(state, context);
  const direction = directionOf(state, entry);
  const objection = findObjection(move, entry, { direction, observedAtSec: context.observedAtSec });
  if (objection !== null) return { outcome: objection, state };
  const changed = { ...state, ...changesOf(move, entry, direction) };
  return { outcome: direction, state: { ...changed, ...scoreOf(entry, context) } };
}

/** Reads what the rules compare with from the state of a known word. */
export function prepareMove(state: RiskState, context: RuleContext): Move {
  const { riskClass, appliedAtSec } = context;
  const standing = standingRho(state, riskClass, appliedAtSec);
  return {
    state,
    riskClass,
    nowSec: appliedAtSec,
    standing,
    ...anchorsAt(state, riskClass, appliedAtSec),
  };
}

/** Highest ρ that the tightening lane's step and drift admit, basis points; not below the present one. */
export function tightenTop(move: Move): number {
  const { state, standing, riskClass } = move;
  const byStep = Math.max(state.rhoTarget, standing) + riskClass.tighten.stepBps;
  return Math.max(state.rhoTarget, Math.min(byStep, tightenDriftTop(move)));
}

/** Lowest ρ that the loosening lane's step and drift admit, basis points; not above the present one. */
export function loosenBottom(move: Move): number {
  const { state, riskClass } = move;
  const byStep = state.rhoTarget - riskClass.loosen.stepBps;
  return Math.min(state.rhoTarget, Math.max(byStep, loosenDriftBottom(move)));
}

/** Least distance of ρ above π: δ, or the live gap where the DAO has raised δ above it. */
export function requiredGap(move: Move): number {
  const { state, riskClass } = move;
  if (state.observedAt === 0) return riskClass.deltaBps;
  return requiredGapOf(state, riskClass);
}

/** Whether the delay of a lane has passed. */
export function isLaneOpen(move: Move, lane: "tighten" | "loosen"): boolean {
  const since = lane === "tighten" ? move.state.tightenedAt : move.state.loosenedAt;
  return move.nowSec >= since + move.riskClass[lane].delaySec;
}

function tightenDriftTop(move: Move): number {
  return Math.max(Math.min(move.anchor, move.prior) + move.riskClass.tighten.driftBps, move.standing);
}

function loosenDriftBottom(move: Move): number {
  return Math.max(move.anchor, move.prior) - move.riskClass.loosen.driftBps;
}

function directionOf(state: RiskState, entry: EntryValues): Direction {
  if (entry.rhoBps === state.rhoTarget && entry.piBps === state.pi) return "REFRESHED";
  const rises = entry.rhoBps === state.rhoTarget ? entry.piBps > state.pi : entry.rhoBps > state.rhoTarget;
  return rises ? "APPLIED_TIGHTENED" : "APPLIED_LOOSENED";
}

function findObjection(
  move: Move,
  entry: EntryValues,
  report: { readonly direction: Direction; readonly observedAtSec: number },
): SkipReason | null {
  const { state, riskClass } = move;
  if (report.observedAtSec <= state.observedAt) return "OLDER_OBSERVATION";
  if (entry.score > MAX_SCORE) return "SCORE_RANGE";
  const outside = boundsObjection(move, entry);
  if (outside !== null) return outside;
  const lowers = report.direction === "APPLIED_LOOSENED" || entry.rhoBps < move.standing;
  if (entry.epoch !== state.epoch && lowers) return "STALE_EPOCH";
  if (state.observedAt === 0 || report.direction === "REFRESHED") return null;
  if (Math.abs(entry.piBps - state.pi) > riskClass.piStepBps) return "PI_STEP";
  return report.direction === "APPLIED_TIGHTENED" ? tightenObjection(move, entry) : loosenObjection(move, entry);
}

function boundsObjection(move: Move, entry: EntryValues): SkipReason | null {
  const { state, riskClass } = move;
  const { rhoBps, piBps } = entry;
  const live = state.observedAt !== 0;
  if (rhoBps < riskClass.rhoFloorBps && !(live && rhoBps >= state.rhoTarget)) return "RHO_BELOW_FLOOR";
  if (rhoBps > riskClass.rhoCeilingBps && !(live && rhoBps <= state.rhoTarget)) return "RHO_ABOVE_CEILING";
  if (piBps < riskClass.piFloorBps && !(live && piBps >= state.pi)) return "PI_BELOW_FLOOR";
  if (piBps > riskClass.piCapBps && !(live && piBps <= state.pi)) return "PI_ABOVE_CAP";
  return piBps + requiredGap(move) > rhoBps ? "LINKED_RULE" : null;
}

function tightenObjection(move: Move, entry: EntryValues): SkipReason | null {
  const { state, riskClass } = move;
  if (entry.rhoBps > Math.max(state.rhoTarget, move.standing) + riskClass.tighten.stepBps) return "TIGHTEN_STEP";
  if (!isLaneOpen(move, "tighten")) return "TIGHTEN_DELAY";
  return entry.rhoBps > tightenDriftTop(move) && entry.rhoBps > state.rhoTarget ? "TIGHTEN_DRIFT" : null;
}

function loosenObjection(move: Move, entry: EntryValues): SkipReason | null {
  const { state, riskClass } = move;
  if (entry.rhoBps < state.rhoTarget - riskClass.loosen.stepBps) return "LOOSEN_STEP";
  if (!isLaneOpen(move, "loosen")) return "LOOSEN_DELAY";
  return entry.rhoBps < loosenDriftBottom(move) && entry.rhoBps < state.rhoTarget ? "LOOSEN_DRIFT" : null;
}

function changesOf(move: Move, entry: EntryValues, direction: Direction): Partial<RiskState> {
  const values = { rhoTarget: entry.rhoBps, pi: entry.piBps };
  const anchors = { rhoAnchor: move.anchor, rhoPrior: move.prior };
  if (move.state.observedAt === 0) return { ...values, ...firstScore(move, entry) };
  if (direction === "REFRESHED") return {};
  if (direction === "APPLIED_TIGHTENED") return { ...values, ...anchors, ...tightening(move, entry) };
  const rhoFrom = Math.min(move.state.rhoFrom, entry.rhoBps);
  return { ...values, ...anchors, rhoFrom, loosenedAt: move.nowSec };
}

function scoreOf(entry: EntryValues, { riskClass, observedAtSec }: RuleContext): Partial<RiskState> {
  return { score: entry.score, observedAt: observedAtSec, validityMinutes: riskClass.validitySec / MINUTE_SEC };
}

/** Greatest maintenance ρ of a position that was scored, or grew, at `rho`. */
function capAbove(rho: number, riskClass: RiskClass): number {
  return Math.min(BPS, rho + riskClass.maxAboveOpenBps);
}

function firstScore(move: Move, entry: EntryValues): Partial<RiskState> {
  const { riskClass, nowSec } = move;
  return {
    rhoFrom: Math.min(move.standing, entry.rhoBps),
    rhoCap: capAbove(entry.rhoBps, riskClass),
    rhoAnchor: entry.rhoBps,
    rhoPrior: entry.rhoBps,
    graceMinutes: riskClass.graceMinutes,
    rampMinutes: riskClass.rampMinutes,
    tightenedAt: nowSec,
    loosenedAt: nowSec,
  };
}

function tightening(move: Move, entry: EntryValues): Partial<RiskState> {
  const rhoFrom = Math.min(move.standing, entry.rhoBps);
  return { ...rampMinutesOf(move, entry.rhoBps), rhoFrom, tightenedAt: move.nowSec };
}

function rampMinutesOf(move: Move, rho: number): Pick<RiskState, "graceMinutes" | "rampMinutes"> {
  const { state, riskClass, nowSec, standing } = move;
  const fresh = { graceMinutes: riskClass.graceMinutes, rampMinutes: riskClass.rampMinutes };
  const startSec = state.tightenedAt + state.graceMinutes * MINUTE_SEC;
  const endSec = startSec + state.rampMinutes * MINUTE_SEC;
  if (nowSec >= endSec || standing >= state.rhoTarget) return fresh;
  const leftSec = endSec - Math.max(startSec, nowSec);
  const graceMinutes = Math.min(fresh.graceMinutes, ceilDiv(Math.max(0, startSec - nowSec), MINUTE_SEC));
  const stretched = ceilDiv(leftSec * (rho - standing), (state.rhoTarget - standing) * MINUTE_SEC);
  return { graceMinutes, rampMinutes: Math.min(stretched, fresh.graceMinutes + fresh.rampMinutes - graceMinutes) };
}
