/** Whether a prediction and a market can be trusted to score with; on doubt the caller falls to conservative values. */
import type { CascadeState } from "../domain/cascade.ts";
import type { AssetMarket, MarketSnapshot } from "../domain/market.ts";
import {
  type AssetPrediction,
  type FallbackReason,
  QUANTILE_HORIZONS_HOURS,
  QUANTILE_LEVELS,
} from "../domain/prediction.ts";
import type { QuotedSurface } from "../domain/quoted-surface.ts";
import type { ScoringSettings } from "./scoring-settings.ts";

/** True when every number that the scenarios read is finite and of the right shape and sign. */
export function isUsablePrediction(
  prediction: AssetPrediction,
  settings: Pick<ScoringSettings, "minResiduals">,
): boolean {
  const { volatility, quantiles } = prediction;
  return (
    volatility.stepSec > 0 &&
    Number.isFinite(volatility.stepSec) &&
    volatility.sigmaPerStep.length > 0 &&
    volatility.sigmaPerStep.every((sigma) => sigma > 0 && Number.isFinite(sigma)) &&
    volatility.residuals.length >= settings.minResiduals &&
    volatility.residuals.every(Number.isFinite) &&
    isQuantileTable(quantiles.fall) &&
    isQuantileTable(quantiles.rise) &&
    isUsableCascade(prediction.cascade ?? null)
  );
}

/** None at all, or probabilities inside of [0, 1] and a curve that never falls. */
function isUsableCascade(cascade: CascadeState | null): boolean {
  if (cascade === null) return true;
  const { probability6h, probability24h, baseRate6h, baseRate24h, curve } = cascade;
  const shares = [probability6h, probability24h, baseRate6h, baseRate24h];
  const isRising = (values: Float64Array): boolean =>
    values.length === curve.shock.length &&
    values.every((value, node) => value >= (values[node - 1] ?? 0) && value < 1e9);
  return (
    shares.every((share) => share >= 0 && share <= 1) &&
    baseRate24h < 1 &&
    curve.shock.length > 0 &&
    [curve.shock, curve.extra, curve.extraLow, curve.extraHigh].every(isRising)
  );
}

/** True when every slice has a positive variance, ascending tenors and a forward, and the index is a price. */
export function isUsableSurface({ slices, index, quotedAtSec }: QuotedSurface): boolean {
  return (
    slices.length > 0 &&
    index > 0 &&
    [index, quotedAtSec].every(Number.isFinite) &&
    slices.every(({ slice, tenorYears, forward }, place) => {
      const numbers = [...Object.values(slice), tenorYears, forward];
      const least = slice.a + slice.b * slice.sigma * Math.sqrt(1 - slice.rho * slice.rho);
      return (
        numbers.every(Number.isFinite) && least > 0 && forward > 0 && tenorYears > (slices[place - 1]?.tenorYears ?? 0)
      );
    })
  );
}

/** True when spot, and the volatility index where there is one, are positive and finite. */
export function isUsableMarket(market: AssetMarket): boolean {
  const index = market.volIndex?.impliedVol ?? 1;
  return market.spot > 0 && Number.isFinite(market.spot) && index > 0 && Number.isFinite(index);
}

/** True when the snapshot itself doubts the asset. */
export function isDoubted(snapshot: MarketSnapshot, asset: string): boolean {
  return snapshot.doubts.some((doubt) => doubt.asset === asset);
}

/**
 * Fallbacks that mean a missing or failed model (models.md §1, "missing models"): what serves instead may ask for less.
 * The others name thinner data for a model that works as meant.
 */
const FAILED_MODEL: ReadonlySet<FallbackReason> = new Set<FallbackReason>([
  "artefact-missing",
  "artefact-hash",
  "schema-mismatch",
  "output-invalid",
  "inputs-out-of-range",
  "fit-failed",
  "stale-chain",
  "surface-failed",
]);

/** True when one of the fallbacks stands for a missing or failed model: scores are then made, but may only tighten. */
export function hasFailedModel(fallbacks: readonly FallbackReason[]): boolean {
  return fallbacks.some((fallback) => FAILED_MODEL.has(fallback));
}

/** True when nothing about an asset is doubted and no model of it failed. */
export function isTrusted(asset: {
  readonly doubted: boolean;
  readonly fallbacks: readonly FallbackReason[];
}): boolean {
  return !asset.doubted && !hasFailedModel(asset.fallbacks);
}

function isQuantileTable(table: readonly Float64Array[]): boolean {
  return (
    table.length === QUANTILE_HORIZONS_HOURS.length &&
    table.every(
      (levels) =>
        levels.length === QUANTILE_LEVELS.length && levels.every((move) => move >= 0 && Number.isFinite(move)),
    ) &&
    isOrdered(table)
  );
}

/** Non-decreasing in level and in horizon, as {@link AssetPrediction} promises; a crossing means a broken model. */
function isOrdered(table: readonly Float64Array[]): boolean {
  return table.every((levels, horizon) =>
    levels.every((move, level) => move >= (levels[level - 1] ?? 0) && move >= (table[horizon - 1]?.[level] ?? 0)),
  );
}
