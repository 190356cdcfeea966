/** What two policies state of one position, and what then happened to it. */
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { type Position, payoffBounds, tenorYears } from "../../../oracle/domain/positions.ts";
import { BPS } from "../../../oracle/domain/units.ts";
import { type AssetContext, horizonSteps } from "../../../oracle/scoring/asset-context.ts";
import { lossTail } from "../../../oracle/scoring/current-score.ts";
import { type LossTail, type Shortfall, shortfallOf } from "../../../oracle/scoring/default-probability.ts";
import { createScenarioBook, type ScenarioBook } from "../../../oracle/scoring/scenario-book.ts";
import type { ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import { seriesCase } from "../../../oracle/scoring/series-case.ts";
import { staticGridRho } from "../../../oracle/scoring/static-grid.ts";
import { type TailStatistics, tailRanks, tailStatistics } from "../../../oracle/scoring/tail-statistics.ts";
import { annualisedVol } from "../../../oracle/scoring/vol-surface.ts";
import { type KnownPath, knownPath, worstMovesAfter } from "./known-path.ts";

/**
 * Collateral levels: what the position costs after an adverse move of this size at once, log units. Half of the barriers of
 * 3, 5 and 10 % a day that published first-passage comparisons use, since H is a quarter of a day.
 */
export const COLLATERAL_MOVES = [0.015, 0.025, 0.05] as const;

/** How the two policies see one asset. Both price with the product's implied volatility and cost terms. */
export interface JudgedAsset {
  readonly product: AssetContext;
  /** The same with the volatility of the filtered historical simulation alone. */
  readonly filtered: AssetContext;
  readonly productSettings: ScoringSettings;
  readonly filteredSettings: ScoringSettings;
  readonly atSec: number;
  /**
   * Shock of implied volatility in what happened, drawn from the law that the scenarios draw from: bars of spot do not tell
   * it, and leaving it out would make every statement look too careful.
   */
  readonly volShock: number;
}

/** What one policy states. */
export interface Statement {
  /** At each collateral level. */
  readonly shortfalls: readonly Shortfall[];
  /** Quantile of the loss at the stated confidence, and the requirement M* made of it; collateral units. */
  readonly quantile: number;
  readonly requirement: number;
}

/** What both policies state of a position; amounts per contract in collateral units. */
export interface JudgedPosition {
  /** At each collateral level. */
  readonly collateral: readonly number[];
  readonly product: Statement;
  readonly filtered: Statement;
  readonly maxLoss: number;
  /** Whether the static grid asks for at least the product's requirement. */
  readonly isUnderGrid: boolean;
}

/** A judged position that waits for what happens. */
export interface OpenJudgement {
  readonly judged: JudgedPosition;
  /** Largest close-out cost that followed, collateral units; `null` where bars are missing. */
  readonly realised: (bars: BarSeries) => number | null;
}

/** Judges positions of one asset at one time. */
export function judgePositions(positions: readonly Position[], asset: JudgedAsset): readonly OpenJudgement[] {
  const books = { product: bookOf(positions, asset, "product"), filtered: bookOf(positions, asset, "filtered") };
  return positions.map((position) => {
    const collateral = COLLATERAL_MOVES.map((move) => costAfter(position, asset, move));
    const tails = {
      product: tailOf(position, asset, books.product),
      filtered: tailOf(position, asset, books.filtered),
    };
    const judged = {
      collateral,
      product: statementOf(tails.product, collateral, asset.productSettings),
      filtered: statementOf(tails.filtered, collateral, asset.filteredSettings),
      maxLoss: tails.product.maxLoss,
      isUnderGrid: isUnderGrid(position, asset, requirementOf(tails.product, asset.productSettings)),
    };
    return { judged, realised: (bars) => realisedCost(position, asset, bars) };
  });
}

interface PolicyBook {
  readonly book: ScenarioBook;
  readonly context: AssetContext;
}

function bookOf(
  positions: readonly Position[],
  { atSec, ...asset }: JudgedAsset,
  policy: "product" | "filtered",
): PolicyBook {
  const [context, settings] =
    policy === "product" ? [asset.product, asset.productSettings] : [asset.filtered, asset.filteredSettings];
  const contexts = new Map([[context.market.asset, context]]);
  return { book: createScenarioBook({ positions, contexts, atSec, settings }), context };
}

function tailOf(position: Position, { product }: JudgedAsset, { book, context }: PolicyBook): LossTail {
  const seriesCase = book.cascadeCase(position, context) ?? book.seriesCase(position, context);
  return lossTail({ position, seriesCase, terms: product.terms[position.kind] });
}

function statementOf(tail: LossTail, collateral: readonly number[], settings: ScoringSettings): Statement {
  return {
    shortfalls: collateral.map((amount) => shortfallOf(tail, amount)),
    quantile: tailOfLosses(tail, settings).quantile,
    requirement: requirementOf(tail, settings),
  };
}

function tailOfLosses({ losses, descending }: LossTail, settings: ScoringSettings): TailStatistics {
  return tailStatistics(descending, tailRanks(losses.length, settings.confidence, settings.shortfallTailRatio));
}

function requirementOf(tail: LossTail, settings: ScoringSettings): number {
  const { quantile, shortfall } = tailOfLosses(tail, settings);
  return Math.max(quantile, shortfall);
}

function isUnderGrid(position: Position, { product, atSec }: JudgedAsset, requirement: number): boolean {
  const { market, prediction, impliedVol } = product;
  const { intrinsic, maxLoss } = payoffBounds(position, market.spot);
  const gridBps = staticGridRho({
    asset: position.asset,
    series: position,
    spot: market.spot,
    tenorYears: tenorYears(position, atSec),
    vol: Math.max(impliedVol, annualisedVol(prediction.volatility)),
  });
  return gridBps / BPS >= (requirement - intrinsic) / (maxLoss - intrinsic);
}

function costAfter(position: Position, asset: JudgedAsset, move: number): number {
  const hours = stepsOf(position, asset);
  return costAlong(position, asset, { worstMoves: new Float64Array(hours).fill(move), volShock: 0 });
}

function realisedCost(position: Position, asset: JudgedAsset, bars: BarSeries): number | null {
  const { spot } = asset.product.market;
  const span = { atSec: asset.atSec, hours: stepsOf(position, asset) };
  const worstMoves = worstMovesAfter(bars, { kind: position.kind, spot }, span);
  return worstMoves === null ? null : costAlong(position, asset, { worstMoves, volShock: asset.volShock });
}

/** Largest close-out cost along a known path, by the revaluation that the scenarios use. */
function costAlong(
  position: Position,
  asset: JudgedAsset,
  { worstMoves, volShock }: Pick<KnownPath, "worstMoves" | "volShock">,
): number {
  const { product: context, productSettings: settings, atSec } = asset;
  const path = { kind: position.kind, spot: context.market.spot, stepHours: context.stepHours, worstMoves, volShock };
  const steps = worstMoves.length;
  const known = seriesCase({ series: position, context, paths: knownPath(path), steps, atSec, settings });
  return lossTail({ position, seriesCase: known, terms: context.terms[position.kind] }).losses[0] ?? Number.NaN;
}

function stepsOf(position: Position, { product, productSettings, atSec }: JudgedAsset): number {
  return horizonSteps(position, product, { settings: productSettings, atSec });
}
