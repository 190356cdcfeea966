/** Implied volatility of a series and how it answers to adverse moves, where no option quotes are at hand. */
import type { AssetMarket } from "../domain/market.ts";
import type { VolForecast } from "../domain/prediction.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** Level of implied volatility of one asset. */
export interface VolLevel {
  /** Decimal a year. */
  readonly impliedVol: number;
  /** True where it is the model's volatility times the fitted premium, for want of an index or above an older one. */
  readonly fromModel: boolean;
}

/** Response of a series' implied volatility to scenarios. */
export interface VolResponse {
  /** Relative rise of implied volatility per unit of log fall, ≥ 0. */
  readonly perFall: number;
  /** The same per unit of log rise, ≥ 0. */
  readonly perRise: number;
  /** Standard deviation of its own relative shock per square root of an hour. */
  readonly perRootHour: number;
}

// Fitted to shared `deribit-options` (BTC and ETH, 2025-12-30…2026-07-06, 744 snapshots each), simple regressions:
// IV(K)/IV(ATM) − 1 on m and m², m = ln(K/F)/√max(T, 7 days): BTC −0.197, 0.306; ETH −0.119, 0.181; rounded means.
const SMILE_SLOPE = -0.16;
const SMILE_CURVATURE = 0.24;
const SMILE_LEAST_TENOR_YEARS = 7 / 365;
const SMILE_MIN = 0.85;
const SMILE_MAX = 2;
// d ln IV(ATM) per log fall over about 6 h: BTC 7.2, 4.5, 2.9, 2.0, 1.1, 0.5 at 1.4, 3.4, 14, 39, 95, 283 days (ETH 4.9
// … 0.2): 2.2·√(30/(T + 2)) lies between the two at the short end and above both at the long end.
const LEVERAGE_AT_30_DAYS = 2.2;
const LEVERAGE_OFFSET_DAYS = 2;
// For rises the same regression gives −0.6…0: volatility falls. That relief is not credited.
const LEVERAGE_OF_RISES = 0;
// Residual deviation of the same regression over 6 h: 0.126, 0.060, 0.030, 0.020, 0.011, 0.006 = 0.02·√(30/T).
const SHOCK_AT_30_DAYS = 0.02;
const SHOCK_HOURS = 6;
const REFERENCE_DAYS = 30;
const SHORTEST_TENOR_DAYS = 0.5;
// Hourly bars reach the model within an hour of a move: an index two hours old may lack a jump that the model has seen.
const FRESH_INDEX_SEC = 2 * SECONDS_PER_HOUR;

/**
 * Level of implied volatility: the asset's volatility index up to two hours old; beyond, the greater of the index and the
 * model's volatility times the fitted premium; without a usable index the latter alone (architecture.md §7.3).
 *
 * A daily index tells of the market as it was up to `maxVolIndexAgeSec` ago and would hide a jump since then, so that the
 * score would be looser than with no index at all. A fresh index has seen what the model has seen and stands.
 */
export function volLevel(
  market: AssetMarket,
  volatility: VolForecast,
  settings: ScoringSettings,
  atSec: number,
): VolLevel {
  const index = market.volIndex;
  const modelVol = annualisedVol(volatility) * settings.impliedVolPremium;
  const ageSec = index === null ? Number.POSITIVE_INFINITY : atSec - index.sourceTimeSec;
  if (index === null || ageSec > settings.maxVolIndexAgeSec) return { impliedVol: modelVol, fromModel: true };
  const isStanding = ageSec <= FRESH_INDEX_SEC || index.impliedVol >= modelVol;
  return isStanding ? { impliedVol: index.impliedVol, fromModel: false } : { impliedVol: modelVol, fromModel: true };
}

/** Root mean variance of the forecast's steps, decimal a year. */
export function annualisedVol(volatility: Pick<VolForecast, "sigmaPerStep" | "stepSec">): number {
  const sum = volatility.sigmaPerStep.reduce((total, sigma) => total + sigma * sigma, 0);
  return Math.sqrt((sum / volatility.sigmaPerStep.length) * (SECONDS_PER_YEAR / volatility.stepSec));
}

/**
 * Ratio of a strike's implied volatility to the level: quadratic in log moneyness over root tenor, fixed at today's spot
 * (sticky strike), 0.85…2. It does not depend on the level, so values rise with the level at every strike.
 */
export function smileRatio(strike: number, spot: number, tenorYears: number): number {
  const moneyness = Math.log(strike / spot) / Math.sqrt(Math.max(tenorYears, SMILE_LEAST_TENOR_YEARS));
  const ratio = 1 + moneyness * (SMILE_SLOPE + SMILE_CURVATURE * moneyness);
  return Math.min(Math.max(ratio, SMILE_MIN), SMILE_MAX);
}

/** Response of implied volatility to moves of spot and to shocks of its own, by tenor. */
export function volResponse(tenorYears: number): VolResponse {
  const days = Math.max((tenorYears * SECONDS_PER_YEAR) / SECONDS_PER_DAY, SHORTEST_TENOR_DAYS);
  const leverage = LEVERAGE_AT_30_DAYS * Math.sqrt(REFERENCE_DAYS / (days + LEVERAGE_OFFSET_DAYS));
  return {
    perFall: leverage,
    perRise: LEVERAGE_OF_RISES,
    perRootHour: (SHOCK_AT_30_DAYS * Math.sqrt(REFERENCE_DAYS / days)) / Math.sqrt(SHOCK_HOURS),
  };
}
