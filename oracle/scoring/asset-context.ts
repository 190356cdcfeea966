/** What all positions of one asset share in a round: depth, volatility level, doubts, and how long a close-out takes. */
import { excessHazard } from "../domain/cascade.ts";
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../domain/market.ts";
import type { OptionKind, Position } from "../domain/positions.ts";
import type { AssetPrediction, FallbackReason } from "../domain/prediction.ts";
import type { QuotedSurface } from "../domain/quoted-surface.ts";
import { SECONDS_PER_HOUR } from "../domain/units.ts";
import { type CostTerms, costTerms } from "./close-out-cost.ts";
import { depthCurve, unitDepth } from "./depth-curve.ts";
import { isDoubted, isUsableMarket, isUsablePrediction, isUsableSurface } from "./prediction-check.ts";
import { scenarioStepHours } from "./scenarios.ts";
import { readsCascades, type ScoringSettings } from "./scoring-settings.ts";
import { volLevel } from "./vol-surface.ts";

/** One asset with everything that scoring needs of it in good order. */
export interface AssetContext {
  readonly market: AssetMarket;
  readonly prediction: AssetPrediction;
  /** Level of implied volatility, decimal a year. */
  readonly impliedVol: number;
  /** Whether that level is the model's own, for want of an index or above an older one. */
  readonly isModelVol: boolean;
  /** Surface of quoted options that sets the volatility of every strike; `null` for none. */
  readonly surface: QuotedSurface | null;
  readonly fallbacks: readonly FallbackReason[];
  /** True when the snapshot doubts the asset: scores are made, but may only tighten. */
  readonly doubted: boolean;
  readonly stepHours: number;
  readonly terms: Readonly<Record<OptionKind, CostTerms>>;
}

/** Where the contexts come from. */
export interface ContextInput {
  readonly snapshot: MarketSnapshot;
  readonly predictions: ReadonlyMap<AssetSymbol, AssetPrediction>;
  readonly atSec: number;
  readonly settings: ScoringSettings;
}

/** Context of an asset, or `null` when its market or prediction is missing or broken. */
export function assetContext(asset: AssetSymbol, input: ContextInput): AssetContext | null {
  const { settings, snapshot, atSec } = input;
  const market = snapshot.assets.get(asset);
  const predicted = input.predictions.get(asset);
  if (market === undefined || predicted === undefined) return null;
  // A state that no score reads can void none.
  const prediction = readsCascades(settings) ? predicted : { ...predicted, cascade: null };
  if (!isUsableMarket(market) || !isUsablePrediction(prediction, settings)) return null;
  const { volatility, quantiles } = prediction;
  const level = volLevel(market, volatility, settings, atSec);
  const terms = (kind: OptionKind): CostTerms =>
    costTerms({ kind, spot: market.spot, curve: depthCurve(market, kind, settings) }, volatility, settings);
  const sides = { call: terms("call"), put: terms("put") };
  const fallbacks = new Set<FallbackReason>([...volatility.fallbacks, ...quantiles.fallbacks]);
  const { surface, fault } = surfaceOf(prediction);
  if (fault !== null) fallbacks.add(fault);
  if (level.fromModel) fallbacks.add("implied-vol-from-model");
  if (sides.call.curve.synthetic || sides.put.curve.synthetic) fallbacks.add("synthetic-depth");
  return {
    market,
    prediction,
    impliedVol: level.impliedVol,
    isModelVol: level.fromModel,
    surface,
    fallbacks: [...fallbacks],
    doubted: isDoubted(snapshot, asset),
    stepHours: scenarioStepHours(volatility),
    terms: sides,
  };
}

/** A surface whose numbers cannot be read is a failed one; so is, beside the surface that stands in, the chain that gave none. */
function surfaceOf({ surface: reading }: AssetPrediction): {
  readonly surface: QuotedSurface | null;
  readonly fault: FallbackReason | null;
} {
  if (reading === undefined) return { surface: null, fault: null };
  if (!reading.ok) return { surface: null, fault: reading.reason };
  const surface = isUsableSurface(reading.value) ? reading.value : null;
  return { surface, fault: surface === null || surface.standsIn ? "surface-failed" : null };
}

/**
 * Horizon of a put while a cascade is more likely than usual: part of the way to the longest horizon, by the excess
 * probability and the setting's weight; that of {@link horizonSteps} for calls and without a state. Never shorter than that.
 */
export function cascadeSteps(
  position: Pick<Position, "kind" | "strike" | "size" | "expirySec">,
  context: AssetContext,
  options: { settings: ScoringSettings; atSec: number },
): number {
  const { settings } = options;
  const cascade = context.prediction.cascade ?? null;
  if (cascade === null || position.kind === "call") return horizonSteps(position, context, options);
  const share = settings.cascadeHorizonWeight * excessHazard(cascade);
  const horizonSec = settings.horizonSec + share * (settings.maxHorizonSec - settings.horizonSec);
  return horizonSteps(position, context, { ...options, settings: { ...settings, horizonSec } });
}

/** Steps of an asset's paths that the horizon H takes, at least one. */
export function horizonStepsOf(
  { stepHours }: Pick<AssetContext, "stepHours">,
  { horizonSec }: ScoringSettings,
): number {
  return wholeSteps(horizonSec, stepHours);
}

function wholeSteps(seconds: number, stepHours: number): number {
  return Math.max(1, Math.ceil(seconds / (stepHours * SECONDS_PER_HOUR) - STEP_TOLERANCE));
}

/** Rounding allowance of a division of times. */
const STEP_TOLERANCE = 1e-9;

/**
 * Horizon of a position in scenario steps: H, plus the time to sell what exceeds the depth of a step, at most the longest
 * horizon and never beyond expiry. Non-decreasing in size and in H.
 */
export function horizonSteps(
  position: Pick<Position, "kind" | "strike" | "size" | "expirySec">,
  context: AssetContext,
  options: { settings: ScoringSettings; atSec: number },
): number {
  const { settings } = options;
  const { spot } = context.market;
  const stepsIn = (seconds: number): number => wholeSteps(seconds, context.stepHours);
  const notional = position.size * (position.kind === "put" ? spot : Math.min(spot, position.strike));
  const sold = settings.depthRefillsPerHour * unitDepth(context.terms[position.kind].curve) * context.stepHours;
  const steps = horizonStepsOf(context, settings) + Math.floor(notional / sold);
  return Math.min(steps, stepsIn(settings.maxHorizonSec), stepsIn(position.expirySec - options.atSec));
}
