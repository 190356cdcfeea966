/** States of forced selling: the hazard from each asset's bars, the further fall from the book of known positions and depth. */
import { type CascadeState, excessHazard, type LeveredPosition } from "../../domain/cascade.ts";
import type { LoanAccount } from "../../domain/lending.ts";
import type { AssetMarket, AssetSymbol, MarketSnapshot } from "../../domain/market.ts";
import { isLive, type Position, positionKey } from "../../domain/positions.ts";
import type { AssetPrediction } from "../../domain/prediction.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { BPS } from "../../domain/units.ts";
import type { CascadePredictor, HazardReading } from "../../models/cascade/cascade-predictor.ts";
import { leveredLoan, leveredPut } from "../../scoring/agent-book.ts";
import { cascadeCurve } from "../../scoring/cascade-fixed-point.ts";
import type { BoundedPair } from "../../scoring/class-bounds.ts";
import { depthCurve } from "../../scoring/depth-curve.ts";
import { readsCascades, type ScoringSettings } from "../../scoring/scoring-settings.ts";

/** What the states are made from. */
export interface CascadeGround {
  readonly snapshot: MarketSnapshot;
  readonly positions: readonly Position[];
  /** Ratios in force by `positionKey`. */
  readonly lastGood: ReadonlyMap<string, BoundedPair>;
  /** Classes by id: their default is in force where no ratio was accepted yet. */
  readonly classes: ReadonlyMap<number, RiskClass>;
  /** Loans of other protocols, of every asset; none where no lending market is read. */
  readonly loans?: readonly LoanAccount[];
}

/** Models and settings in use. */
export interface CascadeDependencies {
  readonly cascades: Pick<CascadePredictor, "hazardAt">;
  readonly scoring: ScoringSettings;
}

/** A wave that is certain: what is assumed where the score reads the state and nothing is known. */
const CERTAIN: HazardReading = { probability6h: 1, probability24h: 1, baseRate6h: 0, baseRate24h: 0 };

/**
 * The predictions with the states of their assets. Where the hazard is not known the state is left out while no score reads it;
 * with a weight above 0 a wave counts as certain: not knowing is no reason to ask for less.
 */
export function withCascades(
  predictions: ReadonlyMap<AssetSymbol, AssetPrediction>,
  ground: CascadeGround,
  deps: CascadeDependencies,
): ReadonlyMap<AssetSymbol, AssetPrediction> {
  const found = new Map<AssetSymbol, AssetPrediction>();
  for (const [asset, prediction] of predictions) {
    const market = ground.snapshot.assets.get(asset);
    const cascade = market === undefined ? null : stateOf(market, ground, deps);
    found.set(asset, { ...prediction, cascade });
  }
  return found;
}

/** States in the predictions, in their order. */
export function cascadeStates(predictions: ReadonlyMap<AssetSymbol, AssetPrediction>): readonly CascadeState[] {
  return [...predictions.values()].flatMap(({ cascade }) => cascade ?? []);
}

function stateOf(
  market: AssetMarket,
  ground: CascadeGround,
  { cascades, scoring }: CascadeDependencies,
): CascadeState | null {
  const { atSec } = ground.snapshot;
  const reading = cascades.hazardAt(market.bars, atSec);
  if (!reading.ok && !readsCascades(scoring)) return null;
  const hazard = reading.ok ? reading.value : CERTAIN;
  const curve = cascadeCurve(leveredPositions(market.asset, ground), market.spot, depthCurve(market, "put", scoring));
  return { asset: market.asset, atSec, ...hazard, isAssumed: !reading.ok, curve };
}

function leveredPositions(
  asset: AssetSymbol,
  { snapshot, positions, lastGood, classes, loans = [] }: CascadeGround,
): readonly LeveredPosition[] {
  const own = positions
    .filter((position) => position.asset === asset && isLive(position, snapshot.atSec))
    .flatMap((position) => {
      const rho =
        (lastGood.get(positionKey(position))?.rhoBps ?? classes.get(position.classId)?.rhoDefaultBps ?? BPS) / BPS;
      return leveredPut(position, rho) ?? [];
    });
  return [...own, ...loans.flatMap(leveredLoan).filter((position) => position.asset === asset)];
}

/**
 * Probability of a wave within 24 h from which a guardian is advised to let requirements only tighten: 55 % of the hours so marked,
 * one in a hundred, were followed by one in the walk over Aave v2 (docs/models/cascade.md).
 */
const ALARM_PROBABILITY = 0.5;

/** Whether any asset's hazard calls for caution; one that is not known calls for nothing, and is said to be unknown elsewhere. */
export function isCascadeAlarm(states: readonly CascadeState[]): boolean {
  return states.some(
    (state) => !state.isAssumed && state.probability24h >= ALARM_PROBABILITY && excessHazard(state) > 0,
  );
}
