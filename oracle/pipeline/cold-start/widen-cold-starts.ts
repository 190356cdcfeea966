/** Widens the quantiles of assets that the network does not know, or that have little history. */
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import { QUANTILE_HORIZONS_HOURS } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../domain/units.ts";
import { coldStartPlan } from "../../models/cold-start/cold-start.ts";
import { widenQuantiles } from "../../models/drift-watch/widen-quantiles.ts";

/**
 * The predictions, those of cold assets wider.
 *
 * @param trainedAssets assets that the network was fitted on; none makes every asset a cold one.
 */
export function widenColdStarts(
  predictions: ReadonlyMap<AssetSymbol, AssetPrediction>,
  snapshot: MarketSnapshot,
  trainedAssets: readonly AssetSymbol[],
): ReadonlyMap<AssetSymbol, AssetPrediction> {
  const widened = new Map<AssetSymbol, AssetPrediction>();
  for (const [asset, prediction] of predictions) {
    const market = snapshot.assets.get(asset);
    const historyHours = market === undefined ? 0 : historyHoursOf(market);
    const { logFactor } = coldStartPlan({ historyHours, isTrained: trainedAssets.includes(asset) });
    const logFactors = new Float64Array(QUANTILE_HORIZONS_HOURS.length).fill(logFactor);
    widened.set(asset, { ...prediction, quantiles: widenQuantiles(prediction.quantiles, logFactors) });
  }
  return widened;
}

/** Hours from the end of the oldest bar to that of the newest; 0 for fewer than two. */
export function historyHoursOf({ bars }: Pick<AssetMarket, "bars">): number {
  return ((bars.endSec.at(-1) ?? 0) - (bars.endSec[0] ?? 0)) / SECONDS_PER_HOUR;
}
