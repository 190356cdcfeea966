/** The scoring stage: from positions, market and predictions to ρ, π, score and reasons of every open position. */
import type { AssetSymbol, MarketSnapshot } from "../domain/market.ts";
import { isLive, type Position, positionKey } from "../domain/positions.ts";
import type { AssetPrediction } from "../domain/prediction.ts";
import type { RiskClass } from "../domain/risk-class.ts";
import type { ClassQuantile, PositionScore } from "../domain/score.ts";
import { type AssetContext, assetContext } from "./asset-context.ts";
import type { BoundedPair } from "./class-bounds.ts";
import { classOf } from "./class-bounds.ts";
import { classQuantiles } from "./class-quantiles.ts";
import { conservativeScore } from "./conservative-score.ts";
import { type CurrentScore, currentScore } from "./current-score.ts";
import { scoreOf } from "./default-probability.ts";
import { explain } from "./explain.ts";
import { isTrusted, isUsableMarket } from "./prediction-check.ts";
import { createScenarioBook, type ScenarioBook } from "./scenario-book.ts";
import { assertScoringSettings, type ScoringSettings } from "./scoring-settings.ts";
import { seriesVol } from "./series-vol.ts";
import { underCascade } from "./under-cascade.ts";
import { annualisedVol } from "./vol-surface.ts";

/** Everything a round scores from. */
export interface ScoringInput {
  readonly positions: readonly Position[];
  readonly snapshot: MarketSnapshot;
  readonly predictions: ReadonlyMap<AssetSymbol, AssetPrediction>;
  /** Risk classes by id, bounds as on chain. */
  readonly classes: ReadonlyMap<number, RiskClass>;
  /** Last accepted values by {@link positionKey}. */
  readonly lastGood: ReadonlyMap<string, BoundedPair>;
  /** Exposure of assets to the others, in [0, 1]; absent for none. An asset that is not named has the greatest. */
  readonly contagionExposures?: ReadonlyMap<AssetSymbol, number>;
  /** Observation time, seconds. */
  readonly atSec: number;
}

/** Scores of a round. */
export interface ScoringResult {
  /** In the order of the positions; expired and empty ones are left out. */
  readonly scores: readonly PositionScore[];
  readonly classQuantiles: readonly ClassQuantile[];
}

/** What all judgements of a round share: made once, whatever is judged. */
export interface ScoringGround {
  /** Open positions: expired and empty ones are left out. */
  readonly positions: readonly Position[];
  /** `null` for an asset without a usable market or prediction. */
  readonly contexts: ReadonlyMap<AssetSymbol, AssetContext | null>;
  readonly book: ScenarioBook;
}

/**
 * Prepares a round.
 *
 * @throws PlimsollError `SCORING_SETTINGS_INVALID`.
 */
export function prepareScoring(input: ScoringInput, settings: ScoringSettings): ScoringGround {
  assertScoringSettings(settings);
  const positions = input.positions.filter((position) => isLive(position, input.atSec));
  const assets = new Set(positions.map((position) => position.asset));
  const contexts = new Map([...assets].map((asset) => [asset, assetContext(asset, { ...input, settings })]));
  return { positions, contexts, book: createScenarioBook({ positions, contexts, atSec: input.atSec, settings }) };
}

/**
 * Scores every open position. Pure: equal inputs and settings give equal results.
 *
 * @param ground of the same input and settings, where more than the scores is made of it.
 *
 * @throws PlimsollError `SCORING_SETTINGS_INVALID`, `SCORING_CLASS_UNKNOWN`, `SCORING_CLASS_BOUNDS`.
 */
export function scorePositions(
  input: ScoringInput,
  settings: ScoringSettings,
  ground: ScoringGround = prepareScoring(input, settings),
): ScoringResult {
  const { positions, contexts, book } = ground;
  const scores = positions.map((position) => {
    const context = contexts.get(position.asset) ?? null;
    return scoreOne(position, { input, context, book, settings });
  });
  const weighed = scores.flatMap((score, index) => {
    const position = positions[index];
    return position === undefined
      ? []
      : [{ score, weight: riskWeight(position, contexts.get(position.asset) ?? null) }];
  });
  return { scores, classQuantiles: classQuantiles(weighed, settings.classQuantile) };
}

/** size · (L − I) in USD, min(K, S) for calls and puts alike; without a usable market the strike stands for the spot. */
function riskWeight({ size, strike }: Position, context: AssetContext | null): number {
  return size * Math.min(strike, context?.market.spot ?? strike);
}

interface Surroundings {
  readonly input: ScoringInput;
  readonly context: AssetContext | null;
  readonly book: ScenarioBook;
  readonly settings: ScoringSettings;
}

function scoreOne(position: Position, around: Surroundings): PositionScore {
  const riskClass = classOf(around.input.classes, position.classId);
  const current = scoreNow(position, riskClass, around);
  const result =
    current !== null && around.context !== null && isTrusted(around.context)
      ? current
      : doubtfulScore(position, riskClass, { ...around, current });
  return {
    source: position.source,
    id: position.id,
    epoch: position.epoch,
    classId: position.classId,
    rhoBps: result.rhoBps,
    piBps: result.piBps,
    score: scoreOf(result.probabilityOfDefault),
    probabilityOfDefault: result.probabilityOfDefault,
    optionValue: result.optionValue,
    closeOutCost: result.closeOutCost,
    reasons: explain(result.contributions, result.rhoBps),
    fallbacks: around.context?.fallbacks ?? ["inputs-missing"],
  };
}

function scoreNow(position: Position, riskClass: RiskClass, around: Surroundings): CurrentScore | null {
  const { context, book, settings } = around;
  if (context === null || !isScorable(position)) return null;
  const seriesCase = book.seriesCase(position, context);
  const exposures = around.input.contagionExposures;
  const exposure = exposures === undefined ? 0 : (exposures.get(position.asset) ?? 1);
  const common = {
    position,
    riskClass,
    terms: context.terms[position.kind],
    settings,
    exposure,
    ...book.sizes(position),
  };
  const plain = currentScore({ ...common, seriesCase });
  const cascadeCase = book.cascadeCase(position, context);
  if (plain === null || cascadeCase === null) return plain;
  return underCascade(plain, currentScore({ ...common, seriesCase: cascadeCase }));
}

function doubtfulScore(
  position: Position,
  riskClass: RiskClass,
  around: Surroundings & { readonly current: CurrentScore | null },
): CurrentScore {
  const { input, context, current } = around;
  const market = input.snapshot.assets.get(position.asset);
  return conservativeScore({
    position,
    riskClass,
    current,
    lastGood: input.lastGood.get(positionKey(position)) ?? null,
    spot: market !== undefined && isUsableMarket(market) ? market.spot : null,
    vol: context === null ? null : highestVol(position, context, input.atSec),
    atSec: input.atSec,
  });
}

/** Implied volatility may lag behind what spot does already. */
function highestVol(position: Position, context: AssetContext, atSec: number): number {
  const { impliedVol, prediction } = context;
  const ofStrike = isScorable(position) ? seriesVol(position, context, atSec).impliedVol : 0;
  return Math.max(impliedVol, ofStrike, annualisedVol(prediction.volatility));
}

function isScorable(position: Position): boolean {
  const { size, strike, collateralPerContract } = position;
  return [size, strike, collateralPerContract].every(Number.isFinite) && size > 0 && strike > 0;
}
