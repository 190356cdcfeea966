/** States again what the models say of past times, from the bars of a snapshot alone: the same on every node and after a restart. */

import type { FeatureVector } from "../../domain/features.ts";
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import {
  QUANTILE_HORIZONS_HOURS,
  QUANTILE_LEVELS,
  type QuantilePrediction,
  type VolForecast,
} from "../../domain/prediction.ts";
import { sliceBars } from "../../domain/slice-bars.ts";
import { buildFeatures } from "../../features/build-features.ts";
import { upperBound } from "../../math/upper-bound.ts";
import type { WatchedStep } from "../../models/drift-watch/watched-step.ts";
import { horizonSigmas } from "../../models/quantile-net/network-inputs.ts";
import type { QuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import type { VolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";

/** A forecast of the past in the units of the watch, with the price that it started from. */
export interface PastForecast extends Pick<WatchedStep, "atSec" | "stated"> {
  /** USD. */
  readonly spot: number;
  /** Standard deviation of the log return over each horizon, decimal. `[horizon]` */
  readonly sigma: Float64Array;
}

/** What forecasts are made with. */
export interface PastModels {
  readonly forecaster: VolatilityForecaster;
  readonly predictor: Pick<QuantilePredictor, "predict">;
}

/** Log of a fall of almost everything: where a stated fall of 1 is cut, so that its logarithm exists. */
const LARGEST_FALL = 0.999;

/**
 * Forecasts of an asset at past times. They read bars and funding as they were then; books and volatility indices of the
 * past are not kept, so the models see them as missing.
 *
 * @param times ascending, none later than the snapshot, seconds.
 * @returns ascending; times without features or without a sound prediction are left out.
 */
export async function pastForecasts(
  snapshot: MarketSnapshot,
  asset: AssetSymbol,
  { times, models }: { readonly times: readonly number[]; readonly models: PastModels },
): Promise<readonly PastForecast[]> {
  const inputs: { readonly features: FeatureVector; readonly volatility: VolForecast; readonly spot: number }[] = [];
  for (const atSec of times) {
    const past = pastSnapshot(snapshot, atSec);
    const market = past.assets.get(asset);
    const features = buildFeatures(past, asset);
    if (market === undefined || !features.ok) continue;
    const volatility = models.forecaster.forecast(market, atSec);
    inputs.push({ features: features.value, volatility, spot: market.spot });
  }
  const predictions = await models.predictor.predict(inputs);
  return inputs.flatMap(({ volatility, spot }, index) => {
    const prediction = predictions[index];
    return prediction === undefined ? [] : [inUnits(prediction, volatility, spot)];
  });
}

/** Whether the bar that ends at a time is there, or a later one: earlier, another node may know more. */
export function isKnownAt(market: AssetMarket, atSec: number): boolean {
  return (market.bars.endSec.at(-1) ?? Number.NEGATIVE_INFINITY) >= atSec;
}

function inUnits({ atSec, fall, rise }: QuantilePrediction, volatility: VolForecast, spot: number): PastForecast {
  const sigma = horizonSigmas(volatility);
  const scaled = (moves: readonly Float64Array[], toLog: (move: number) => number): readonly Float64Array[] =>
    QUANTILE_HORIZONS_HOURS.map((_, horizon) => {
      const unit = sigma[horizon] ?? Number.NaN;
      return Float64Array.from(QUANTILE_LEVELS, (_level, place) => toLog(moves[horizon]?.[place] ?? Number.NaN) / unit);
    });
  const stated = {
    fall: scaled(fall, (move) => -Math.log1p(-Math.min(move, LARGEST_FALL))),
    rise: scaled(rise, Math.log1p),
  };
  return { atSec, stated, spot, sigma };
}

function pastSnapshot(snapshot: MarketSnapshot, atSec: number): MarketSnapshot {
  const assets = new Map<AssetSymbol, AssetMarket>();
  for (const [asset, market] of snapshot.assets) {
    const past = pastMarket(market, atSec);
    if (past !== null) assets.set(asset, past);
  }
  return { atSec, assets, doubts: [] };
}

function pastMarket(market: AssetMarket, atSec: number): AssetMarket | null {
  const count = upperBound(market.bars.endSec, atSec);
  const bars = sliceBars(market.bars, 0, count);
  const spot = bars.close.at(-1);
  if (spot === undefined) return null;
  return {
    asset: market.asset,
    spot,
    provenance: { ...market.provenance, sourceTimeSec: bars.endSec.at(-1) ?? atSec, receivedTimeSec: atSec },
    bars,
    book: null,
    depthReference: null,
    funding: market.funding.filter(({ receivedTimeSec }) => receivedTimeSec <= atSec),
    volIndex: null,
  };
}
