/** Walks the hourly files of some assets with the shipped models, and lets followers see every moment. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { openFileSource } from "../../../oracle/ingestion/sources/file-source.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type CascadePredictor, createCascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { createQuantilePredictor } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolPredictor } from "../../../oracle/models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import type { PredictionDependencies } from "../../../oracle/pipeline/operator/predict.ts";
import { openFeed } from "../../../oracle/pipeline/retraining/training-data.ts";
import type { EvaluationRequest } from "../registry.ts";
import type { Predictions } from "./follow-variant.ts";
import { type ScoredOutcome, walkScores } from "./score-walk.ts";

/** The shipped models. */
export interface WalkModels extends PredictionDependencies {
  readonly cascades: Pick<CascadePredictor, "hazardAt">;
}

/** Sees every moment of a walk. */
export interface Follower {
  observe(snapshot: MarketSnapshot, predictions: Predictions): Promise<void>;
}

/** What is walked. */
export interface FileWalk<Followers> extends EvaluationRequest {
  readonly assets: readonly AssetSymbol[];
  /** Followers by name, made once the models are open. */
  readonly follow: (models: WalkModels) => Followers;
}

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "../../../oracle/models/artifacts");
/** Hours between times: coprime to day and week, so that all phases of both occur. */
const EVERY_HOURS = 11;
/** Steps between refits of the GARCH family, as for the rows of the quantile network; a live node refits daily. */
const REFIT_STEPS = 720;
/** Bars before the first time: a first fit, the longest features, and 90 days of hours for the volatility network. */
const WARM_UP_SEC = 91 * SECONDS_PER_DAY;

/**
 * Walks from `fromSec`, or from the first time with enough history, to the end of the files.
 *
 * @throws PlimsollError those of the readers, e.g. `DATA_NOT_FOUND`.
 */
export async function walkFiles<Followers extends Readonly<Record<string, Follower>>>({
  paths,
  fromSec,
  assets,
  follow,
}: FileWalk<Followers>): Promise<{ readonly outcomes: readonly ScoredOutcome[]; readonly followers: Followers }> {
  const source = await openFileSource({ paths, assets });
  const firstSec = Math.max(fromSec ?? 0, source.fromSec + WARM_UP_SEC);
  const models = await openModels();
  try {
    const followers = follow(models);
    const outcomes = await walkScores({
      feed: openFeed(source),
      deps: models,
      assets,
      fromSec: Math.ceil(firstSec / SECONDS_PER_HOUR) * SECONDS_PER_HOUR,
      toSec: source.toSec,
      everySec: EVERY_HOURS * SECONDS_PER_HOUR,
      onTime: async (snapshot, predictions) => {
        for (const follower of Object.values(followers)) await follower.observe(snapshot, predictions);
      },
    });
    return { outcomes, followers };
  } finally {
    await Promise.all([models.predictor.close(), models.volPredictor.close(), models.cascades.close()]);
  }
}

async function openModels() {
  const predictor = await createQuantilePredictor({
    artifactDir: join(ARTIFACTS, "quantile-net"),
    schema: FEATURE_SCHEMA,
    rng: createRng("plimsoll-quantiles-1"),
  });
  const volPredictor = await createVolPredictor(join(ARTIFACTS, "vol-lstm"));
  const cascades = await createCascadePredictor(join(ARTIFACTS, "cascade"));
  const forecaster = createVolatilityForecaster({ refitSteps: REFIT_STEPS });
  return { predictor, volPredictor, cascades, forecaster, logger: { warn: () => {} } };
}
