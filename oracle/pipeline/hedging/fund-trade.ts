/** Which trade a mandate should make for its fund: to the edge of the band, towards the target, inside every cap. Pure. */
import type { HedgeRefusal } from "../../domain/fund-hedge.ts";

/** Where a mandate stands, coins. */
export interface FundTradeInput {
  /** Position that makes the net delta zero. */
  readonly target: number;
  /** No-transaction band of the position. */
  readonly lower: number;
  readonly upper: number;
  readonly position: number;
  readonly maxSize: number;
  readonly tolerance: number;
  /** What the position may grow by now. */
  readonly turnoverLeft: number;
}

/** Coins to trade, 0 for none; the reason why none, or less than wanted. */
export interface FundTrade {
  readonly coins: number;
  readonly reason: HedgeRefusal | null;
}

/** Chains count in 1e-8 coins. */
const SMALLEST_COINS = 1e-8;

/** Decides on a trade; margin is looked at by who posts it. */
export function fundTrade(input: FundTradeInput): FundTrade {
  const { position, lower, upper, maxSize } = input;
  const capped = (coins: number): number => Math.min(Math.max(coins, -maxSize), maxSize);
  const wanted = capped(Math.min(Math.max(position, lower), upper)) - position;
  const gap = capped(input.target) - position;
  if (Math.abs(wanted) < SMALLEST_COINS) return { coins: 0, reason: "inside-band" };
  if (Math.abs(gap) <= input.tolerance) return { coins: 0, reason: "within-tolerance" };
  if (wanted > 0 !== gap > 0) return { coins: 0, reason: "away-from-target" };
  const towards = Math.min(Math.abs(wanted), Math.abs(gap));
  // What only shrinks the position uses no turnover.
  const free = position > 0 === wanted > 0 ? 0 : Math.min(towards, Math.abs(position));
  const size = Math.min(towards, free + input.turnoverLeft);
  const reason = size < towards ? "turnover-capped" : null;
  if (size < SMALLEST_COINS) return { coins: 0, reason: "turnover-capped" };
  return { coins: Math.sign(wanted) * size, reason };
}
