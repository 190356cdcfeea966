/** Random markets and positions that the teacher prices for the student. */
import { LEAST_TENOR_IN_HORIZONS } from "../../domain/close-out-features.ts";
import type { OptionKind } from "../../domain/positions.ts";
import type { Rng } from "../../math/rng.ts";
import type { CostTerms } from "../../scoring/close-out-cost.ts";
import type { CloseOutCase } from "../../scoring/close-out-shortfall.ts";
import { depthCurve } from "../../scoring/depth-curve.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";

/** One asset and direction at one time. */
export interface DrawnMarket {
  readonly terms: CostTerms;
  /** Standard deviation of the log return of an hour. */
  readonly hourlySigma: number;
  /** USD within 1 % of mid. */
  readonly unitDepthUsd: number;
}

/** Longest horizon, steps of an hour: the longest that scoring gives a position. */
export const LONGEST_HORIZON = DEFAULT_SCORING_SETTINGS.maxHorizonSec / 3_600;

// Closed ranges, log-uniform unless said otherwise; wider than what the data sets at hand show.
const SPOT_USD = [300, 200_000] as const;
/** BTC's 24-hour volatility had its 1st percentile at 0.08, the highest of a month was 1.19; crashes reach twice that. */
const ANNUAL_VOL = [0.08, 2.5] as const;
const HALF_SPREAD = [1e-6, 5e-3] as const;
const UNIT_DEPTH_USD = [1e4, 1e9] as const;
/** Depth within 2 % over that within 1 %, and within 5 % over that within 2 %, uniform. */
const WIDER = [1.1, 3] as const;
const WIDEST = [1.1, 3] as const;
/** Notional over the depth within 1 %. */
const SIZE_TO_DEPTH = [1e-4, 5] as const;
const LONGEST_TENOR_HOURS = 9_000;
/** Implied over realised volatility. */
const VOL_PREMIUM = [0.6, 2.2] as const;
/** Distance of the strike in tail moves, uniform: from deep in the money to hardly reached. */
const GAP_IN_TAILS = [-2.5, 2.2] as const;
/** Share of positions over the default horizon. */
const DEFAULT_HORIZON_SHARE = 0.3;
const DEFAULT_HORIZON = DEFAULT_SCORING_SETTINGS.horizonSec / 3_600;
const HOURS_PER_YEAR = 8_760;
const NONE = new Float64Array();
const NO_BARS = { spanSec: 3_600, endSec: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE };

/**
 * Draws a market.
 *
 * @param known spot and volatility where they are given; depth and spread are drawn in any case.
 */
export function drawMarket(
  kind: OptionKind,
  rng: Rng,
  known?: Pick<DrawnMarket, "hourlySigma"> & { readonly spot: number },
): DrawnMarket {
  const spot = known?.spot ?? logUniform(SPOT_USD, rng);
  const hourlySigma = known?.hourlySigma ?? logUniform(ANNUAL_VOL, rng) / Math.sqrt(HOURS_PER_YEAR);
  const unitDepthUsd = logUniform(UNIT_DEPTH_USD, rng);
  const wider = unitDepthUsd * uniform(WIDER, rng);
  const halfSpread = logUniform(HALF_SPREAD, rng);
  const bands = [
    { distance: 0.01, notionalUsd: unitDepthUsd, averagePrice: null },
    { distance: 0.02, notionalUsd: wider, averagePrice: null },
    { distance: 0.05, notionalUsd: wider * uniform(WIDEST, rng), averagePrice: null },
  ];
  const { priceRiskDeviations, orderlyStageSec, gasUsdPerContract } = DEFAULT_SCORING_SETTINGS;
  const [bestBid, bestAsk] = [spot * (1 - halfSpread), spot * (1 + halfSpread)];
  const provenance = { sourceId: "drawn", sourceTimeSec: 0, receivedTimeSec: 0 };
  const book = { kind: "book", asset: "drawn", bids: bands, asks: bands, bestBid, bestAsk, ...provenance } as const;
  return {
    terms: {
      kind,
      spot,
      curve: depthCurve({ book, bars: NO_BARS }, kind, DEFAULT_SCORING_SETTINGS),
      priceRisk: priceRiskDeviations * hourlySigma * Math.sqrt(orderlyStageSec / 3_600),
      gasUsdPerContract,
    },
    hourlySigma,
    unitDepthUsd,
  };
}

/**
 * Draws a position in a market.
 *
 * @param tailAt mean move of the middle of the tail up to a step, log units.
 */
export function drawCase(market: DrawnMarket, tailAt: (steps: number) => number, rng: Rng): CloseOutCase {
  const { terms, hourlySigma, unitDepthUsd } = market;
  const steps = rng.uniform() < DEFAULT_HORIZON_SHARE ? DEFAULT_HORIZON : 1 + rng.integer(LONGEST_HORIZON);
  const tenorYears = logUniform([LEAST_TENOR_IN_HORIZONS * steps, LONGEST_TENOR_HOURS], rng) / HOURS_PER_YEAR;
  const impliedVol = hourlySigma * Math.sqrt(HOURS_PER_YEAR) * logUniform(VOL_PREMIUM, rng);
  const gap = uniform(GAP_IN_TAILS, rng) * Math.hypot(tailAt(steps), impliedVol * Math.sqrt(tenorYears));
  const strike = terms.spot * Math.exp(terms.kind === "put" ? -gap : gap);
  return {
    terms,
    strike,
    tenorYears,
    impliedVol,
    size: (logUniform(SIZE_TO_DEPTH, rng) * unitDepthUsd) / terms.spot,
    steps,
  };
}

function uniform([low, high]: readonly [number, number], rng: Rng): number {
  return low + (high - low) * rng.uniform();
}

function logUniform([low, high]: readonly [number, number], rng: Rng): number {
  return low * (high / low) ** rng.uniform();
}
