/** Follows a walk and attributes the quantile network's 24 h 99 % fall to its features, against their medians of 30 days. */
import type { FeatureVector } from "../../../oracle/domain/features.ts";
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { VolForecast } from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { integratedGradients, type PathAttribution } from "../../../oracle/math/integrated-gradients.ts";
import { lowerMedian } from "../../../oracle/math/statistics.ts";
import type { QuantilePredictor } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import type { Predictions } from "../score/follow-variant.ts";
import type { Follower } from "../score/walk-files.ts";

/** What a walk came to. */
export interface NetworkPanel extends Follower {
  report(): readonly PathAttribution[];
}

/** Places in the tables of a prediction: 24 h, and 99 %. */
const [DAY_HORIZON, NINETY_NINE] = [2, 5];
const BASELINE_SEC = 30 * SECONDS_PER_DAY;
/** Every fourth time of the walk: each takes some thousand runs of the network. */
const EVERY = 4;
const LEAST_PAST = 20;
const STEPS = 32;

/** Attributes the network's tail of every asset. */
export function networkPanel(
  assets: readonly AssetSymbol[],
  predictor: Pick<QuantilePredictor, "predict" | "identity">,
): NetworkPanel {
  const found: PathAttribution[] = [];
  const past = new Map<AssetSymbol, FeatureVector[]>();
  let times = 0;
  const attributeAt = async (asset: AssetSymbol, snapshot: MarketSnapshot, volatility: VolForecast): Promise<void> => {
    const features = buildFeatures(snapshot, asset);
    if (!features.ok) return;
    const known = (past.get(asset) ?? []).filter(({ atSec }) => atSec >= snapshot.atSec - BASELINE_SEC);
    past.set(asset, [...known, features.value]);
    if (times % EVERY !== 0 || known.length < LEAST_PAST) return;
    const attribution = await attribute(features.value, { known, volatility, predictor });
    if (attribution !== null) found.push(attribution);
  };
  return {
    observe: async (snapshot, predictions: Predictions) => {
      times += 1;
      for (const asset of assets) {
        const volatility = predictions.get(asset)?.volatility;
        if (volatility !== undefined) await attributeAt(asset, snapshot, volatility);
      }
    },
    report: () => found,
  };
}

interface Surroundings {
  readonly known: readonly FeatureVector[];
  readonly volatility: VolForecast;
  readonly predictor: Pick<QuantilePredictor, "predict" | "identity">;
}

/** `null` where the network does not serve the whole path. */
async function attribute(
  features: FeatureVector,
  { known, volatility, predictor }: Surroundings,
): Promise<PathAttribution | null> {
  let isServed = true;
  const valuesOf = async (points: readonly Float64Array[]): Promise<readonly number[]> => {
    const predicted = await predictor.predict(
      points.map((values) => ({ features: { ...features, values }, volatility })),
    );
    isServed &&= predicted.every(({ modelId }) => modelId === predictor.identity?.id);
    return predicted.map(({ fall }) => fall[DAY_HORIZON]?.[NINETY_NINE] ?? Number.NaN);
  };
  const attribution = await integratedGradients({
    ...{ valuesOf, baseline: mediansOf(features, known), point: features.values, steps: STEPS },
  });
  return isServed ? attribution : null;
}

/** Medians of what was there; a feature that was not, or is not now, is not moved. */
function mediansOf({ missing }: FeatureVector, known: readonly FeatureVector[]): Float64Array {
  return Float64Array.from(FEATURE_SCHEMA.definitions, (_, place) => {
    const present = known.flatMap(({ values }) =>
      Number.isFinite(values[place]) ? [values[place] ?? Number.NaN] : [],
    );
    return missing[place] === 1 ? Number.NaN : (lowerMedian(present) ?? Number.NaN);
  });
}
