/** What short positions gain and lose when the market moves: each, and summed by writer, source and fund. */
import type { RiskGroup } from "./joint-risk.ts";

/**
 * Greeks in USD, of the writer: short and for the whole size, so the value is what is owed, with a minus sign. A short put
 * has a positive delta, a short call a negative one; vega is ≤ 0 and theta ≥ 0 for both.
 */
export interface UsdGreeks {
  /** USD, ≤ 0. */
  readonly value: number;
  /** Coins of the asset: USD gained per USD that the spot price rises, the basis of the forward held. */
  readonly delta: number;
  /** Delta times the spot price, USD per relative move of 1.00. */
  readonly deltaUsd: number;
  /** Coins per USD that the spot price moves, ≤ 0. */
  readonly gamma: number;
  /** Gamma times the squared spot price: change of `deltaUsd` with delta, USD per squared relative move of 1.00. */
  readonly gammaUsd: number;
  /** USD per volatility point (0.01 a year). */
  readonly vega: number;
  /** USD per day that passes. */
  readonly theta: number;
  /** Change of delta, coins per volatility point. */
  readonly vanna: number;
  /** Change of vega, USD per squared volatility point. */
  readonly volga: number;
}

/** Greeks of the value in coin (V/S), of the writer: short and for the whole size. What matters where coins are owed. */
export interface CoinGreeks {
  /** Coins, ≤ 0. */
  readonly value: number;
  /** Δ − V/S of the short position: coins gained per relative move of 1.00. */
  readonly netDelta: number;
  /** Net delta times the spot price, USD. */
  readonly netDeltaUsd: number;
  /** Second derivative by the relative move, coins. */
  readonly gamma: number;
  /** Coins per volatility point. */
  readonly vega: number;
  /** Coins per day. */
  readonly theta: number;
  /** Change of the net delta, coins per volatility point. */
  readonly vanna: number;
  /** Coins per squared volatility point. */
  readonly volga: number;
}

/** Where the volatility of a strike comes from. */
export const VOL_SOURCES = ["quotes", "quotes-and-rules", "volatility-index", "model"] as const;
/** See {@link VOL_SOURCES}. */
export type VolSource = (typeof VOL_SOURCES)[number];

/** Greeks of one position with what they were taken at: spot price, forward and volatility of its score. */
export interface Sensitivities {
  /** What values and moves are counted in: the score's own spot price, USD. */
  readonly spotUsd: number;
  /** Forward of the expiry off quoted options, USD; the spot price without. */
  readonly forwardUsd: number;
  /** Of the strike, decimal a year. */
  readonly impliedVol: number;
  /** Where it comes from: quoted options, these and the rules whatever is greater, the volatility index or the model. */
  readonly volSource: VolSource;
  /** Age of the quotes, seconds; `null` without. */
  readonly quotesAgeSec: number | null;
  readonly tenorYears: number;
  /** Market or models of the asset are doubted: the score is a conservative one and asks for no less than these would. */
  readonly isDoubted: boolean;
  readonly usd: UsdGreeks;
  readonly coin: CoinGreeks;
}

/** One position of the book. */
export interface PositionGreeks {
  /** Lower case. */
  readonly source: string;
  readonly id: string;
  /** Lower case. */
  readonly owner: string;
  readonly asset: string;
  /** `null` without a usable market, prediction, strike, size or collateral: unknown, not zero. */
  readonly sensitivities: Sensitivities | null;
  /** What a move of 1 %, a volatility point and a day do, in words; says so where it is unknown. */
  readonly explanation: string;
}

/** Sums of a group in one asset. */
export interface AssetGreeks {
  readonly asset: string;
  readonly positions: number;
  readonly unvalued: number;
  /** `null` as soon as one of the positions is unknown. */
  readonly usd: UsdGreeks | null;
  readonly coin: CoinGreeks | null;
}

/** What may be summed over assets, because each has a price: USD, for one relative move or one point of all of them. */
export interface GreeksTotal {
  /** USD. */
  readonly value: number;
  /** USD per relative move of 1.00 of every asset. */
  readonly deltaUsd: number;
  readonly netDeltaUsd: number;
  /** USD per squared relative move of 1.00 of every asset. */
  readonly gammaUsd: number;
  /** USD per volatility point of every asset. */
  readonly vega: number;
  /** USD per day. */
  readonly theta: number;
}

/** Sums of positions that are held together. */
export interface GreeksGroup {
  readonly group: RiskGroup;
  readonly positions: number;
  readonly unvalued: number;
  readonly assets: readonly AssetGreeks[];
  /** `null` as soon as one of the positions is unknown. */
  readonly total: GreeksTotal | null;
}

/** Greeks of a round. */
export interface GreeksReport {
  /** Observation time, seconds. */
  readonly atSec: number;
  readonly positions: readonly PositionGreeks[];
  readonly groups: readonly GreeksGroup[];
}
