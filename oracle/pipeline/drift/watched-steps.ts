/** Puts past forecasts beside what the bars of a snapshot say has followed. */
import type { AssetMarket } from "../../domain/market.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { maturitySec, type WatchedStep } from "../../models/drift-watch/watched-step.ts";
import { movesByHorizon } from "../../training/dataset/move-labels.ts";
import type { PastForecast } from "./past-forecasts.ts";

/**
 * The outcome of a forecast as far as the bars tell it.
 *
 * @returns NaN for horizons that are not over, or that bars do not cover.
 */
export function watchedStep(forecast: PastForecast, { bars }: Pick<AssetMarket, "bars">): WatchedStep {
  const { atSec, stated, spot, sigma } = forecast;
  const moves = movesByHorizon(bars, spot, atSec);
  const knownSec = bars.endSec.at(-1) ?? Number.NEGATIVE_INFINITY;
  const scaled = (log: number, horizon: number): number =>
    maturitySec(forecast, horizon) <= knownSec ? log / (sigma[horizon] ?? Number.NaN) : Number.NaN;
  return { atSec, stated, realised: { fall: moves.fall.map(scaled), rise: moves.rise.map(scaled) } };
}

/** Whether nothing more will become known of a step. */
export function isSettled(step: WatchedStep, { bars }: Pick<AssetMarket, "bars">): boolean {
  return maturitySec(step, QUANTILE_HORIZONS_HOURS.length - 1) <= (bars.endSec.at(-1) ?? Number.NEGATIVE_INFINITY);
}
