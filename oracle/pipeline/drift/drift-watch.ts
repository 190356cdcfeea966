/** Watches the served quantiles of every asset: states the past again, compares it with what followed, and says what to doubt. */
import type { DriftState } from "../../domain/drift.ts";
import type { AssetMarket, AssetSymbol, MarketDoubt, MarketSnapshot } from "../../domain/market.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import { type DriftJudgement, judgeDrift } from "../../models/drift-watch/drift-state.ts";
import { WATCH_STEP_SEC, type WatchedStep, watchStart } from "../../models/drift-watch/watched-step.ts";
import { widenQuantiles } from "../../models/drift-watch/widen-quantiles.ts";
import type { QuantilePredictor } from "../../models/quantile-net/quantile-predictor.ts";
import { stepOf } from "../../models/volatility/step-returns.ts";
import {
  createVolatilityForecaster,
  type VolatilityForecaster,
} from "../../models/volatility/volatility-forecaster.ts";
import { isKnownAt, type PastForecast, pastForecasts } from "./past-forecasts.ts";
import { isSettled, watchedStep } from "./watched-steps.ts";

/** What is known of every watched asset at one snapshot. */
export type DriftReading = ReadonlyMap<AssetSymbol, DriftJudgement>;

/** Watch over all assets of a node. */
export interface DriftWatch {
  /**
   * Brings the watch up to a snapshot. What it says depends on the snapshot's bars and funding alone, not on how long the node
   * has run: what it keeps from one look to the next is only what it would compute again.
   */
  look(snapshot: MarketSnapshot): Promise<DriftReading>;
}

interface AssetWatch {
  readonly sinceSec: number;
  readonly forecaster: VolatilityForecaster;
  readonly forecasts: PastForecast[];
  /** Steps whose outcome is settled, by place of the forecast. */
  readonly settled: WatchedStep[];
  nextSec: number;
}

/** Creates a watch that knows nothing yet. */
export function createDriftWatch(predictor: Pick<QuantilePredictor, "predict">): DriftWatch {
  const watches = new Map<AssetSymbol, AssetWatch>();
  return {
    look: async (snapshot) => {
      const reading = new Map<AssetSymbol, DriftJudgement>();
      for (const [asset, market] of snapshot.assets) {
        const watch = currentWatch(watches.get(asset), market, snapshot.atSec);
        watches.set(asset, watch);
        await extend(watch, snapshot, { market, predictor });
        const place = { asset, sinceSec: watch.sinceSec, atSec: snapshot.atSec };
        reading.set(asset, judgeDrift(stepsOf(watch, market), place));
      }
      return reading;
    },
  };
}

/** Doubts of the assets whose model has drifted. */
export function driftDoubts(reading: DriftReading): readonly MarketDoubt[] {
  return statesOf(reading).flatMap(({ asset, isDoubted, alarm }) =>
    isDoubted && alarm !== null
      ? [{ asset, reason: "model-drift" as const, detail: `${alarm.detector} alarm at ${alarm.atSec}` }]
      : [],
  );
}

/** The predictions with their quantiles widened. */
export function widenPredictions(
  predictions: ReadonlyMap<AssetSymbol, AssetPrediction>,
  reading: DriftReading,
): ReadonlyMap<AssetSymbol, AssetPrediction> {
  const widened = new Map<AssetSymbol, AssetPrediction>();
  for (const [asset, prediction] of predictions) {
    const logFactors = reading.get(asset)?.widening.logFactors;
    const { quantiles } = prediction;
    const wider = logFactors === undefined ? quantiles : widenQuantiles(quantiles, logFactors);
    widened.set(asset, { ...prediction, quantiles: wider });
  }
  return widened;
}

/** What people are shown. */
export function statesOf(reading: DriftReading): readonly DriftState[] {
  return [...reading.values()].map(({ state }) => state);
}

function currentWatch(known: AssetWatch | undefined, market: AssetMarket, atSec: number): AssetWatch {
  const sinceSec = watchStart(atSec);
  if (known?.sinceSec === sinceSec) return known;
  // Refits fall on multiples of this number of steps: the start itself, and none before the watch is over.
  const refitSteps = sinceSec / stepOf(market.bars);
  const forecaster = createVolatilityForecaster({ refitSteps });
  return { sinceSec, forecaster, forecasts: [], settled: [], nextSec: sinceSec };
}

async function extend(
  watch: AssetWatch,
  snapshot: MarketSnapshot,
  { market, predictor }: { readonly market: AssetMarket; readonly predictor: Pick<QuantilePredictor, "predict"> },
): Promise<void> {
  const times: number[] = [];
  for (; watch.nextSec <= snapshot.atSec && isKnownAt(market, watch.nextSec); watch.nextSec += WATCH_STEP_SEC)
    times.push(watch.nextSec);
  const models = { forecaster: watch.forecaster, predictor };
  watch.forecasts.push(...(await pastForecasts(snapshot, market.asset, { times, models })));
}

function stepsOf(watch: AssetWatch, market: AssetMarket): readonly WatchedStep[] {
  const open = watch.forecasts.slice(watch.settled.length).map((forecast) => watchedStep(forecast, market));
  const firstOpen = open.findIndex((step) => !isSettled(step, market));
  const settledNow = firstOpen < 0 ? open.length : firstOpen;
  const steps = [...watch.settled, ...open];
  watch.settled.push(...open.slice(0, settledNow));
  return steps;
}
