/** Joint scenarios: one signed move of each asset on every path, and named shocks, with the values of a series on both. */
import type { AssetSymbol } from "../domain/market.ts";
import { type OptionKind, type OptionSeries, tenorYears } from "../domain/positions.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../domain/units.ts";
import { revalue } from "../math/black76-kernel.ts";
import { adversePaths } from "./adverse-paths.ts";
import type { AssetContext } from "./asset-context.ts";
import { drawScenarios } from "./scenario-draws.ts";
import { simulateSpot } from "./scenarios.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { smileRatio, volResponse } from "./vol-surface.ts";

/** A shock of every asset at once. */
export interface Shock {
  readonly name: string;
  readonly spotMove: number;
  readonly volRatio: number;
}

/** Falls as far as the worst days of BTC since 2020 and beyond, rises likewise, and volatility alone. */
export const SHOCKS: readonly Shock[] = [
  { name: "fall of 10 %", spotMove: -0.1, volRatio: 1.25 },
  { name: "fall of 20 %", spotMove: -0.2, volRatio: 1.5 },
  { name: "fall of 30 %", spotMove: -0.3, volRatio: 1.75 },
  { name: "fall of 50 %", spotMove: -0.5, volRatio: 2.5 },
  { name: "rise of 10 %", spotMove: 0.1, volRatio: 1 },
  { name: "rise of 20 %", spotMove: 0.2, volRatio: 1.25 },
  { name: "rise of 30 %", spotMove: 0.3, volRatio: 1.5 },
  { name: "rise of 50 %", spotMove: 0.5, volRatio: 2 },
  { name: "volatility doubles", spotMove: 0, volRatio: 2 },
];
/** A lasting fall of implied volatility is not taken below this share of today's, as in the score. */
const SMALLEST_VOL_RATIO = 0.3;

/** Moves of one asset. `[paths]` */
export interface AssetScenarios {
  readonly spot: number;
  readonly hours: number;
  /** Log return at the end of the horizon. */
  readonly logReturn: Float64Array;
  /** Shock of implied volatility, standard deviations. */
  readonly volShock: Float64Array;
}

/**
 * Moves at the end of the horizon: falls stretched to the learned tail of falls, rises to that of rises, so that one path is
 * one state of the market for both kinds of options. Paths of different assets belong together (common draws).
 */
export function assetScenarios(context: AssetContext, settings: ScoringSettings): AssetScenarios {
  const { spot } = context.market;
  const { quantiles, volatility } = context.prediction;
  const steps = Math.max(1, Math.ceil(settings.horizonSec / SECONDS_PER_HOUR / context.stepHours - 1e-9));
  const draws = drawScenarios({ paths: settings.paths, seed: settings.seed, steps });
  const scenarios = simulateSpot(draws, volatility);
  const signed = (kind: OptionKind): Float64Array => {
    const paths = adversePaths({ kind, spot, scenarios, quantiles, volShock: draws.volShock, settings });
    return paths.logReturn[steps - 1] ?? new Float64Array(0);
  };
  const [falls, rises] = [signed("put"), signed("call")];
  const logReturn = falls.map((move, path) => (move < 0 ? move : (rises[path] ?? Number.NaN)));
  return { spot, hours: steps * context.stepHours, logReturn, volShock: draws.volShock };
}

/** Values of one contract, USD at the prices of each state. */
export interface SeriesValues {
  readonly now: number;
  /** `[paths]` */
  readonly scenarios: Float64Array;
  /** `[shocks]` */
  readonly shocks: Float64Array;
  /** Price of a unit of the collateral in the same states, USD: 1 for puts, the coin for calls. */
  readonly unitNow: number;
  readonly unitScenarios: Float64Array;
  readonly unitShocks: Float64Array;
}

/** Values a series on the scenarios of its asset. */
export function seriesValues(
  series: Pick<OptionSeries, "kind" | "strike" | "expirySec"> & { readonly asset: AssetSymbol },
  {
    context,
    scenarios,
    atSec,
  }: { readonly context: AssetContext; readonly scenarios: AssetScenarios; readonly atSec: number },
): SeriesValues {
  const { spot, hours, logReturn, volShock } = scenarios;
  const tenor = tenorYears(series, atSec);
  const impliedVol = context.impliedVol * smileRatio(series.strike, spot, tenor);
  const response = volResponse(tenor);
  const later = Math.max(0, tenor - (hours * SECONDS_PER_HOUR) / SECONDS_PER_YEAR);
  const vols = logReturn.map((move, path) => {
    const level = move < 0 ? response.perFall * -move : response.perRise * move;
    const shift = level + response.perRootHour * (volShock[path] ?? 0) * Math.sqrt(hours);
    return impliedVol * Math.max(SMALLEST_VOL_RATIO, 1 + shift);
  });
  const prices = logReturn.map((move) => spot * Math.exp(move));
  const shockPrices = Float64Array.from(SHOCKS, ({ spotMove }) => spot * (1 + spotMove));
  const shockVols = Float64Array.from(SHOCKS, ({ volRatio }) => impliedVol * volRatio);
  const unit = (at: Float64Array): Float64Array => (series.kind === "call" ? at : new Float64Array(at.length).fill(1));
  return {
    now: valuesAt(series, { prices: Float64Array.of(spot), vols: Float64Array.of(impliedVol), tenor })[0] ?? Number.NaN,
    scenarios: valuesAt(series, { prices, vols, tenor: later }),
    shocks: valuesAt(series, { prices: shockPrices, vols: shockVols, tenor }),
    unitNow: series.kind === "call" ? spot : 1,
    unitScenarios: unit(prices),
    unitShocks: unit(shockPrices),
  };
}

function valuesAt(
  { kind, strike }: Pick<OptionSeries, "kind" | "strike">,
  { prices, vols, tenor }: { readonly prices: Float64Array; readonly vols: Float64Array; readonly tenor: number },
): Float64Array {
  const values = new Float64Array(prices.length);
  const logForwards = prices.map(Math.log);
  revalue({ kind, strike, forwards: prices, logForwards, impliedVols: vols, tenorYears: tenor, inCoin: false }, values);
  return values;
}
