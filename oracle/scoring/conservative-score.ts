/** Score of a position whose data are in doubt: never looser than anything that is known. */
import type { Position } from "../domain/positions.ts";
import { payoffBounds, tenorYears } from "../domain/positions.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import { BPS } from "../domain/units.ts";
import { type BoundedPair, boundPair } from "./class-bounds.ts";
import type { CurrentScore } from "./current-score.ts";
import { staticGridRho } from "./static-grid.ts";

/** What is known of a doubtful position. */
export interface ConservativeInput {
  readonly position: Position;
  readonly riskClass: RiskClass;
  readonly current: CurrentScore | null;
  /** Last values accepted for the position, or `null`. */
  readonly lastGood: BoundedPair | null;
  /** Last spot, USD, or `null` where there is none at all. */
  readonly spot: number | null;
  /** Highest known volatility, of options or of spot, decimal a year; `null` where none is. */
  readonly vol: number | null;
  readonly atSec: number;
}

/**
 * The maximum of last good, static grid and current, in ρ and in π; without a spot the class default stands for the grid.
 *
 * Where no value was ever accepted, ρ is at least the class default: that is in force on chain until the first report, so
 * a first report made in doubt may not loosen it. π keeps the linked rule `π + δ ≤ ρ`.
 *
 * Where there is no current score, the probability of default is 1: what cannot be known is never shown as safe.
 */
export function conservativeScore(input: ConservativeInput): CurrentScore {
  const { position, riskClass, current, lastGood } = input;
  const standing = lastGood?.rhoBps ?? riskClass.rhoDefaultBps;
  const rho = Math.max(standing, current?.rhoBps ?? 0, gridRho(input) ?? riskClass.rhoDefaultBps);
  const pi = Math.max(lastGood?.piBps ?? 0, current?.piBps ?? riskClass.piDefaultBps);
  const pair = boundPair({ rho: rho / BPS, pi: pi / BPS }, riskClass);
  const excess = (pair.rhoBps - (current?.rhoBps ?? 0)) / BPS;
  const worstValue = payoffBounds(position, input.spot ?? position.strike).maxLoss;
  return {
    ...pair,
    probabilityOfDefault: current?.probabilityOfDefault ?? 1,
    optionValue: current?.optionValue ?? worstValue,
    closeOutCost: current?.closeOutCost ?? 0,
    contributions: { ...current?.contributions, "doubtful-data": excess },
  };
}

function gridRho({ position, spot, vol, atSec }: ConservativeInput): number | null {
  if (spot === null || !(position.strike > 0)) return null;
  return staticGridRho({ asset: position.asset, series: position, spot, tenorYears: tenorYears(position, atSec), vol });
}
