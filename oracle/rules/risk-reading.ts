/** What a stored word means at a moment; mirror of `contracts/libraries/RiskReading.sol`, to the bit. */
import type { RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import { type RiskState, UNKNOWN_WORD, unpackRiskWord } from "./risk-word.ts";

/** Where a value comes from at the moment of reading, by its number on chain. */
export const PARAM_STATUSES = ["UNKNOWN", "UNSCORED", "FRESH", "STALE"] as const;
/** See {@link PARAM_STATUSES}. */
export type ParamStatus = (typeof PARAM_STATUSES)[number];

/** Effective parameters of a position at one moment; all ratios in basis points, times in seconds. */
export interface RiskParams {
  /** Maintenance ρ in force. */
  readonly rhoBps: number;
  /** ρ at the end of the running ramp. */
  readonly rhoTargetBps: number;
  /** ρ that new risk of this position must meet. */
  readonly rhoInitialBps: number;
  readonly piBps: number;
  readonly score: number;
  readonly classId: number;
  readonly epoch: number;
  /** 0 while unscored. */
  readonly observedAt: number;
  /** First second at which the score is stale; 0 while unscored. */
  readonly validUntil: number;
  readonly status: ParamStatus;
}

/** When and under which bounds a word is read. */
export interface ReadingContext {
  readonly riskClass: RiskClass;
  readonly nowSec: number;
  /** Word of the class quantile; used only while the position is unscored. Default: none was signed. */
  readonly quantileWord?: bigint;
}

/** ρ and π for a new position, basis points. */
export interface OpeningParams {
  readonly rhoInitialBps: number;
  readonly piBps: number;
}

/** `VaultOpening.LEAST_RETAINED_BPS`. */
const LEAST_RETAINED_BPS = 5_000;
const MINUTE_SEC = 60;
const UNKNOWN: RiskParams = {
  rhoBps: 0,
  rhoTargetBps: 0,
  rhoInitialBps: 0,
  piBps: 0,
  score: 0,
  classId: 0,
  epoch: 0,
  observedAt: 0,
  validUntil: 0,
  status: "UNKNOWN",
};

/** Effective parameters of a word; zeros with status UNKNOWN for the zero word. ρ is rounded up. */
export function effectiveParams(word: bigint, context: ReadingContext): RiskParams {
  if (word === UNKNOWN_WORD) return UNKNOWN;
  const { riskClass, nowSec } = context;
  const state = unpackRiskWord(word);
  const scored = state.observedAt !== 0;
  const stale = isStale(state, nowSec);
  const rhoBps = standingRho(state, riskClass, nowSec);
  return {
    rhoBps,
    rhoTargetBps: state.rhoTarget,
    rhoInitialBps: initialRho(state, context),
    piBps: standingPi(state, { riskClass, nowSec, rhoBps }),
    score: state.score,
    classId: state.classId,
    epoch: state.epoch,
    observedAt: state.observedAt,
    validUntil: scored ? validUntilOf(state) : 0,
    status: scored ? (stale ? "STALE" : "FRESH") : "UNSCORED",
  };
}

/**
 * As {@link effectiveParams} of a halted oracle: ρ and π in force stay those of the second of the halt, new risk meets at
 * least the default, and ages go on.
 *
 * @param haltedAtSec when the breaker went to HALTED, seconds.
 */
export function haltedParams(word: bigint, context: ReadingContext, haltedAtSec: number): RiskParams {
  if (word === UNKNOWN_WORD) return UNKNOWN;
  const params = effectiveParams(word, { ...context, nowSec: haltedAtSec });
  const state = unpackRiskWord(word);
  // In the far future every score is stale, which is the rule for new risk here.
  const rhoInitialBps = initialRho(state, { ...context, nowSec: Number.POSITIVE_INFINITY });
  return { ...params, rhoInitialBps, status: isStale(state, context.nowSec) ? "STALE" : params.status };
}

/** What decides about liquidations at one moment, basis points. */
export interface Maintenance {
  readonly rhoBps: number;
  readonly piBps: number;
  /** Least of `rhoBps` and what was accepted or in force before the present drift windows, see `IRiskOracle`. */
  readonly rhoBeforeBps: number;
}

/** Maintenance ρ and π in force and the ρ of before the present drift windows; not for the zero word. */
export function maintenanceOf(word: bigint, context: Omit<ReadingContext, "quantileWord">): Maintenance {
  return maintenanceOfState(unpackRiskWord(word), context);
}

/** As {@link maintenanceOf} for the unpacked state of a known word. */
export function maintenanceOfState(state: RiskState, context: Omit<ReadingContext, "quantileWord">): Maintenance {
  const { riskClass, nowSec } = context;
  const rhoBps = standingRho(state, riskClass, nowSec);
  const piBps = standingPi(state, { riskClass, nowSec, rhoBps });
  if (state.observedAt === 0) return { rhoBps, piBps, rhoBeforeBps: rhoBps };
  const { anchor, prior } = anchorsAt(state, riskClass, nowSec);
  const isRecent = nowSec < state.tightenedAt + riskClass.windowSec;
  const started = isRecent ? state.rhoFrom : anchor;
  return { rhoBps, piBps, rhoBeforeBps: Math.min(rhoBps, anchor, prior, started) };
}

/**
 * Target at the start of the drift window of `nowSec` and of the window before, basis points. Every change writes the time of
 * its lane: the window of the last change is that of the later one.
 */
export function anchorsAt(
  state: RiskState,
  { windowSec }: RiskClass,
  nowSec: number,
): { readonly anchor: number; readonly prior: number } {
  const changedAt = Math.max(state.tightenedAt, state.loosenedAt);
  const windowStart = nowSec - (nowSec % windowSec);
  if (changedAt >= windowStart) return { anchor: state.rhoAnchor, prior: state.rhoPrior };
  const isNext = changedAt + windowSec >= windowStart;
  return { anchor: state.rhoTarget, prior: isNext ? state.rhoAnchor : state.rhoTarget };
}

/** ρ and π for a new position of the class: `max(class initial, quantile)·(1 + β)`, see `RiskReading.openingParams`. */
export function openingParams(quantileWord: bigint, context: Omit<ReadingContext, "quantileWord">): OpeningParams {
  const { riskClass, nowSec } = context;
  const state = unpackRiskWord(quantileWord);
  const missing = quantileWord === UNKNOWN_WORD || isStale(state, nowSec);
  const base = Math.max(riskClass.rhoInitialBps, state.rhoTarget, missing ? riskClass.rhoDefaultBps : 0);
  const signedPi = quantileWord === UNKNOWN_WORD ? riskClass.piDefaultBps : state.pi;
  const pi = missing ? Math.min(signedPi, riskClass.piDefaultBps) : signedPi;
  const rhoInitialBps = surchargedUp(base, riskClass);
  return { rhoInitialBps, piBps: Math.min(pi, Math.max(0, rhoInitialBps - riskClass.deltaBps)) };
}

/** π in force: at most the default once stale, and always the required gap below ρ. Basis points. */
function standingPi(
  state: RiskState,
  { riskClass, nowSec, rhoBps }: { readonly riskClass: RiskClass; readonly nowSec: number; readonly rhoBps: number },
): number {
  const pi = isStale(state, nowSec) ? Math.min(state.pi, riskClass.piDefaultBps) : state.pi;
  return Math.min(pi, Math.max(0, rhoBps - requiredGapOf(state, riskClass)));
}

/** Maintenance ρ in force: ramp, fallback ramp once stale, the word's cap. Basis points, rounded up. */
export function standingRho(state: RiskState, riskClass: RiskClass, nowSec: number): number {
  if (state.observedAt === 0) return state.rhoTarget;
  return Math.min(Math.max(rampRho(state, nowSec), fallbackRho(state, riskClass, nowSec)), state.rhoCap);
}

/**
 * ρ that a withdrawal of collateral must leave a position with a fresh score: the highest of ρ in force, the target now and at
 * the starts of the drift window and of the one before, and the class floor, times 1 + β; see `RiskReading.retainedRho`. Basis
 * points.
 */
export function retainedRho(state: RiskState, riskClass: RiskClass, nowSec: number): number {
  const { anchor, prior } = anchorsAt(state, riskClass, nowSec);
  const standing = standingRho(state, riskClass, nowSec);
  return surchargedUp(Math.max(state.rhoTarget, standing, anchor, prior, riskClass.rhoFloorBps), riskClass);
}

/**
 * Least ρ that a withdrawal leaves whatever the score says: half of `openingBps`, what a new position must meet now, see
 * `VaultOpening.initialRhoBps`. Basis points, rounded up.
 */
export function leastRetainedRho(openingBps: number): number {
  return ceilDiv(openingBps * LEAST_RETAINED_BPS, BPS);
}

/** ρ on the running ramp, without staleness and cap. Basis points, rounded up. */
export function rampRho(state: RiskState, nowSec: number): number {
  const startSec = state.tightenedAt + state.graceMinutes * MINUTE_SEC;
  if (nowSec < startSec) return Math.min(state.rhoFrom, state.rhoTarget);
  const ramp = { elapsedSec: nowSec - startSec, lengthSec: state.rampMinutes * MINUTE_SEC };
  return rampUp(state.rhoFrom, state.rhoTarget, ramp);
}

/** First second at which the score of a scored word is stale. */
function validUntilOf(state: RiskState): number {
  return state.observedAt + state.validityMinutes * MINUTE_SEC;
}

/** Whether the last score has lost its validity; never while unscored. */
export function isStale(state: RiskState, nowSec: number): boolean {
  return state.observedAt !== 0 && nowSec >= validUntilOf(state);
}

/** Least distance of ρ above π: δ, or the live gap where the DAO has raised δ above it. */
export function requiredGapOf(state: RiskState, riskClass: RiskClass): number {
  return Math.min(riskClass.deltaBps, Math.max(0, state.rhoTarget - state.pi));
}

function fallbackRho(state: RiskState, riskClass: RiskClass, nowSec: number): number {
  if (!isStale(state, nowSec)) return 0;
  const staleFromSec = validUntilOf(state);
  const goal = Math.max(state.rhoTarget, riskClass.rhoDefaultBps);
  const lengthSec = riskClass.fallbackRampMinutes * MINUTE_SEC;
  return rampUp(rampRho(state, staleFromSec), goal, { elapsedSec: nowSec - staleFromSec, lengthSec });
}

function initialRho(state: RiskState, context: ReadingContext): number {
  const { riskClass, nowSec } = context;
  if (state.observedAt === 0) {
    return Math.max(openingParams(context.quantileWord ?? UNKNOWN_WORD, context).rhoInitialBps, state.rhoTarget);
  }
  const stale = isStale(state, nowSec);
  const base = stale ? Math.max(state.rhoTarget, riskClass.rhoDefaultBps) : state.rhoTarget;
  return Math.max(riskClass.rhoInitialBps, surchargedUp(base, riskClass));
}

function surchargedUp(base: number, riskClass: RiskClass): number {
  const surcharged = ceilDiv(base * (BPS + riskClass.betaBps), BPS);
  return Math.max(Math.min(surcharged, riskClass.rhoCeilingBps), base);
}

/** Linear, rounded up. Products stay below 2^53: ratios below 2^14, times below 2^33. */
function rampUp(from: number, to: number, time: { readonly elapsedSec: number; readonly lengthSec: number }): number {
  if (time.elapsedSec >= time.lengthSec || from >= to) return to;
  return from + ceilDiv((to - from) * time.elapsedSec, time.lengthSec);
}

/** Integer quotient rounded up, exact for non-negative integers below 2^53. */
export function ceilDiv(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  return (dividend - remainder) / divisor + (remainder === 0 ? 0 : 1);
}
