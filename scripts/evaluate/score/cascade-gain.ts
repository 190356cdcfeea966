/** What a longer horizon of puts under an unusual hazard of liquidations would do to the score: its price and its worth. */
import type { CascadeState } from "../../../oracle/domain/cascade.ts";
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { mean } from "../../../oracle/math/statistics.ts";
import type { CascadePredictor } from "../../../oracle/models/cascade/cascade-predictor.ts";
import { type AssetContext, assetContext } from "../../../oracle/scoring/asset-context.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import { drawPositions } from "./drawn-positions.ts";
import { judgePositions, type OpenJudgement } from "./judge-position.ts";
import { scoreRows } from "./score-rows.ts";
import type { ScoredOutcome } from "./score-walk.ts";

/** What one weight comes to, over puts. */
export interface CascadeGain {
  readonly weight: number;
  readonly positions: number;
  /** Share of the positions whose horizon grew. */
  readonly moved: number;
  /** Mean requirement over that without, of all puts and of those that moved. */
  readonly requirement: number;
  readonly requirementOfMoved: number;
  /** Log-loss with over that without, mean over assets and collateral levels. */
  readonly logLoss: number;
  /** Share of costs above the requirement, without and with, among those that moved. */
  readonly aboveOfMoved: readonly [number, number];
}

/** Follows puts with and without the longer horizon. */
export interface CascadeFollower {
  observe(snapshot: MarketSnapshot, predictions: ReadonlyMap<AssetSymbol, AssetPrediction>): void;
  report(): CascadeGain;
}

interface Pending extends OpenJudgement {
  readonly asset: AssetSymbol;
  readonly atSec: number;
}

const SEED = "evaluate-score-1";
/** No book of positions is known: the further fall is none, the horizon alone is judged. */
const NO_CURVE = {
  ...{ shock: Float64Array.of(0), extra: new Float64Array(1), extraLow: new Float64Array(1) },
  ...{ extraHigh: new Float64Array(1), positions: 0, notionalUsd: 0, protocolUsd: {} },
};

/** Creates a follower of one weight (`cascadeHorizonWeight`). */
export function followCascades(
  assets: readonly AssetSymbol[],
  cascades: Pick<CascadePredictor, "hazardAt">,
  weight: number,
): CascadeFollower {
  const outcomes: ScoredOutcome[] = [];
  let pending: readonly Pending[] = [];
  const waitSec = DEFAULT_SCORING_SETTINGS.maxHorizonSec + SECONDS_PER_HOUR;
  return {
    observe: (snapshot, predictions) => {
      const isDue = ({ atSec }: Pending): boolean => atSec + waitSec <= snapshot.atSec;
      outcomes.push(...pending.filter(isDue).flatMap((entry) => settle(entry, snapshot)));
      pending = pending.filter((entry) => !isDue(entry));
      const made = assets.flatMap((asset) => judge(asset, { snapshot, predictions, cascades, weight }));
      pending = [...pending, ...made];
    },
    report: () => gainOf(outcomes, weight),
  };
}

interface Moment {
  readonly snapshot: MarketSnapshot;
  readonly predictions: ReadonlyMap<AssetSymbol, AssetPrediction>;
  readonly cascades: Pick<CascadePredictor, "hazardAt">;
  readonly weight: number;
}

function judge(asset: AssetSymbol, { snapshot, predictions, cascades, weight }: Moment): readonly Pending[] {
  const { atSec } = snapshot;
  const settings = DEFAULT_SCORING_SETTINGS;
  const product = assetContext(asset, { snapshot, predictions, atSec, settings });
  const reading = product === null ? null : cascades.hazardAt(product.market.bars, atSec);
  if (product === null || reading?.ok !== true) return [];
  const cascade: CascadeState = { asset, atSec, ...reading.value, curve: NO_CURVE };
  const filtered: AssetContext = { ...product, prediction: { ...product.prediction, cascade } };
  const rng = createRng(SEED);
  const puts = drawPositions({ asset, spot: product.market.spot, atSec, rng }).filter(({ kind }) => kind === "put");
  const judged = judgePositions(puts, {
    ...{ product, filtered, atSec, productSettings: settings },
    filteredSettings: { ...settings, cascadeHorizonWeight: weight },
    volShock: rng.fork(`shock:${asset}:${atSec}`).normal(),
  });
  return judged.map((entry) => ({ asset, atSec, ...entry }));
}

function settle({ asset, atSec, judged, realised }: Pending, snapshot: MarketSnapshot): readonly ScoredOutcome[] {
  const bars = snapshot.assets.get(asset)?.bars;
  const cost = bars === undefined ? null : realised(bars);
  return cost === null ? [] : [{ asset, atSec, judged, realised: cost }];
}

/** In the judgements `product` is without and `filtered` with the longer horizon. */
function gainOf(outcomes: readonly ScoredOutcome[], weight: number): CascadeGain {
  const moved = outcomes.filter(({ judged }) => judged.filtered.requirement !== judged.product.requirement);
  const growth = (of: readonly ScoredOutcome[]): number =>
    mean(of.map(({ judged }) => judged.filtered.requirement / judged.maxLoss)) /
    mean(of.map(({ judged }) => judged.product.requirement / judged.maxLoss));
  const above = (policy: "product" | "filtered"): number =>
    mean(moved.map(({ judged, realised }) => Number(realised > judged[policy].requirement)));
  return {
    weight,
    positions: outcomes.length,
    moved: moved.length / outcomes.length,
    requirement: growth(outcomes),
    requirementOfMoved: growth(moved),
    logLoss: mean(scoreRows(outcomes).map(({ ratio }) => 1 / ratio)),
    aboveOfMoved: [above("product"), above("filtered")],
  };
}
