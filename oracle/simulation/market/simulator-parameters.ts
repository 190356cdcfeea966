/** Parameters of the market simulator, fitted to real statistics. */
import type { AssetSymbol } from "../../domain/market.ts";

// Moments were matched with `node scripts/generate/fit-simulator.ts --data ../shared/data` (Binance hourly bars
// 2021-04 to 2025-02, BTCUSDT depth of 2025-10-10 before its fault, BTC funding and DVOL 2022-11 to 2025-02); the
// command prints the real figures beside the simulator's own.

/** Dynamics shared by all assets. Volatilities are decimals a year, half-lives in seconds. */
export const DYNAMICS = {
  /** Ornstein-Uhlenbeck factors of log volatility: standard deviation and half-life. */
  slow: { sd: 0.42, halfLifeSec: 15 * 86_400 },
  fast: { sd: 0.33, halfLifeSec: 12 * 3_600 },
  /** Correlation of the fast factor with the common price shock; falls raise volatility. */
  leverage: -0.2,
  /** Correlation of the price shocks of two assets. */
  correlation: 0.78,
  /** Self-exciting jumps, common to all assets: base rate a day, share of offspring, decay of the excitement. */
  jumpsPerDay: 4,
  branching: 0.35,
  excitementHalfLifeSec: 1_800,
  /** Jump size in units of the present one-hour standard deviation, and its mean in the same unit. */
  jumpScale: 1.7,
  jumpMean: -0.15,
  /** Intraday pattern of volatility: amplitude of a cosine that peaks at 15:00 UTC. */
  intradayAmplitude: 0.28,
  intradayPeakSec: 15 * 3_600,
} as const;

/** Funding reacts to the trend: rate = memory · last + (1 − memory) · (base + slope · 24 h return), decimal per 8 h. */
export const FUNDING = { base: 0.00009, slope: 0.0045, memory: 0.65, noise: 0.0001, cap: 0.003 } as const;

/** Volatility index = premium · sqrt(weight · EWMA variance + (1 − weight) · long-run variance), half-life in seconds. */
export const IMPLIED = { premium: 1.2, weight: 0.4, halfLifeSec: 5 * 86_400 } as const;

/** Behaviour of order-book depth. */
export const DEPTH = {
  /** Cumulative share of the 5 % notional within 1, 2, 3, 4, 5 %. */
  bidProfile: [0.254, 0.583, 0.836, 0.931, 1],
  askProfile: [0.334, 0.543, 0.667, 0.846, 1],
  /** Depth ∝ (volatility / usual volatility)^−elasticity. */
  volElasticity: 0.35,
  /** Side being eaten: at a 3 % fall the 1 % bid side is at 63 % of normal (`research/ml-models.md` 4.7): ln 0.63 / −0.03. */
  moveSensitivity: 15.4,
  /** Thinnest side, share of normal. */
  floor: 0.08,
  /** Standard deviation of the log noise of a side, and of its tilt. */
  noise: 0.1,
  /** Half spread in a calm market, decimal. */
  halfSpread: 0.00001,
} as const;

/**
 * The market maker of options. Shares are those of deribit-options (2025-12 to 2026-07), rounded: half of the spread 2 % of volatility near the
 * money, futures 4 % a year above the index, risk reversals below zero; a chain every two hours, so that every round has a fresh one.
 */
export const OPTION_MAKER = {
  everySec: 7_200,
  /** Least days to the listed expiries, and strikes of each, within this many standard deviations. */
  days: [1, 3, 8, 22, 60, 150],
  strikes: 15,
  reach: 2.5,
  /** Distance of strikes as share of the price's power of ten. */
  strikeGrid: 0.025,
  /** Strikes that nobody quotes, and quotes that were made under the price of two hours before. */
  missingStrikes: 0.12,
  staleQuotes: 0.04,
  /** Half spread as share of volatility, and noise of a middle in half spreads. */
  halfSpread: 0.02,
  quoteNoise: 0.3,
  /** SSVI: tilt with its noise, strength and power of φ (η (1 + |ρ|) ≤ 2). */
  tilt: -0.25,
  tiltNoise: 0.04,
  strength: 0.9,
  power: 0.45,
  /** Years in which the level reverts to the usual one, and the futures' rate a year. */
  reversionYears: 0.08,
  carry: 0.04,
} as const;

/** What differs between assets. */
export interface AssetParameters {
  /** Usual diffusive volatility, decimal a year. */
  readonly vol: number;
  /** Reaction to the scripted moves of a scenario, BTC = 1. */
  readonly beta: number;
  /** Price at the start of the replay, USD. */
  readonly startPrice: number;
  /** Mean coins an hour. */
  readonly hourlyVolume: number;
  /** Usual notional within 5 % of mid, USD a side. ETH is set by its share of volume: no ETH depth was at hand. */
  readonly bidDepthUsd: number;
  readonly askDepthUsd: number;
}

/** Parameters by asset. */
export const ASSET_PARAMETERS: ReadonlyMap<AssetSymbol, AssetParameters> = new Map([
  ["BTC", { vol: 0.34, beta: 1, startPrice: 60_000, hourlyVolume: 2_700, bidDepthUsd: 1.2e9, askDepthUsd: 0.73e9 }],
  ["ETH", { vol: 0.44, beta: 1.12, startPrice: 3_000, hourlyVolume: 17_000, bidDepthUsd: 0.65e9, askDepthUsd: 0.4e9 }],
]);
