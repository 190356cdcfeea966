/** Bounds of a risk class as the chain holds them; mirror of `RiskClass` in `contracts/types/RiskTypes.sol`. */

/** How far and how often a value may move in one direction; drift counts from the start of this window and of the one before. */
export interface Lane {
  readonly stepBps: number;
  readonly driftBps: number;
  readonly delaySec: number;
}

/** One risk class: asset × moneyness bucket × tenor bucket. All `…Bps` are basis points of one. */
export interface RiskClass {
  readonly rhoFloorBps: number;
  readonly rhoCeilingBps: number;
  readonly rhoDefaultBps: number;
  readonly rhoInitialBps: number;
  readonly piFloorBps: number;
  readonly piCapBps: number;
  readonly piDefaultBps: number;
  /** δ of the linked rule `π + δ ≤ ρ`. */
  readonly deltaBps: number;
  readonly tighten: Lane;
  readonly loosen: Lane;
  readonly windowSec: number;
  readonly validitySec: number;
  readonly graceMinutes: number;
  readonly rampMinutes: number;
  readonly fallbackRampMinutes: number;
  /** β: surcharge of the initial over the maintenance requirement. */
  readonly betaBps: number;
  /** Δ_max: greatest rise of maintenance ρ above ρ at opening. */
  readonly maxAboveOpenBps: number;
  readonly piStepBps: number;
  readonly active: boolean;
}
