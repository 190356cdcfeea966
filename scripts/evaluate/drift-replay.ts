/** Replays the drift watch over a span of recorded bars, with what it knew at each time. */

import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../oracle/domain/market.ts";
import { sliceBars } from "../../oracle/domain/slice-bars.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../oracle/domain/units.ts";
import { upperBound } from "../../oracle/math/upper-bound.ts";
import { wideningPath } from "../../oracle/models/drift-watch/conformal-widening.ts";
import { findAlarms } from "../../oracle/models/drift-watch/find-alarms.ts";
import {
  WATCH_STEP_SEC,
  type WatchedStep,
  watchEnd,
  watchStart,
} from "../../oracle/models/drift-watch/watched-step.ts";
import type { QuantilePredictor } from "../../oracle/models/quantile-net/quantile-predictor.ts";
import { createVolatilityForecaster } from "../../oracle/models/volatility/volatility-forecaster.ts";
import { pastForecasts } from "../../oracle/pipeline/drift/past-forecasts.ts";
import { watchedStep } from "../../oracle/pipeline/drift/watched-steps.ts";

/** One live step. */
export interface ReplayedStep {
  readonly step: WatchedStep;
  /** In force when it was forecast. `[horizon]` */
  readonly logFactors: Float64Array;
}

/** What the watch did over a span. */
export interface DriftReplay {
  readonly steps: readonly ReplayedStep[];
  /** Times of the alarms inside of the span, seconds. */
  readonly alarms: readonly number[];
}

/** What is replayed. */
export interface ReplaySpan {
  readonly asset: AssetSymbol;
  readonly fromSec: number;
  readonly toSec: number;
}

/** History that an operator keeps, seconds. */
const HISTORY_SEC = 120 * SECONDS_PER_DAY;
/** Bars behind a span that tell the outcome of its last step. */
const OUTCOME_SEC = 3 * SECONDS_PER_DAY;

/** Replays a span: each part of it with the watch that was under way then. */
export async function replayDrift(
  snapshot: MarketSnapshot,
  { asset, fromSec, toSec }: ReplaySpan,
  predictor: Pick<QuantilePredictor, "predict">,
): Promise<DriftReplay> {
  const steps: ReplayedStep[] = [];
  const alarms: number[] = [];
  for (let partSec = fromSec; partSec < toSec; ) {
    const sinceSec = watchStart(partSec);
    const endSec = Math.min(toSec, watchEnd(partSec));
    const part = await replayWatch(snapshot, { asset, sinceSec, endSec, predictor });
    steps.push(...part.steps.filter(({ step }) => step.atSec >= partSec));
    alarms.push(...part.alarms.filter((timeSec) => timeSec >= partSec && timeSec < endSec));
    partSec = endSec;
  }
  return { steps, alarms };
}

interface WatchPart {
  readonly asset: AssetSymbol;
  readonly sinceSec: number;
  readonly endSec: number;
  readonly predictor: Pick<QuantilePredictor, "predict">;
}

async function replayWatch(snapshot: MarketSnapshot, part: WatchPart): Promise<DriftReplay> {
  const { asset, sinceSec, endSec, predictor } = part;
  const seen = cutSnapshot(snapshot, sinceSec - HISTORY_SEC, endSec + OUTCOME_SEC);
  const market = seen.assets.get(asset);
  if (market === undefined) return { steps: [], alarms: [] };
  const times: number[] = [];
  for (let atSec = sinceSec; atSec < endSec; atSec += WATCH_STEP_SEC) times.push(atSec);
  const forecaster = createVolatilityForecaster({ refitSteps: sinceSec / SECONDS_PER_HOUR });
  const forecasts = await pastForecasts(seen, asset, { times, models: { forecaster, predictor } });
  const steps = forecasts.map((forecast) => watchedStep(forecast, market));
  const { applied } = wideningPath(steps, endSec);
  return {
    steps: steps.map((step, place) => ({ step, logFactors: applied[place]?.logFactors ?? new Float64Array() })),
    alarms: findAlarms(steps).map(({ atSec }) => atSec),
  };
}

function cutSnapshot(snapshot: MarketSnapshot, fromSec: number, toSec: number): MarketSnapshot {
  const assets = [...snapshot.assets].map(([asset, market]) => [asset, cutMarket(market, fromSec, toSec)] as const);
  return { atSec: toSec, assets: new Map(assets), doubts: [] };
}

function cutMarket(market: AssetMarket, fromSec: number, toSec: number): AssetMarket {
  const { endSec } = market.bars;
  return {
    ...market,
    bars: sliceBars(market.bars, upperBound(endSec, fromSec), upperBound(endSec, toSec)),
    funding: market.funding.filter(({ receivedTimeSec }) => receivedTimeSec > fromSec && receivedTimeSec <= toSec),
  };
}
