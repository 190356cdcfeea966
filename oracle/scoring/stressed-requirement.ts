/** The requirement of a series in closed form, for a level of volatility that is set and not forecast. */
import type { AssetSymbol } from "../domain/market.ts";
import { type OptionSeries, payoffBounds } from "../domain/positions.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import { revalue } from "../math/black76-kernel.ts";
import { FILTERED_MOVES, type FilteredMoves } from "./filtered-moves-data.ts";
import { smileRatio, volResponse } from "./vol-surface.ts";

/** Whose requirement, and under what. */
export interface StressedCase {
  readonly asset: AssetSymbol;
  readonly series: Pick<OptionSeries, "kind" | "strike">;
  /** USD, > 0. */
  readonly spot: number;
  /** ≥ 0. */
  readonly tenorYears: number;
  /** Level of volatility, of spot and of options alike, decimal a year; the stressed window's by default. */
  readonly vol?: number;
  /** Reaction time, seconds; six hours by default. */
  readonly horizonSec?: number;
}

/** Reaction time where none is said: that of DEFAULT_SCORING_SETTINGS. */
const HORIZON_SEC = 6 * SECONDS_PER_HOUR;
/** 99.5 % quantile of the normal law, for the shock that implied volatility has of its own. */
const SHOCK_DEVIATIONS = 2.576;
/** Book walk, spread and gas of an ordinary position under stress, share of what is traded at most. */
const COST_SHARE = 0.01;
/** The liquidator's 95 % price risk over a quarter of an hour, as in DEFAULT_SCORING_SETTINGS. */
const PRICE_RISK_DEVIATIONS = 1.645;
const ORDERLY_STAGE_SEC = 900;

/**
 * Share of L − I that a series needs when spot makes its 99.5 % adverse move at the given volatility and implied volatility
 * rises with it, plus the cost of taking it over. No scenarios, no size: only the series, the clock and shipped numbers.
 *
 * @returns ≥ 0, at most 1; 0 where L = I, NaN for a NaN.
 */
export function stressedRequirement({ asset, series, spot, tenorYears, ...stress }: StressedCase): number {
  const moves = filteredMoves(asset);
  const { vol = moves.stressVol, horizonSec = HORIZON_SEC } = stress;
  const { intrinsic, maxLoss } = payoffBounds(series, spot);
  if (maxLoss <= intrinsic) return 0;
  const deviations = series.kind === "put" ? moves.fallDeviations : moves.riseDeviations;
  const move = deviations * vol * Math.sqrt(horizonSec / SECONDS_PER_YEAR);
  const { perFall, perRise, perRootHour } = volResponse(tenorYears);
  const rise =
    (series.kind === "put" ? perFall : perRise) * move +
    SHOCK_DEVIATIONS * perRootHour * Math.sqrt(horizonSec / SECONDS_PER_HOUR);
  const impliedVol = vol * smileRatio(series.strike, spot, tenorYears) * (1 + rise);
  const value = optionValue(series, {
    logForward: Math.log(spot) + (series.kind === "put" ? -move : move),
    impliedVol,
    tenorYears,
  });
  const cost = COST_SHARE + PRICE_RISK_DEVIATIONS * vol * Math.sqrt(ORDERLY_STAGE_SEC / SECONDS_PER_YEAR);
  const unit = series.kind === "put" ? spot : 1;
  return (Math.min(value + unit * cost, maxLoss) - intrinsic) / (maxLoss - intrinsic);
}

function optionValue(
  { kind, strike }: StressedCase["series"],
  at: { readonly logForward: number; readonly impliedVol: number; readonly tenorYears: number },
): number {
  const values = new Float64Array(1);
  const forwards = Float64Array.of(Math.exp(at.logForward));
  const [logForwards, impliedVols] = [Float64Array.of(at.logForward), Float64Array.of(at.impliedVol)];
  const { tenorYears } = at;
  revalue({ kind, strike, forwards, logForwards, impliedVols, tenorYears, inCoin: kind === "call" }, values);
  return values[0] ?? Number.NaN;
}

/** Numbers of an asset; of one that the data do not know, the worst of all. */
export function filteredMoves(asset: AssetSymbol): FilteredMoves {
  const known = FILTERED_MOVES[asset];
  if (known !== undefined) return known;
  const all = Object.values(FILTERED_MOVES);
  return {
    fallDeviations: Math.max(...all.map(({ fallDeviations }) => fallDeviations)),
    riseDeviations: Math.max(...all.map(({ riseDeviations }) => riseDeviations)),
    stressVol: Math.max(...all.map(({ stressVol }) => stressVol)),
  };
}
