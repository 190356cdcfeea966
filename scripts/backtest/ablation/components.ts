/** The parts of a score that are taken out, or put in where they are off, one at a time. */
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { QuantilePrediction, VolForecast } from "../../../oracle/domain/prediction.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { adverseMoveQuantiles } from "../../../oracle/models/volatility/adverse-move-quantiles.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import { predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { cascadeVariant } from "../../evaluate/score/cascade-variant.ts";
import type { Predictions, Variant } from "../../evaluate/score/follow-variant.ts";
import type { WalkModels } from "../../evaluate/score/walk-files.ts";

/** One part. */
export interface Component {
  readonly id: string;
  /** What serves in its place; or, for a part that is off, what turning it on means. */
  readonly change: string;
  readonly isOn: boolean;
  readonly variant: Variant;
}

type Predict = NonNullable<Variant["predict"]>;

/** `cascadeHorizonWeight` at which the hazard is tried. */
const TRIED_CASCADE_WEIGHT = 0.5;
/** Expected shortfall over a tenth of all paths lies below the 99 % quantile, so that the quantile alone decides. */
const IDLE_TAIL_RATIO = 10;
const SEED = "plimsoll-quantiles-1";

/** Parts in the order of the data flow: volatility, tail, requirement, add-ons. */
export function components(models: WalkModels): readonly Component[] {
  const { horizonSec } = DEFAULT_SCORING_SETTINGS;
  const unstretched = { minStretch: 1, maxStretch: 1 };
  return [
    on("garch", "moving average of squared returns, residuals of a heavy-tailed law", {
      predict: withoutGarch(models),
    }),
    on("vol-lstm", "the GARCH family's volatility alone", { predict: withoutVolNetwork(models) }),
    on("quantile-net", "quantiles of the GARCH paths", { predict: withoutQuantileNetwork }),
    on("learned stretch", "paths as they were drawn", { settings: unstretched }),
    on("both networks", "GARCH paths as they were drawn", {
      predict: async (snapshot, predictions) =>
        withoutQuantileNetwork(snapshot, await plain(snapshot, predictions, models)),
      settings: unstretched,
    }),
    on("expected shortfall", "the 99 % quantile alone", { settings: { shortfallTailRatio: IDLE_TAIL_RATIO } }),
    on("horizon by size", "6 h for every size", { settings: { maxHorizonSec: horizonSec } }),
    on("stressed window", "no floor", { settings: { stressWeight: 0 } }),
    on("concentration", "no add-on", { settings: { concentrationRate: 0 } }),
    {
      id: "cascade",
      change: `horizon of puts by the hazard, weight ${TRIED_CASCADE_WEIGHT}`,
      isOn: false,
      variant: cascadeVariant(models.cascades, TRIED_CASCADE_WEIGHT),
    },
  ];
}

function on(id: string, change: string, variant: Variant): Component {
  return { id, change, isOn: true, variant };
}

/** A forecaster that never has enough steps for a fit; the networks go on from its forecast. */
function withoutGarch(models: WalkModels): Predict {
  const forecaster = createVolatilityForecaster({ minSteps: Number.POSITIVE_INFINITY });
  return (snapshot) => predictAssets(snapshot, { ...models, forecaster });
}

function withoutVolNetwork(models: WalkModels): Predict {
  return (snapshot, predictions) => plain(snapshot, predictions, models);
}

/** The GARCH family's volatility, and the quantile network's answer to it. */
async function plain(snapshot: MarketSnapshot, predictions: Predictions, models: WalkModels): Promise<Predictions> {
  const inputs = [...predictions.keys()].flatMap((asset) => {
    const [market, features] = [snapshot.assets.get(asset), buildFeatures(snapshot, asset)];
    return market === undefined || !features.ok
      ? []
      : [{ features: features.value, volatility: models.forecaster.forecast(market, snapshot.atSec) }];
  });
  const quantiles = await models.predictor.predict(inputs);
  return paired(
    inputs.map(({ volatility }) => volatility),
    quantiles,
  );
}

/** Without the flag of a missing artefact: what is judged is the other model, not the doubt. */
async function withoutQuantileNetwork(_: MarketSnapshot, predictions: Predictions): Promise<Predictions> {
  const rng = createRng(SEED);
  const volatilities = [...predictions.values()].map(({ volatility }) => volatility);
  const draw = (forecast: VolForecast): QuantilePrediction =>
    adverseMoveQuantiles(forecast, rng.fork(`${forecast.asset}:${forecast.atSec}`));
  return paired(volatilities, volatilities.map(draw));
}

function paired(volatilities: readonly VolForecast[], quantiles: readonly QuantilePrediction[]): Predictions {
  return new Map(
    volatilities.flatMap(
      (volatility, index): [AssetSymbol, { volatility: VolForecast; quantiles: QuantilePrediction }][] => {
        const found = quantiles[index];
        return found === undefined ? [] : [[volatility.asset, { volatility, quantiles: found }]];
      },
    ),
  );
}
