/** Moments of recorded hours at which the score is attacked: a few puts and calls each, with the shipped models. */
import { join } from "node:path";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import type { AssetSymbol, MarketSource } from "../../../oracle/domain/market.ts";
import { type Position, positionKey } from "../../../oracle/domain/positions.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { FEATURE_SCHEMA } from "../../../oracle/features/feature-schema.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { createQuantilePredictor } from "../../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolPredictor } from "../../../oracle/models/vol-lstm/vol-predictor.ts";
import { createVolatilityForecaster } from "../../../oracle/models/volatility/volatility-forecaster.ts";
import type { PredictionDependencies } from "../../../oracle/pipeline/operator/predict.ts";
import { openFeed } from "../../../oracle/pipeline/retraining/training-data.ts";
import { drawPositions } from "../score/drawn-positions.ts";
import type { Scene } from "./attacked-rho.ts";

/** Folder of the shipped networks. */
export const ARTIFACTS = join(import.meta.dirname, "../../../oracle/models/artifacts");
/** Drawn at each moment: a put and a call a draw. */
const DRAWS = 4;
/** Bars before the first moment: the longest history of any model. */
const HISTORY_SEC = 120 * SECONDS_PER_DAY;

/** The models that a score reads. The caller closes them. */
export interface OpenedModels {
  readonly deps: PredictionDependencies;
  close(): Promise<void>;
}

/** Opens the shipped networks and a forecaster whose fits the attack does not move: it is refitted daily, the attack lasts hours. */
export async function openScoreModels(): Promise<OpenedModels> {
  const predictor = await createQuantilePredictor({
    artifactDir: join(ARTIFACTS, "quantile-net"),
    schema: FEATURE_SCHEMA,
    rng: createRng("plimsoll-quantiles-1"),
  });
  const volPredictor = await createVolPredictor(join(ARTIFACTS, "vol-lstm"));
  const deps = { predictor, volPredictor, forecaster: createVolatilityForecaster(), logger: { warn: () => {} } };
  return {
    deps,
    close: async () => {
      await Promise.all([predictor.close(), volPredictor.close()]);
    },
  };
}

/** What scenes are cut from. */
export interface SceneRequest {
  readonly source: MarketSource;
  readonly assets: readonly AssetSymbol[];
  readonly fromSec: number;
  /** Moments, evenly spaced; the assets take turns. */
  readonly moments: number;
  readonly deps: PredictionDependencies;
}

/**
 * Cuts the scenes, ascending in time.
 *
 * @throws PlimsollError `EVALUATE_NO_WINDOW` where the bars do not reach 120 days before the end of the span.
 */
export function cutScenes({ source, assets, fromSec, moments, deps }: SceneRequest): readonly Scene[] {
  const beginSec = Math.max(fromSec, source.fromSec + HISTORY_SEC);
  if (!(beginSec < source.toSec)) throw noWindow(beginSec, source.toSec);
  const feed = openFeed(source);
  return Array.from({ length: moments }, (_, moment): Scene | null => {
    const share = (moment + 1) / (moments + 1);
    const atSec = Math.floor((beginSec + share * (source.toSec - beginSec)) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
    feed.advanceTo(atSec);
    const snapshot = feed.snapshot();
    const asset = assets[moment % assets.length] ?? "";
    const spot = snapshot.assets.get(asset)?.spot;
    if (spot === undefined) return null;
    return { asset, snapshot, positions: positionsAt({ asset, spot, atSec }), deps };
  }).filter((scene) => scene !== null);
}

/** The same positions for the same asset and time. */
export function positionsAt(at: {
  readonly asset: AssetSymbol;
  readonly spot: number;
  readonly atSec: number;
}): readonly Position[] {
  const drawn = Array.from({ length: DRAWS }, (_, draw) =>
    drawPositions({ ...at, rng: createRng(`adversarial-positions-${draw}`) }),
  ).flat();
  const positions = drawn.map((position, place) => ({
    ...position,
    id: BigInt(place + 1),
    seriesId: BigInt(place + 1),
  }));
  if (new Set(positions.map(positionKey)).size !== positions.length) throw new RangeError("Two positions share a key.");
  return positions;
}

function noWindow(beginSec: number, toSec: number): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No moment lies between ${beginSec} and ${toSec}.`,
    remedy: "Give hourly bars of BTC or ETH that reach 120 days before --from and beyond it.",
    context: { beginSec, toSec },
  });
}
