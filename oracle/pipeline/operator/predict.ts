/** Features and models of one round: from a snapshot to a prediction for every asset that has data. */
import type { Logger } from "pino";
import type { FeatureVector } from "../../domain/features.ts";
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { QuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import { withEndedCalm } from "../../models/volatility/ended-calm.ts";
import { forecastVolatility, type VolatilityDependencies } from "./forecast-volatility.ts";

/** Models in use. */
export interface PredictionDependencies extends VolatilityDependencies {
  readonly predictor: QuantilePredictor;
  readonly logger: Pick<Logger, "warn">;
}

/**
 * Predicts every asset of the snapshot. An asset without features is left out: scoring then falls back to the
 * conservative values and says so.
 */
export async function predictAssets(
  snapshot: MarketSnapshot,
  deps: PredictionDependencies,
): Promise<ReadonlyMap<AssetSymbol, AssetPrediction>> {
  const usable: { readonly market: AssetMarket; readonly features: FeatureVector }[] = [];
  for (const [asset, market] of snapshot.assets) {
    const features = buildFeatures(snapshot, asset);
    if (features.ok) usable.push({ market, features: features.value });
    else deps.logger.warn({ asset, reason: features.reason }, "no features: scored conservatively");
  }
  const markets = usable.map(({ market }) => market);
  const volatilities = await forecastVolatility(markets, snapshot.atSec, deps);
  const inputs = usable.flatMap(({ features }, index) => {
    const volatility = volatilities[index];
    return volatility === undefined ? [] : [{ features, volatility }];
  });
  const quantiles = await deps.predictor.predict(inputs);
  const predictions = new Map<AssetSymbol, AssetPrediction>();
  for (const [index, { volatility }] of inputs.entries()) {
    const prediction = quantiles[index];
    const market = snapshot.assets.get(volatility.asset);
    if (prediction === undefined || market === undefined) continue;
    // After the quantiles: the network was fitted beside forecasts as they come.
    const longRun = deps.forecaster.longRunSigma(market, snapshot.atSec);
    predictions.set(volatility.asset, { volatility: withEndedCalm(volatility, longRun), quantiles: prediction });
  }
  return predictions;
}
