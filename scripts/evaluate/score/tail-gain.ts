/** What the volatility network is worth in the tails: pinball loss of the learned quantiles with and without it. */
import type { AssetSymbol, BarSeries, MarketSnapshot } from "../../../oracle/domain/market.ts";
import {
  type AssetPrediction,
  QUANTILE_HORIZONS_HOURS,
  QUANTILE_LEVELS,
  type QuantilePrediction,
} from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import type { PredictionDependencies } from "../../../oracle/pipeline/operator/predict.ts";
import { worstMovesAfter } from "./known-path.ts";

/** Horizons that are judged, hours: those at which the network says something, up to a day. */
const HORIZONS_HOURS = QUANTILE_HORIZONS_HOURS.filter((hours) => hours <= 24);
/** Levels that requirements rest on. */
const TAIL_LEVEL = 0.99;
const WAIT_SEC = 25 * SECONDS_PER_HOUR;

/** Mean over all cells (direction, horizon, level) of the pinball loss with the network over that without it. */
export interface TailGain {
  readonly moments: number;
  readonly allLevels: number;
  /** From the 99 % level on. */
  readonly tailLevels: number;
}

/** Pinball losses of one prediction. `[direction][horizon][level]`, flat */
type Losses = Float64Array;

interface Pending {
  readonly asset: AssetSymbol;
  readonly spot: number;
  readonly atSec: number;
  readonly served: QuantilePrediction;
  readonly plain: QuantilePrediction;
}

/** Follows the quantiles of some assets through time. */
export interface TailFollower {
  observe(snapshot: MarketSnapshot, predictions: ReadonlyMap<AssetSymbol, AssetPrediction>): Promise<void>;
  /** Gain over the moments whose day is over; NaN for none. */
  report(): TailGain;
}

/** Creates a follower that asks the same quantile model with the GARCH family's volatility alone. */
export function followTails(
  assets: readonly AssetSymbol[],
  { forecaster, predictor }: Pick<PredictionDependencies, "forecaster" | "predictor">,
): TailFollower {
  const found: { readonly served: Losses; readonly plain: Losses }[] = [];
  let pending: readonly Pending[] = [];
  return {
    observe: async (snapshot, predictions) => {
      const isDue = ({ atSec }: Pending): boolean => atSec + WAIT_SEC <= snapshot.atSec;
      found.push(...pending.filter(isDue).flatMap((entry) => settle(entry, snapshot)));
      pending = pending.filter((entry) => !isDue(entry));
      for (const asset of assets) {
        const [market, served] = [snapshot.assets.get(asset), predictions.get(asset)?.quantiles];
        const features = buildFeatures(snapshot, asset);
        if (market === undefined || served === undefined || !features.ok) continue;
        const volatility = forecaster.forecast(market, snapshot.atSec);
        const [plain] = await predictor.predict([{ features: features.value, volatility }]);
        const { atSec } = snapshot;
        if (plain !== undefined) pending = [...pending, { asset, spot: market.spot, atSec, served, plain }];
      }
    },
    report: () => gainOf(found),
  };
}

function settle({ asset, served, plain, ...at }: Pending, snapshot: MarketSnapshot) {
  const bars = snapshot.assets.get(asset)?.bars;
  if (bars === undefined) return [];
  const losses = [served, plain].map((prediction) => pinballLosses(prediction, bars, at));
  const [first, second] = losses;
  return first && second ? [{ served: first, plain: second }] : [];
}

/** Pinball losses of the log moves; `null` where bars are missing. */
function pinballLosses(
  prediction: Pick<QuantilePrediction, "fall" | "rise">,
  bars: BarSeries,
  { spot, atSec }: { readonly spot: number; readonly atSec: number },
): Losses | null {
  const losses: number[] = [];
  for (const kind of ["put", "call"] as const) {
    const moves = worstMovesAfter(bars, { kind, spot }, { atSec, hours: Math.max(...HORIZONS_HOURS) });
    if (moves === null) return null;
    HORIZONS_HOURS.forEach((hours, horizon) => {
      const stated = kind === "put" ? prediction.fall[horizon] : prediction.rise[horizon];
      const move = moves[hours - 1] ?? Number.NaN;
      QUANTILE_LEVELS.forEach((level, place) => {
        const gap = move - logMove(kind, stated?.[place] ?? Number.NaN);
        losses.push(Math.max(level * gap, (level - 1) * gap));
      });
    });
  }
  return Float64Array.from(losses);
}

function logMove(kind: "put" | "call", move: number): number {
  return kind === "put" ? -Math.log1p(-move) : Math.log1p(move);
}

function gainOf(found: readonly { readonly served: Losses; readonly plain: Losses }[]): TailGain {
  const cells = 2 * HORIZONS_HOURS.length * QUANTILE_LEVELS.length;
  const ratio = (cell: number): number =>
    mean(found.map(({ served }) => served[cell] ?? Number.NaN)) /
    mean(found.map(({ plain }) => plain[cell] ?? Number.NaN));
  const ratios = Array.from({ length: cells }, (_, cell) => ratio(cell));
  const isTail = (cell: number): boolean => (QUANTILE_LEVELS[cell % QUANTILE_LEVELS.length] ?? 0) >= TAIL_LEVEL;
  return {
    moments: found.length,
    allLevels: mean(ratios),
    tailLevels: mean(ratios.filter((_, cell) => isTail(cell))),
  };
}
