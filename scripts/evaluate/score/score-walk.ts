/** Walks a market through time as the live path sees it, and collects judged positions with their outcomes. */
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { AssetPrediction, VolForecast } from "../../../oracle/domain/prediction.ts";
import type { MarketIngestor } from "../../../oracle/ingestion/market-ingestor.ts";
import { type PredictionDependencies, predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { assetContext } from "../../../oracle/scoring/asset-context.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { judgeDrawn } from "./judge-drawn.ts";
import { createOutcomeQueue, OUTCOME_WAIT_SEC, type Settled, type Waiting } from "./outcome-queue.ts";

/** What is walked. */
export interface ScoreWalk {
  readonly feed: MarketIngestor;
  /** Models of the product; the filtered historical simulation reads its forecaster alone. */
  readonly deps: PredictionDependencies;
  /** Assets that are judged; the others of the feed are peers. */
  readonly assets: readonly AssetSymbol[];
  readonly fromSec: number;
  readonly toSec: number;
  readonly everySec: number;
  /** Called at every time with the predictions, e.g. to follow a panel of positions. */
  readonly onTime: (snapshot: MarketSnapshot, predictions: ReadonlyMap<AssetSymbol, AssetPrediction>) => Promise<void>;
}

/** A judged position with its outcome. */
export type ScoredOutcome = Settled<Waiting>;

/** The filtered historical simulation as published: nothing stretches its moves, nothing is added to forecast and residuals. */
const FILTERED_SETTINGS = {
  ...DEFAULT_SCORING_SETTINGS,
  minStretch: 1,
  maxStretch: 1,
  volUncertainty: 0,
  longRunShare: 0,
};

/** Outcomes in time order; positions whose future is not whole are left out. */
export async function walkScores(walk: ScoreWalk): Promise<readonly ScoredOutcome[]> {
  const { feed, fromSec, toSec, everySec } = walk;
  const outcomes: ScoredOutcome[] = [];
  const queue = createOutcomeQueue();
  for (let atSec = fromSec; atSec <= toSec + OUTCOME_WAIT_SEC + everySec; atSec += everySec) {
    feed.advanceTo(atSec);
    const snapshot = feed.snapshot();
    outcomes.push(...queue.settle(snapshot));
    if (atSec <= toSec) queue.add(await judgeAll(snapshot, walk));
  }
  return outcomes;
}

async function judgeAll(snapshot: MarketSnapshot, walk: ScoreWalk): Promise<readonly Waiting[]> {
  const predictions = await predictAssets(snapshot, walk.deps);
  await walk.onTime(snapshot, predictions);
  return walk.assets.flatMap((asset) => {
    const market = snapshot.assets.get(asset);
    return market === undefined ? [] : judgeAsset(market, { snapshot, predictions, walk });
  });
}

interface Moment {
  readonly snapshot: MarketSnapshot;
  readonly predictions: ReadonlyMap<AssetSymbol, AssetPrediction>;
  readonly walk: ScoreWalk;
}

function judgeAsset(market: AssetMarket, { snapshot, predictions, walk }: Moment): readonly Waiting[] {
  const { atSec } = snapshot;
  const { asset } = market;
  const settings = DEFAULT_SCORING_SETTINGS;
  const product = assetContext(asset, { snapshot, predictions, atSec, settings });
  if (product === null) return [];
  const volatility: VolForecast = walk.deps.forecaster.forecast(market, atSec);
  const filtered = { ...product, prediction: { ...product.prediction, volatility } };
  const given = { product, filtered, atSec, productSettings: settings, filteredSettings: FILTERED_SETTINGS };
  const { judged } = judgeDrawn(asset, given);
  return judged.map((entry) => ({ asset, atSec, ...entry }));
}
