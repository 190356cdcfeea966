/** Features and models of one round: from a snapshot to a prediction for every asset that has data. */
import type { Logger } from "pino";
import type { FeatureVector } from "../../domain/features.ts";
import type { AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import type { AssetPrediction, VolForecast } from "../../domain/prediction.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { QuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import type { VolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";

/** Models in use. */
export interface PredictionDependencies {
  readonly forecaster: VolatilityForecaster;
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
  const inputs: { readonly features: FeatureVector; readonly volatility: VolForecast }[] = [];
  for (const [asset, market] of snapshot.assets) {
    const features = buildFeatures(snapshot, asset);
    if (features.ok) {
      inputs.push({ features: features.value, volatility: deps.forecaster.forecast(market, snapshot.atSec) });
    } else deps.logger.warn({ asset, reason: features.reason }, "no features: scored conservatively");
  }
  const quantiles = await deps.predictor.predict(inputs);
  const predictions = new Map<AssetSymbol, AssetPrediction>();
  for (const [index, { volatility }] of inputs.entries()) {
    const prediction = quantiles[index];
    if (prediction !== undefined) predictions.set(volatility.asset, { volatility, quantiles: prediction });
  }
  return predictions;
}
