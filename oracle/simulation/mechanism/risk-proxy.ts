/** ρ and π of a short in closed form: what the scoring stage would sign, near enough for thousands of simulated vaults a second. */
import type { AssetSymbol } from "../../domain/market.ts";
import { type OptionSeries, payoffBounds, tenorYears } from "../../domain/positions.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import { fastOptionValue } from "../../math/black76-kernel.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../scoring/scoring-settings.ts";
import { filteredMoves, stressedRequirement } from "../../scoring/stressed-requirement.ts";
import { smileRatio, volResponse } from "../../scoring/vol-surface.ts";

/** A series at a moment, and what the models say of its asset. */
export interface ProxyCase {
  readonly asset: AssetSymbol;
  readonly series: Pick<OptionSeries, "kind" | "strike" | "expirySec">;
  /** Seconds. */
  readonly atSec: number;
  /** USD, > 0. */
  readonly spot: number;
  /** Volatility of spot as the models forecast it, decimal a year. */
  readonly modelVol: number;
  /** Level of implied volatility, decimal a year. */
  readonly impliedVol: number;
}

/** Shares of L − I, 0…1, before class bounds. */
export interface ProxyScore {
  /** Requirement ρ. */
  readonly rho: number;
  /** Penalty π. */
  readonly pi: number;
}

/**
 * The filtered 99.5 % deviations of `scoring/filtered-moves-data.ts` times this are the move at which one revaluation costs what
 * the scoring stage's 99 % tail over its paths does. Fitted with {@link COST_SHARE} to `scorePositions` by eye on
 * `scripts/evaluate/mechanism/compare-proxy.ts`; `npm run evaluate -- --model mechanism` prints the errors.
 */
const MOVE_LEVEL = 0.67;
/** Close-out cost of an ordinary position, share of spot. */
const COST_SHARE = 0.002;
/** A share is at most the whole. */
const MOST = 1;

/** What the scoring stage asks of a series, by one revaluation at one adverse move and one under the stressed window. */
export function proxyScore({ asset, series, atSec, spot, modelVol, impliedVol }: ProxyCase): ProxyScore {
  const { horizonSec, stressWeight, incentiveRate, orderlyStageSec, priceRiskDeviations } = DEFAULT_SCORING_SETTINGS;
  const years = tenorYears(series, atSec);
  const { intrinsic, maxLoss } = payoffBounds(series, spot);
  const room = maxLoss - intrinsic;
  if (!(room > 0)) return { rho: 0, pi: 0 };
  const isPut = series.kind === "put";
  const { fallDeviations, riseDeviations } = filteredMoves(asset);
  const deviations = MOVE_LEVEL * (isPut ? fallDeviations : riseDeviations);
  const move = deviations * modelVol * Math.sqrt(horizonSec / SECONDS_PER_YEAR);
  const { perFall, perRise, perRootHour } = volResponse(years);
  const shock = perRootHour * Math.sqrt(horizonSec / SECONDS_PER_HOUR);
  const smiled = impliedVol * smileRatio(series.strike, spot, years);
  const valueAt = (logMove: number, rise: number): number => {
    const forward = spot * Math.exp(logMove);
    const deviation = smiled * (1 + rise) * Math.sqrt(years);
    const usd = fastOptionValue({ kind: series.kind, forward, strike: series.strike, deviation });
    return isPut ? usd : usd / forward;
  };
  const priceRisk = priceRiskDeviations * modelVol * Math.sqrt(orderlyStageSec / SECONDS_PER_YEAR);
  const unit = isPut ? spot : 1;
  const stressed = valueAt(isPut ? -move : move, (isPut ? perFall : perRise) * move + shock);
  const hedge = Math.min(1, stressed / (unit * move));
  const needed = Math.min(stressed + hedge * unit * (COST_SHARE + priceRisk), maxLoss) - intrinsic;
  const floor = stressWeight * stressedRequirement({ asset, series, spot, tenorYears: years });
  const value = valueAt(0, 0) - intrinsic;
  return {
    rho: Math.min(MOST, Math.max(needed / room, floor)),
    pi: Math.min(MOST, value / room + hedge * (COST_SHARE + priceRisk) + incentiveRate),
  };
}
