/** Price and size of liquidations: mirror of `contracts/libraries/LiquidationMath.sol` to the unit. */
import { PlimsollError } from "../domain/errors.ts";
import { BPS_UNITS, type ChainPayoff, ceilDiv, intrinsicUp, minBigint } from "./margin.ts";

/** Scale of the share w: 1e8 = the whole time-value ceiling. */
export const RATE_UNITS = 10n ** 8n;

const RATE_PER_BPS = RATE_UNITS / BPS_UNITS;

/** Where a flagged position stands in its auction. Times in seconds. */
export interface AuctionClock {
  /** Penalty π frozen at the flag. */
  readonly piBps: bigint;
  /** Maintenance ρ now. */
  readonly rhoBps: bigint;
  readonly elapsedSec: bigint;
  /** T₁, above 0. */
  readonly orderlySec: bigint;
  /** T₂, above 0. */
  readonly lateSec: bigint;
}

/** An unhealthy position at one price and one moment of its auction. */
export interface Distress {
  readonly payoff: ChainPayoff;
  /** Contracts × 1e8, above 0. */
  readonly sizeE8: bigint;
  /** Token units. */
  readonly collateral: bigint;
  readonly rhoBps: bigint;
  /** Health that a liquidation restores, 10 000 = 1. */
  readonly targetHealthBps: bigint;
  /** Share w on offer, from {@link rateE8Down}. */
  readonly rateE8: bigint;
}

/**
 * Share w of the time-value ceiling on offer, 1e8 = 1, rounded down: from π/2 at the flag linearly to π at the end of the
 * orderly stage, then linearly to ρ at the end of the late stage, where x = min(e, w(L − I)) is the whole equity.
 *
 * @throws PlimsollError `LIQUIDATION_INPUT_RANGE` for a stage without length.
 */
export function rateE8Down(clock: AuctionClock): bigint {
  requirePositive("orderlySec", clock.orderlySec);
  requirePositive("lateSec", clock.lateSec);
  const penalty = clock.piBps * RATE_PER_BPS;
  if (clock.elapsedSec < clock.orderlySec) {
    return (penalty * (clock.orderlySec + clock.elapsedSec)) / (2n * clock.orderlySec);
  }
  const ceiling = clock.rhoBps * RATE_PER_BPS;
  const span = ceiling > penalty ? ceiling - penalty : 0n;
  return penalty + (span * minBigint(clock.elapsedSec - clock.orderlySec, clock.lateSec)) / clock.lateSec;
}

/**
 * What a liquidator receives for `closedE8` contracts: I + min(e, w(L − I)) each, token units, rounded down.
 *
 * @throws PlimsollError `LIQUIDATION_INPUT_RANGE` for a position without size.
 */
export function payoutDown(distress: Distress, closedE8: bigint): bigint {
  const { payoff } = distress;
  requirePositive("sizeE8", distress.sizeE8);
  const wholeEquity = (distress.collateral * closedE8) / distress.sizeE8;
  const value = payoff.intrinsicE8 * RATE_UNITS + distress.rateE8 * payoff.ceilingE8;
  return minBigint(wholeEquity, (closedE8 * payoff.unit * value) / (payoff.denominator * RATE_UNITS));
}

/**
 * Contracts k* = n·(h_T·B − e)/(h_T·B − x), B = ρ(L − I), rounded up: the rest has the target health h_T. The whole
 * position exactly when x = e; 0 when the position is at or above the target. h_T·B is at most L − I, because a fully
 * collateralised rest needs no more. Meant for 0 < health < 1.
 *
 * @throws PlimsollError `LIQUIDATION_INPUT_RANGE` for a position without size.
 */
export function sizeUp(distress: Distress): bigint {
  const { payoff } = distress;
  requirePositive("sizeE8", distress.sizeE8);
  const sizeUnits = distress.sizeE8 * payoff.unit;
  const owned = distress.collateral * payoff.denominator - sizeUnits * payoff.intrinsicE8;
  const equity = (owned > 0n ? owned : 0n) * RATE_UNITS * BPS_UNITS;
  const offered = sizeUnits * payoff.ceilingE8 * distress.rateE8 * BPS_UNITS;
  const share = minBigint(distress.rhoBps * RATE_PER_BPS * distress.targetHealthBps, RATE_UNITS * BPS_UNITS);
  const target = sizeUnits * payoff.ceilingE8 * share;
  if (target <= equity) return 0n;
  if (offered >= equity) return distress.sizeE8;
  return ceilDiv(distress.sizeE8 * (target - equity), target - offered);
}

/** Share of a payout beyond intrinsic value that goes to the insurance fund, token units, rounded down. */
export function feeDown(
  payoff: ChainPayoff,
  payment: { readonly closedE8: bigint; readonly payout: bigint; readonly feeBps: bigint },
): bigint {
  const beyond = payment.payout - intrinsicUp(payoff, payment.closedE8);
  return beyond > 0n ? (beyond * payment.feeBps) / BPS_UNITS : 0n;
}

function requirePositive(field: string, value: bigint): void {
  if (value > 0n) return;
  throw new PlimsollError({
    code: "LIQUIDATION_INPUT_RANGE",
    problem: `Liquidation input ${field} = ${value} is not positive.`,
    remedy: "Give at least 1.",
    context: { field, value },
  });
}
