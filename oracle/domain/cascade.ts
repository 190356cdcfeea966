/** What models say of a liquidation cascade: how likely it is, and how far forced selling would carry a fall. */
import type { AssetSymbol } from "./market.ts";

/** Coins that are sold by force once their price has fallen to a level: of a loan, a short option, a margin account. */
export interface LeveredPosition {
  /** Where it was read: `source-0` and so on for position sources by their index at the oracle, `aave-v3`, `compound-v3`. */
  readonly protocol: string;
  readonly asset: AssetSymbol;
  /** Coins that the first liquidation sells, > 0. */
  readonly coins: number;
  /** USD at and below which it may be liquidated; at or above spot it may be now. */
  readonly liquidationPrice: number;
}

/** Further log fall through forced selling, by the log fall that sets it off; non-decreasing in it. */
export interface CascadeCurve {
  /** Log falls, ascending from 0. `[nodes]` */
  readonly shock: Float64Array;
  /** Expected further fall, and at twice and half the depth, ≥ 0. `[nodes]` each */
  readonly extra: Float64Array;
  readonly extraLow: Float64Array;
  readonly extraHigh: Float64Array;
  /** Positions behind it, and the USD that they would sell at the most. */
  readonly positions: number;
  readonly notionalUsd: number;
  /** The same USD by protocol, what may be liquidated now at spot. */
  readonly protocolUsd: Readonly<Record<string, number>>;
}

/** State of one asset. */
export interface CascadeState {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Probability of a wave of liquidations within 6 and 24 h, and its share of all hours. */
  readonly probability6h: number;
  readonly probability24h: number;
  readonly baseRate6h: number;
  readonly baseRate24h: number;
  /** Whether the probabilities are assumed, not known: where a score reads the state, a wave that is not known counts as certain. */
  readonly isAssumed: boolean;
  readonly curve: CascadeCurve;
}

/** How much more likely than usual a wave within 24 h is: 0 at the base rate or below, 1 when certain. */
export function excessHazard({
  probability24h,
  baseRate24h,
}: Pick<CascadeState, "probability24h" | "baseRate24h">): number {
  return Math.min(1, Math.max(0, (probability24h - baseRate24h) / (1 - baseRate24h)));
}
