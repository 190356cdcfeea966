/** Margin of short options, M(ρ) = I + ρ·(L − I): mirror of `contracts/libraries/MarginMath.sol` to the unit. */
import { PlimsollError } from "../domain/errors.ts";

/** Basis points of one. */
export const BPS_UNITS = 10_000n;
/** Health of one in wad. */
export const WAD = 10n ** 18n;
/** Largest collateral of a position: 2^104 − 1 token units. */
export const MAX_COLLATERAL = 2n ** 104n - 1n;
/** Most decimals of a collateral token. */
export const MAX_DECIMALS = 18;
/** Health is reported inside ± 1e18. */
export const HEALTH_CAP = 10n ** 18n;

const E8 = 10n ** 8n;
const E16 = 10n ** 16n;
const MAX_UINT256 = 2n ** 256n - 1n;

/** What fixes the payoff of one contract. */
export interface PayoffInputs {
  readonly isPut: boolean;
  /** USD × 1e8. */
  readonly strikeE8: bigint;
  /** USD × 1e8, above 0. */
  readonly priceE8: bigint;
  /** Decimals of the collateral token (base for calls, quote for puts), 0…18. */
  readonly decimals: number;
}

/** Payoff of one contract: `sizeE8` contracts at price value `v` are `sizeE8 · v · unit / denominator` token units. */
export interface ChainPayoff {
  /** Intrinsic value I, USD × 1e8. */
  readonly intrinsicE8: bigint;
  /** Time-value ceiling L − I = min(K, S), USD × 1e8. */
  readonly ceilingE8: bigint;
  /** 10^decimals. */
  readonly unit: bigint;
  readonly denominator: bigint;
}

/** Size, collateral (token units) and maintenance ratio of a position. */
export interface HealthInputs {
  readonly sizeE8: bigint;
  readonly collateral: bigint;
  readonly rhoBps: bigint;
}

/**
 * Payoff of one contract at a price.
 *
 * @throws PlimsollError `MARGIN_INPUT_RANGE` for a price below 1 or decimals outside 0…18.
 */
export function payoffAt({ isPut, strikeE8, priceE8, decimals }: PayoffInputs): ChainPayoff {
  if (priceE8 <= 0n || strikeE8 < 0n || !Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) {
    throw new PlimsollError({
      code: "MARGIN_INPUT_RANGE",
      problem: `Price ${priceE8}, strike ${strikeE8} or decimals ${decimals} is out of range.`,
      remedy: `Give a price of at least 1, a strike of at least 0 and 0…${MAX_DECIMALS} decimals.`,
      context: { priceE8, strikeE8, decimals },
    });
  }
  const [owed, base] = isPut ? [strikeE8, priceE8] : [priceE8, strikeE8];
  return {
    intrinsicE8: owed > base ? owed - base : 0n,
    ceilingE8: minBigint(strikeE8, priceE8),
    unit: 10n ** BigInt(decimals),
    denominator: isPut ? E16 : priceE8 * E8,
  };
}

/** Intrinsic value of `sizeE8` contracts, token units, rounded up (what a writer owes). */
export function intrinsicUp(payoff: ChainPayoff, sizeE8: bigint): bigint {
  return ceilDiv(sizeE8 * payoff.unit * payoff.intrinsicE8, payoff.denominator);
}

/** Maximum loss of `sizeE8` contracts, token units, rounded up (full collateral). */
export function maxLossUp(payoff: ChainPayoff, sizeE8: bigint): bigint {
  return ceilDiv(sizeE8 * payoff.unit * (payoff.intrinsicE8 + payoff.ceilingE8), payoff.denominator);
}

/** Required margin M(ρ) of `sizeE8` contracts, token units, rounded up. */
export function marginUp(payoff: ChainPayoff, sizeE8: bigint, rhoBps: bigint): bigint {
  const valueBps = payoff.intrinsicE8 * BPS_UNITS + rhoBps * payoff.ceilingE8;
  return ceilDiv(sizeE8 * payoff.unit * valueBps, payoff.denominator * BPS_UNITS);
}

/**
 * Health (c − I)/(ρ(L − I)) in wad, rounded down and capped at ± 1e18; below 1 wad exactly when the collateral is below
 * {@link marginUp}. Without buffer (ρ or size 0) the sign of the equity decides which cap.
 */
export function healthWadDown(payoff: ChainPayoff, inputs: HealthInputs): bigint {
  const held = inputs.collateral * payoff.denominator;
  const owed = inputs.sizeE8 * payoff.unit * payoff.intrinsicE8;
  const buffer = inputs.sizeE8 * payoff.unit * payoff.ceilingE8 * inputs.rhoBps;
  const equity = (held >= owed ? held - owed : owed - held) * BPS_UNITS;
  const isCapped = buffer === 0n || equity / buffer >= HEALTH_CAP;
  if (held >= owed) return isCapped ? HEALTH_CAP * WAD : (equity * WAD) / buffer;
  return isCapped ? -(HEALTH_CAP * WAD) : -ceilDiv(equity * WAD, buffer);
}

/** What {@link lastHealthyPriceE8} needs of a position. */
export interface LastHealthyInputs extends HealthInputs {
  readonly isPut: boolean;
  /** USD × 1e8. */
  readonly strikeE8: bigint;
  /** Decimals of the collateral token. */
  readonly decimals: number;
}

/**
 * Price, USD × 1e8, at which health is still at or above 1 and beyond which it is below: puts are healthy exactly at prices ≥
 * it, calls exactly at prices ≤ it. Always healthy: 0 for a put, 2^256 − 1 for a call; never healthy: the other way round.
 */
export function lastHealthyPriceE8(position: LastHealthyInputs): bigint {
  const { strikeE8, rhoBps, collateral } = position;
  const units = position.sizeE8 * 10n ** BigInt(position.decimals);
  if (position.isPut) {
    const held = collateral * E16 * BPS_UNITS;
    if (held < units * rhoBps * strikeE8) return MAX_UINT256;
    const full = units * BPS_UNITS * strikeE8;
    return held >= full ? 0n : ceilDiv(full - held, units * (BPS_UNITS - rhoBps));
  }
  const coins = collateral * E8 * BPS_UNITS;
  if (coins < units * rhoBps) return 0n;
  const all = units * BPS_UNITS;
  return coins >= all ? MAX_UINT256 : (units * strikeE8 * (BPS_UNITS - rhoBps)) / (all - coins);
}

/** Quotient of non-negative integers, rounded up. */
export function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** The lesser of two integers. */
export function minBigint(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
