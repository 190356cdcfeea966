/** An asset of which some groups of inputs are as they are and all others as on a usual day. */

import { MEANINGS, type Meaning } from "../../domain/explanation.ts";
import type { AssetMarket, BookDepth, DepthBand, DepthReference } from "../../domain/market.ts";
import type { AssetPrediction, VolForecast } from "../../domain/prediction.ts";
import { hasFailedModel } from "../prediction-check.ts";
import { readsCascades, type ScoringSettings } from "../scoring-settings.ts";
import { annualisedVol } from "../vol-surface.ts";
import type { ExplainedAsset } from "./explained-case.ts";
import { brownianQuantiles, normalResiduals, scaledQuantiles } from "./reference-tails.ts";

/** An asset that can be scored. */
export type ScorableAsset = ExplainedAsset & { readonly market: AssetMarket; readonly prediction: AssetPrediction };

/** Whether there is anything to score with. */
export function isScorableAsset(asset: ExplainedAsset): asset is ScorableAsset {
  return asset.market !== null && asset.prediction !== null;
}

/** Groups that differ from the usual day at all; the others contribute nothing, and are not asked. */
export function activeMeanings(asset: ScorableAsset, settings: ScoringSettings): readonly Meaning[] {
  const { market, prediction } = asset;
  const isActive: Readonly<Partial<Record<Meaning, boolean>>> = {
    volatility: usualFactor(asset) !== 1,
    depth: market.book !== null || (market.depthReference ?? null) !== null,
    contagion:
      (readsCascades(settings) && (prediction.cascade ?? null) !== null) ||
      (settings.contagionWeight > 0 && asset.exposure !== 0),
    doubt: isDoubtful(asset),
  };
  return MEANINGS.filter((meaning) => isActive[meaning] ?? true);
}

/** The asset with only the kept groups as they are. */
export function withReference(
  asset: ScorableAsset,
  kept: ReadonlySet<Meaning>,
  settings: ScoringSettings,
): ScorableAsset {
  const { market, prediction, atSec } = asset;
  const factor = kept.has("volatility") ? 1 : usualFactor(asset);
  const volatility = scaledForecast(prediction.volatility, factor, kept.has("tails"));
  const { quantiles } = prediction;
  const tables = kept.has("tails") ? scaledQuantiles(quantiles, factor) : brownianQuantiles(volatility);
  const isDoubted = kept.has("doubt");
  const plainVol = asset.usualVol ?? annualisedVol(prediction.volatility);
  const volIndex = kept.has("implied-vol")
    ? market.volIndex
    : { ...market.provenance, sourceTimeSec: atSec, receivedTimeSec: atSec, kind: "vol-index" as const };
  return {
    ...asset,
    doubts: isDoubted ? asset.doubts : [],
    exposure: kept.has("contagion") ? asset.exposure : 0,
    market: {
      ...market,
      book: kept.has("depth") ? market.book : usualBook(market),
      volIndex:
        volIndex === null || "impliedVol" in volIndex
          ? volIndex
          : { ...volIndex, asset: market.asset, impliedVol: settings.impliedVolPremium * plainVol },
    },
    prediction: {
      volatility: { ...volatility, fallbacks: isDoubted ? volatility.fallbacks : [] },
      quantiles: { ...quantiles, ...tables, fallbacks: isDoubted ? quantiles.fallbacks : [] },
      cascade: kept.has("contagion") ? (prediction.cascade ?? null) : null,
      ...surfaceOf(prediction, kept),
    },
  };
}

/** What a usual day's volatility is of today's forecast; 1 where it is not known. */
function usualFactor({ usualVol, prediction }: ScorableAsset): number {
  return usualVol === null ? 1 : usualVol / annualisedVol(prediction.volatility);
}

/** Quotes belong to implied volatility; a failed or stand-in surface also to doubt. */
function surfaceOf({ surface }: AssetPrediction, kept: ReadonlySet<Meaning>): Pick<AssetPrediction, "surface"> {
  if (surface === undefined || !kept.has("implied-vol")) return {};
  if (kept.has("doubt")) return { surface };
  if (!surface.ok) return {};
  return { surface: { ok: true, value: { ...surface.value, standsIn: false } } };
}

function isDoubtful({ doubts, prediction }: ScorableAsset): boolean {
  const { volatility, quantiles, surface } = prediction;
  const fallbacks = [...volatility.fallbacks, ...quantiles.fallbacks];
  const hasFault = surface !== undefined && (surface.ok ? surface.value.standsIn : hasFailedModel([surface.reason]));
  return doubts.length > 0 || hasFailedModel(fallbacks) || hasFault;
}

function scaledForecast(volatility: VolForecast, factor: number, keepsShape: boolean): VolForecast {
  return {
    ...volatility,
    sigmaPerStep: volatility.sigmaPerStep.map((sigma) => sigma * factor),
    residuals: keepsShape ? volatility.residuals : normalResiduals(volatility.residuals.length),
  };
}

/** The medians of the last week, half on each side; none, and so a synthetic one, where there are no medians. */
function usualBook(market: AssetMarket): BookDepth | null {
  const reference = market.depthReference ?? null;
  const bands = reference === null ? [] : referenceBands(reference);
  if (bands.length === 0) return null;
  const { asset, provenance } = market;
  return { ...provenance, kind: "book", asset, bids: bands, asks: bands, bestBid: null, bestAsk: null };
}

const SIDES = 2;

function referenceBands({ within1PctUsd, within2PctUsd, within5PctUsd }: DepthReference): readonly DepthBand[] {
  const medians = [
    [0.01, within1PctUsd],
    [0.02, within2PctUsd],
    [0.05, within5PctUsd],
  ] as const;
  return medians.flatMap(([distance, usd]) =>
    usd === null ? [] : [{ distance, notionalUsd: usd / SIDES, averagePrice: null }],
  );
}
