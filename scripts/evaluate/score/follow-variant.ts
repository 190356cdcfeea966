/** What one change of the product would do: the same positions judged with and without it, against the same future. */
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { type OptionKind, type Position, payoffBounds } from "../../../oracle/domain/positions.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { BPS } from "../../../oracle/domain/units.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import { assetContext } from "../../../oracle/scoring/asset-context.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS, type ScoringSettings } from "../../../oracle/scoring/scoring-settings.ts";
import type { Metrics } from "../../../oracle/training/evaluate/evaluation.ts";
import { judgeDrawn } from "./judge-drawn.ts";
import { OPEN_CLASSES } from "./open-class.ts";
import { createOutcomeQueue, type Settled, type Waiting } from "./outcome-queue.ts";
import { coverageOf, type Policy, scoreRows } from "./score-rows.ts";
import type { ScoredOutcome } from "./score-walk.ts";

/** Predictions of all assets at one time. */
export type Predictions = ReadonlyMap<AssetSymbol, AssetPrediction>;

/** One change. */
export interface Variant {
  /** Predictions with the change, from the product's own; those where nothing is given. */
  readonly predict?: (snapshot: MarketSnapshot, predictions: Predictions) => Promise<Predictions>;
  /** Settings that differ from the live ones. */
  readonly settings?: Partial<ScoringSettings>;
  /** Kinds of positions that are judged; all where nothing is given. */
  readonly kinds?: readonly OptionKind[];
}

/** A number of the product as it is, and with the change. */
export type Pair = readonly [product: number, variant: number];

/** What the change comes to. A requirement is M*; both policies price with the product's implied volatility and cost terms. */
export interface VariantGain {
  readonly positions: number;
  /** Share of the positions whose requirement changes. */
  readonly moved: number;
  /** Mean ρ with every floor but those of classes, each policy pricing with its own terms. */
  readonly rho: Pair;
  /** Share of costs above what ρ asks for. */
  readonly aboveRho: Pair;
  /** Mean requirement with the change over that without, of all positions and of those that moved. */
  readonly requirement: number;
  readonly requirementOfMoved: number;
  /** Log-loss with over that without, mean over assets and collateral levels. */
  readonly logLoss: number;
  /** Share of costs above the requirement, of all positions and of those that moved. */
  readonly above: Pair;
  readonly aboveOfMoved: Pair;
  /** Sum of the holes that followed over the sum of those stated. */
  readonly holeRatio: Pair;
}

/** Judges positions with and without the change as time passes. */
export interface VariantFollower {
  observe(snapshot: MarketSnapshot, predictions: Predictions): Promise<void>;
  /** Over all positions whose horizon has passed. */
  report(): VariantGain;
}

/** The same for a line of JSON. */
export function variantMetrics(gain: VariantGain): Metrics {
  return Object.fromEntries(Object.entries(gain).map(([name, value]) => [name, isPair(value) ? [...value] : value]));
}

function isPair(value: number | Pair): value is Pair {
  return typeof value !== "number";
}

interface Pending extends Waiting {
  /** Collateral that ρ asks for, collateral units. */
  readonly asked: Pair;
  readonly rho: Pair;
}

/** Creates a follower; in its judgements `product` is without and `filtered` with the change. */
export function followVariant(assets: readonly AssetSymbol[], variant: Variant): VariantFollower {
  const settled: Settled<Pending>[] = [];
  const queue = createOutcomeQueue<Pending>();
  return {
    observe: async (snapshot, predictions) => {
      settled.push(...queue.settle(snapshot));
      const changed = (await variant.predict?.(snapshot, predictions)) ?? predictions;
      const moment = { snapshot, predictions, changed, variant };
      queue.add(assets.flatMap((asset) => judge(asset, moment)));
    },
    report: () => gainOf(settled),
  };
}

interface Moment {
  readonly snapshot: MarketSnapshot;
  readonly predictions: Predictions;
  readonly changed: Predictions;
  readonly variant: Variant;
}

function judge(asset: AssetSymbol, moment: Moment): readonly Pending[] {
  const { snapshot, predictions, changed, variant } = moment;
  const { atSec } = snapshot;
  const productSettings = DEFAULT_SCORING_SETTINGS;
  const filteredSettings = { ...productSettings, ...variant.settings };
  const product = assetContext(asset, { snapshot, predictions, atSec, settings: productSettings });
  const prediction = changed.get(asset);
  if (product === null || prediction === undefined) return [];
  const { spot } = product.market;
  const given = { product, filtered: { ...product, prediction }, atSec, productSettings, filteredSettings };
  const { positions, judged } = judgeDrawn(asset, given, variant.kinds);
  const asProduct = rhosOf(positions, { snapshot, predictions, settings: productSettings });
  const asVariant = rhosOf(positions, { snapshot, predictions: changed, settings: filteredSettings });
  return judged.map((entry, index): Pending => {
    const rho: Pair = [asProduct[index] ?? Number.NaN, asVariant[index] ?? Number.NaN];
    return { asset, atSec, ...entry, rho, asked: askedOf(positions[index], spot, rho) };
  });
}

interface Scored {
  readonly snapshot: MarketSnapshot;
  readonly predictions: Predictions;
  readonly settings: ScoringSettings;
}

/** ρ of each position: writers and series differ, so that neither changes the other. */
function rhosOf(positions: readonly Position[], { snapshot, predictions, settings }: Scored): readonly number[] {
  const common = { snapshot, predictions, classes: OPEN_CLASSES, lastGood: new Map(), atSec: snapshot.atSec };
  return scorePositions({ positions, ...common }, settings).scores.map(({ rhoBps }) => rhoBps / BPS);
}

function askedOf(position: Position | undefined, spot: number, [product, variant]: Pair): Pair {
  if (position === undefined) return [Number.NaN, Number.NaN];
  const { intrinsic, maxLoss } = payoffBounds(position, spot);
  return [intrinsic + product * (maxLoss - intrinsic), intrinsic + variant * (maxLoss - intrinsic)];
}

function gainOf(settled: readonly Settled<Pending>[]): VariantGain {
  const moved = settled.filter(({ judged }) => judged.filtered.requirement !== judged.product.requirement);
  const coverage = { all: policies(settled), moved: policies(moved) };
  return {
    positions: settled.length,
    moved: moved.length / settled.length,
    rho: pairOf((place) => mean(settled.map(({ rho }) => rho[place]))),
    aboveRho: pairOf((place) => mean(settled.map(({ realised, asked }) => Number(realised > asked[place])))),
    requirement: growth(settled),
    requirementOfMoved: growth(moved),
    logLoss: mean(scoreRows(settled).map(({ ratio }) => 1 / ratio)),
    above: pairOf((place) => coverage.all[place].aboveRequirement),
    aboveOfMoved: pairOf((place) => coverage.moved[place].aboveRequirement),
    holeRatio: pairOf((place) => coverage.all[place].holeRatio),
  };
}

function policies(of: readonly ScoredOutcome[]) {
  return [coverageOf(of, "product"), coverageOf(of, "filtered")] as const;
}

function pairOf(value: (place: 0 | 1) => number): Pair {
  return [value(0), value(1)];
}

function growth(of: readonly ScoredOutcome[]): number {
  const total = (policy: Policy): number => mean(of.map(({ judged }) => judged[policy].requirement / judged.maxLoss));
  return total("filtered") / total("product");
}
