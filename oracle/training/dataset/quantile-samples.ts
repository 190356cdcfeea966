/** Training rows of the quantile network: live features and live forecasts at past times, with what followed. */
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import { QUANTILE_HORIZONS_HOURS, type QuantilePrediction } from "../../domain/prediction.ts";
import { SECONDS_PER_HOUR, SECONDS_PER_YEAR } from "../../domain/units.ts";
import { buildFeatures } from "../../features/build-features.ts";
import type { Rng } from "../../math/rng.ts";
import { horizonSigmas } from "../../models/quantile-net/network-inputs.ts";
import { adverseMoveQuantiles } from "../../models/volatility/adverse-move-quantiles.ts";
import { ewmaVariance } from "../../models/volatility/ewma-variance.ts";
import { stepReturns } from "../../models/volatility/step-returns.ts";
import type { VolatilityForecaster } from "../../models/volatility/volatility-forecaster.ts";
import { type MoveLabels, moveLabels } from "./move-labels.ts";

/** A market that moves forward in time, as the live path sees it: the ingestor of `oracle/ingestion` fits. */
export interface SnapshotFeed {
  advanceTo(atSec: number): void;
  snapshot(): MarketSnapshot;
}

/** Moves that the two baselines state for a row, decimal, `[horizon][level]`. */
export interface BaselineMoves {
  readonly garch: Pick<QuantilePrediction, "fall" | "rise">;
  /** Standard deviation per hour of the EWMA baseline, decimal. */
  readonly ewmaSigmaPerHour: number;
}

/** One row. */
export interface QuantileSample {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  readonly values: Float64Array;
  readonly missing: Uint8Array;
  /** `[horizon]`, decimal. */
  readonly sigma: Float64Array;
  readonly labels: MoveLabels;
  /** Only for rows of the report block, since they take milliseconds each. */
  readonly baselines: BaselineMoves | null;
}

/** What samples are taken from. */
export interface SampleRequest {
  readonly feed: SnapshotFeed;
  readonly forecaster: VolatilityForecaster;
  readonly rng: Rng;
  /** Assets to take rows of; the others of the feed only serve as peers. */
  readonly assets: readonly AssetSymbol[];
  readonly fromSec: number;
  readonly toSec: number;
  readonly everySec: number;
  /** Rows from this time on also get the baselines' moves, seconds. */
  readonly baselinesFromSec: number;
  /** Share of the span that is done, 0…1. */
  readonly onProgress?: (share: number) => void;
}

/** Prior volatility of the EWMA baseline before its first return: 100 % a year, forgotten within weeks. */
const EWMA_PRIOR_ANNUAL_VARIANCE = 1;
/** Hours of returns that the EWMA baseline reads: twelve half-lives of five days. */
const EWMA_HOURS = 1_440;

type Pending = Omit<QuantileSample, "labels"> & { readonly spot: number };

/** Takes a row of every asset at every step; rows whose future is unknown or has holes are dropped. Ascending in time. */
export function collectSamples(request: SampleRequest): readonly QuantileSample[] {
  const { feed, fromSec, toSec, everySec } = request;
  const lastHorizonSec = Math.max(...QUANTILE_HORIZONS_HOURS) * SECONDS_PER_HOUR;
  const samples: QuantileSample[] = [];
  let pending: readonly Pending[] = [];
  for (let atSec = fromSec; atSec <= toSec; atSec += everySec) {
    feed.advanceTo(atSec);
    const snapshot = feed.snapshot();
    const isDue = ({ atSec: rowSec }: Pending): boolean => rowSec + lastHorizonSec <= atSec;
    samples.push(...pending.filter(isDue).flatMap((row) => labelled(row, snapshot)));
    pending = [...pending.filter((row) => !isDue(row)), ...rowsAt(snapshot, request)];
    request.onProgress?.((atSec - fromSec) / Math.max(1, toSec - fromSec));
  }
  return samples;
}

function labelled({ spot, ...row }: Pending, snapshot: MarketSnapshot): readonly QuantileSample[] {
  const bars = snapshot.assets.get(row.asset)?.bars;
  const labels = bars === undefined ? null : moveLabels(bars, spot, row.atSec);
  return labels === null ? [] : [{ ...row, labels }];
}

function rowsAt(snapshot: MarketSnapshot, request: SampleRequest): readonly Pending[] {
  return [...snapshot.assets.values()].flatMap((market) => {
    if (!request.assets.includes(market.asset)) return [];
    const features = buildFeatures(snapshot, market.asset);
    if (!features.ok) return [];
    const { asset, spot } = market;
    const { values, missing } = features.value;
    const forecast = request.forecaster.forecast(market, snapshot.atSec);
    const hasBaselines = snapshot.atSec >= request.baselinesFromSec;
    const rng = request.rng.fork(`${asset}:${snapshot.atSec}`);
    const baselines = hasBaselines
      ? { garch: adverseMoveQuantiles(forecast, rng), ewmaSigmaPerHour: ewmaSigma(market, snapshot.atSec) }
      : null;
    return [{ asset, atSec: snapshot.atSec, spot, values, missing, sigma: horizonSigmas(forecast), baselines }];
  });
}

function ewmaSigma(market: AssetMarket, atSec: number): number {
  const stepSec = SECONDS_PER_HOUR;
  const returns = stepReturns(market.bars, { untilSec: atSec, stepSec, maxReturns: EWMA_HOURS });
  return Math.sqrt(ewmaVariance(returns, stepSec, (EWMA_PRIOR_ANNUAL_VARIANCE * stepSec) / SECONDS_PER_YEAR));
}
