/** Arithmetic of settlement and of the insurance fund: mirror of `contracts/libraries/SettlementMath.sol` to the unit. */
import { type ChainPayoff, intrinsicUp, minBigint } from "./margin.ts";

/** A bounty takes no more than this part of what the writer gets back. */
const BOUNTY_PARTS = 20n;

/** What the settlement of one position moves, token units; `paid + refund + bounty` is its collateral. */
export interface SettlementShares {
  /** What the writer owes, rounded up. */
  readonly owed: bigint;
  /** What of it the collateral covers. */
  readonly paid: bigint;
  /** What the writer gets back. */
  readonly refund: bigint;
  /** What the keeper gets, out of what the writer would get back. */
  readonly bounty: bigint;
}

/** A position to settle, and the flat bounty offered for it; all in token units but the size (contracts × 1e8). */
export interface SettledPosition {
  readonly sizeE8: bigint;
  readonly collateral: bigint;
  readonly bountyOffered: bigint;
}

/** Sums of a series, token units. */
export interface SeriesDebt {
  /** Everything its writers, and the fund for them, paid in. */
  readonly pot: bigint;
  /** Everything its writers owed. */
  readonly owed: bigint;
}

/** Settles one position. */
export function settlementShares(payoff: ChainPayoff, position: SettledPosition): SettlementShares {
  const owed = intrinsicUp(payoff, position.sizeE8);
  const paid = minBigint(owed, position.collateral);
  const rest = position.collateral - paid;
  const bounty = minBigint(position.bountyOffered, rest / BOUNTY_PARTS);
  return { owed, paid, refund: rest - bounty, bounty };
}

/** Payout of `amountE8` longs of a series, token units, rounded down; in full when the pot holds what is owed. */
export function redemptionDown(payoff: ChainPayoff, amountE8: bigint, { pot, owed }: SeriesDebt): bigint {
  const full = amountE8 * payoff.unit * payoff.intrinsicE8;
  return pot === owed ? full / payoff.denominator : (full * pot) / (payoff.denominator * owed);
}

/** Unsettled shorts of a series: size (contracts × 1e8), number, and what the settled ones left unpaid (token units). */
export interface UnsettledShorts {
  readonly sizeE8: bigint;
  readonly count: bigint;
  readonly missing: bigint;
}

/** The most that can be missing once every position is settled, token units: what a fund reserves for an early opening. */
export function worstShortfallUp(payoff: ChainPayoff, { sizeE8, count, missing }: UnsettledShorts): bigint {
  return payoff.intrinsicE8 === 0n ? missing : missing + intrinsicUp(payoff, sizeE8) + count;
}

/** What a fund has for a series without a reservation, token units. */
export interface FundLimits {
  /** Assets that are neither lent nor owed back. */
  readonly free: bigint;
  /** Most that one series may cost. */
  readonly cap: bigint;
}

/** What a fund pays at the completion of a series without a reservation, token units. */
export function coverDown(shortfall: bigint, { free, cap }: FundLimits): bigint {
  return minBigint(shortfall, minBigint(free, cap));
}
