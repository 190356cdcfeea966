/** What a writer or liquidity provider asks about the hedge of a short option, and what the advisor answers. */
import type { OptionKind } from "./positions.ts";

/** A short position as its owner sees it. */
export interface HedgeQuestion {
  readonly kind: OptionKind;
  /** USD, > 0. */
  readonly spot: number;
  readonly strike: number;
  /** Days to expiry, > 0. */
  readonly days: number;
  /** Decimal a year, > 0. */
  readonly impliedVol: number;
  /** Volatility expected until the next decision (a day), decimal a year; `null` for none, which counts as implied. */
  readonly forecastVol: number | null;
  /** Implied volatility when the option was sold, decimal a year; `null` counts as that of now. */
  readonly soldVol: number | null;
  /** Contracts sold, one coin each, > 0. */
  readonly size: number;
  /** Coins held as hedge now, negative for a short future. */
  readonly held: number;
  /** `coin`: the result counts in coins, so the premium itself is a position; `quote`: in USD. */
  readonly settlement: "coin" | "quote";
  /** Cost of a trade: share of its value in basis points, and USD a trade, ≥ 0. */
  readonly costBps: number;
  readonly gasUsd: number;
  /** Largest trade, coins; `null` for no limit. */
  readonly maxTrade: number | null;
}

/**
 * What a way to hedge comes to until expiry on paths drawn at the implied volatility, USD (in coin settlement: coins at the
 * present price); a loss is negative, the tail loss positive.
 */
export interface HedgeOutlook {
  readonly meanUsd: number;
  readonly costUsd: number;
  /** Mean loss of the worst twentieth. */
  readonly tailLossUsd: number;
}

/** The answer; coins are those of the whole position. */
export interface HedgeAdvice {
  /** Value of what is owed, USD. */
  readonly valueUsd: number;
  /** Coins that hedge the position in quote currency, and net of the premium in coin. */
  readonly deltaCoins: number;
  readonly netDeltaCoins: number;
  /** Band in the settlement asked for: inside it nothing is traded. */
  readonly lowerCoins: number;
  readonly upperCoins: number;
  /** Trade to make now, 0 inside the band, and what it costs. */
  readonly tradeCoins: number;
  readonly tradeCostUsd: number;
  /** Why the band is that of theory instead of the network's; `null` when it is the network's. */
  readonly fallback: string | null;
  /** SHA-256 of the network; `null` without. */
  readonly model: string | null;
  readonly paths: number;
  /** Days between two decisions of the outlook: about one, more beyond 30 days to expiry. */
  readonly decisionDays: number;
  /** Following the band, trading to the delta every time, and never trading again but to close what is held. */
  readonly advised: HedgeOutlook;
  readonly delta: HedgeOutlook;
  readonly unhedged: HedgeOutlook;
}
