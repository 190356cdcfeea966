/** Joint scenarios: one signed move of each asset on every path, and named shocks, with the values of a series on both. */
import { type OptionSeries, tenorYears } from "../domain/positions.ts";
import { revalue } from "../math/black76-kernel.ts";
import type { AdversePaths } from "./adverse-paths.ts";
import { type AssetContext, horizonStepsOf } from "./asset-context.ts";
import { lossDistribution } from "./loss-distribution.ts";
import type { ScenarioBook } from "./scenario-book.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import { carriedStrike, seriesVol } from "./series-vol.ts";

/** A shock of every asset at once. */
export interface Shock {
  readonly name: string;
  readonly spotMove: number;
  readonly volRatio: number;
}

/** Moves of every asset with implied volatility that grows with their size (a choice, not a fit), and volatility alone. */
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
/** Paths of one asset up to the horizon H. */
export interface AssetScenarios {
  readonly context: AssetContext;
  readonly steps: number;
  /** With the signed returns of both directions. */
  readonly paths: AdversePaths;
  /** Prices at the end of the horizon, USD. `[paths]` */
  readonly prices: Float64Array;
}

/**
 * Moves at the end of the horizon: falls stretched to the learned tail of falls, rises to that of rises, so that one path is
 * one state of the market for both kinds of options. Paths of different assets belong together (common draws).
 */
export function assetScenarios(
  context: AssetContext,
  book: Pick<ScenarioBook, "paths">,
  settings: ScoringSettings,
): AssetScenarios {
  const steps = horizonStepsOf(context, settings);
  const [falls, rises] = [book.paths(context, "put"), book.paths(context, "call")];
  const logReturn = falls.logReturn.map((moves, step) =>
    moves.map((move, path) => (move < 0 ? move : (rises.logReturn[step]?.[path] ?? Number.NaN))),
  );
  const prices = (logReturn[steps - 1] ?? new Float64Array(0)).map((move) => context.market.spot * Math.exp(move));
  return { context, steps, paths: { ...falls, logReturn }, prices };
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

/** Values a series on the scenarios of its asset, by the score's own revaluation at the end of the horizon. */
export function seriesValues(
  series: Pick<OptionSeries, "kind" | "strike" | "expirySec">,
  { context, steps, paths, prices }: AssetScenarios,
  atSec: number,
): SeriesValues {
  const { spot } = context.market;
  const tenor = tenorYears(series, atSec);
  const vol = seriesVol(series, context, atSec);
  const { impliedVol, response } = vol;
  const valued = { kind: series.kind, strike: carriedStrike(series, vol) };
  const { optionValue, values } = lossDistribution({
    ...{ series: valued, spot, paths, steps, impliedVol, response, tenorYears: tenor },
    mode: "endpoint",
  });
  const shockPrices = Float64Array.from(SHOCKS, ({ spotMove }) => spot * (1 + spotMove));
  const shockVols = Float64Array.from(SHOCKS, ({ volRatio }) => impliedVol * volRatio);
  const shocks = new Float64Array(SHOCKS.length);
  const logForwards = shockPrices.map(Math.log);
  const shocked = { forwards: shockPrices, logForwards, impliedVols: shockVols, tenorYears: tenor, inCoin: false };
  revalue({ ...valued, ...shocked }, shocks);
  const unit = (at: Float64Array): Float64Array => (series.kind === "call" ? at : new Float64Array(at.length).fill(1));
  const [unitNow, unitScenarios] = [series.kind === "call" ? spot : 1, unit(prices)];
  return {
    now: optionValue * unitNow,
    scenarios: values.map((value, path) => value * (unitScenarios[path] ?? Number.NaN)),
    shocks,
    unitNow,
    unitScenarios,
    unitShocks: unit(shockPrices),
  };
}
