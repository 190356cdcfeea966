/** Hedge ratios of an inverse option: delta, net of the premium, and corrected for the answer of implied volatility. */
import { type Black76Input, black76, black76Coin, type OptionGreeks } from "../../math/black76.ts";
import type { Stickiness } from "./stickiness.ts";

/** Coins of the forward, of its own inverse future, that hedge one contract. */
export interface HedgeRatios {
  /** ∂V/∂F of the value in quote currency. */
  readonly delta: number;
  /** Δ − V/F: the coin value's response to the relative move, right for what is settled in coin. */
  readonly netDelta: number;
  /** Net delta plus coin vega times the expected answer of volatility. */
  readonly smileDelta: number;
  readonly coin: OptionGreeks;
}

/**
 * Hedge ratios of one long contract.
 *
 * `smileDelta = netDelta + vega/F · (level + skew·(Δ_call − ½))/√T` (minimum-variance delta; Hull and White, "Optimal delta
 * hedging for options", Journal of Banking & Finance 82, 2017, with a coin-settled hedge).
 *
 * @throws Black76InputError `BLACK76_INPUT`.
 */
export function hedgeRatios(option: Black76Input, stickiness: Stickiness): HedgeRatios {
  const { delta } = black76(option);
  const coin = black76Coin(option);
  const answer = stickiness.level + stickiness.skew * smilePlace(option.kind, delta);
  const correction = option.tenorYears > 0 ? (coin.vega * answer) / Math.sqrt(option.tenorYears) : 0;
  return { delta, netDelta: coin.delta, smileDelta: coin.delta + correction, coin };
}

/** Place on the smile, −½…½: the delta of the call of the strike, minus one half. */
export function smilePlace(kind: Black76Input["kind"], delta: number): number {
  return (kind === "call" ? delta : delta + 1) - 0.5;
}
