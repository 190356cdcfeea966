/** How much collateral an attacker can talk the whole path out of: bent bars and books go through features, models and score, as in a round. */
import type { AssetSymbol, MarketSnapshot } from "../../../oracle/domain/market.ts";
import { type Position, payoffBounds, positionKey } from "../../../oracle/domain/positions.ts";
import { BPS } from "../../../oracle/domain/units.ts";
import { type PredictionDependencies, predictAssets } from "../../../oracle/pipeline/operator/predict.ts";
import { scorePositions } from "../../../oracle/scoring/score-positions.ts";
import { DEFAULT_SCORING_SETTINGS } from "../../../oracle/scoring/scoring-settings.ts";
import {
  BEND_KNOBS,
  type Bend,
  type BendBudget,
  bendMarket,
  STRAIGHT,
} from "../../../oracle/training/adversarial/bend-market.ts";
import type { Predictions } from "../score/follow-variant.ts";
import { OPEN_CLASSES } from "../score/open-class.ts";

/** What is attacked at one time. */
export interface Scene {
  readonly asset: AssetSymbol;
  readonly snapshot: MarketSnapshot;
  readonly positions: readonly Position[];
  readonly deps: PredictionDependencies;
}

/** Requirements of the positions at the chain's own price. */
export interface Requirements {
  /** ρ by position, basis points. */
  readonly rhoBps: readonly number[];
  /** I + ρ (L − I) by position, USD a contract. */
  readonly collateral: readonly number[];
}

/** What the attacker got, by position. */
export interface RhoLoss {
  /** Basis points of ρ by which each position's requirement fell at the bend that is worst for it; 0 where none lowers it. */
  readonly rhoBps: readonly number[];
  /** Share of the collateral by which it fell. */
  readonly collateral: readonly number[];
  /** Bends that were tried. */
  readonly tried: number;
}

const PROBE = 0.25;
const STEP = 0.5;
const ASCENTS = 2;

/** Requirements from a market and predictions; the payoff is bounded at the true price. */
export function requirementsOf(scene: Scene, snapshot: MarketSnapshot, predictions: Predictions): Requirements {
  const { positions } = scene;
  const truth = scene.snapshot.assets.get(scene.asset)?.spot ?? Number.NaN;
  const input = { positions, snapshot, predictions, classes: OPEN_CLASSES, lastGood: new Map(), atSec: snapshot.atSec };
  const { scores } = scorePositions(input, DEFAULT_SCORING_SETTINGS);
  const rhoOf = new Map(scores.map((score) => [positionKey(score), score.rhoBps]));
  const rhoBps = positions.map((position) => rhoOf.get(positionKey(position)) ?? Number.NaN);
  const collateral = positions.map((position, place) => {
    const { intrinsic, maxLoss } = payoffBounds(position, truth);
    return intrinsic + ((rhoBps[place] ?? Number.NaN) / BPS) * (maxLoss - intrinsic);
  });
  return { rhoBps, collateral };
}

/** What each position lost between two states of the requirements; never less than 0. */
export function lossOf(before: Requirements, after: Requirements): Omit<RhoLoss, "tried"> {
  const fall = (from: readonly number[], to: readonly number[], unit: (value: number) => number): readonly number[] =>
    from.map((value, place) => Math.max(0, (value - (to[place] ?? value)) / unit(value)));
  return {
    rhoBps: fall(before.rhoBps, after.rhoBps, () => 1),
    collateral: fall(before.collateral, after.collateral, (value) => value),
  };
}

/**
 * Projected sign-gradient ascent by finite differences over the knobs, from the truth and from what looks calmest; every bend that is met
 * counts for each position by itself.
 */
export async function attackRho(scene: Scene, honest: Requirements, budget: BendBudget): Promise<RhoLoss> {
  const worst = { rhoBps: honest.rhoBps.map(() => 0), collateral: honest.collateral.map(() => 0) };
  let tried = 0;
  const gainAt = async (bend: Bend): Promise<number> => {
    tried += 1;
    const loss = lossOf(honest, await bentRequirements(scene, bend, budget));
    loss.rhoBps.forEach((value, place) => {
      worst.rhoBps[place] = Math.max(worst.rhoBps[place] ?? 0, value);
      worst.collateral[place] = Math.max(worst.collateral[place] ?? 0, loss.collateral[place] ?? 0);
    });
    return loss.collateral.reduce((total, value) => total + value, 0);
  };
  for (const start of STARTS) await ascend(start, gainAt);
  return { ...worst, tried };
}

const CALM: Bend = { ...STRAIGHT, narrow: 1, smooth: 1, depth: 1 };
const STARTS: readonly Bend[] = [STRAIGHT, CALM];

async function ascend(start: Bend, gainAt: (bend: Bend) => Promise<number>): Promise<void> {
  let bend = start;
  for (let step = 0; step < ASCENTS; step += 1) {
    const slopes: [keyof Bend, number][] = [];
    for (const knob of BEND_KNOBS) {
      const [up, down] = [await gainAt(turned(bend, knob, PROBE)), await gainAt(turned(bend, knob, -PROBE))];
      slopes.push([knob, up - down]);
    }
    bend = slopes.reduce((moved, [knob, slope]) => turned(moved, knob, STEP * Math.sign(slope)), bend);
    await gainAt(bend);
  }
}

function turned(bend: Bend, knob: keyof Bend, by: number): Bend {
  return { ...bend, [knob]: Math.max(-1, Math.min(1, bend[knob] + by)) };
}

async function bentRequirements(scene: Scene, bend: Bend, budget: BendBudget): Promise<Requirements> {
  const snapshot = bentSnapshot(scene, bend, budget);
  return requirementsOf(scene, snapshot, await predictAssets(snapshot, scene.deps));
}

/** The snapshot with the attacked asset bent; the others stay peers. */
export function bentSnapshot({ asset, snapshot }: Scene, bend: Bend, budget: BendBudget): MarketSnapshot {
  const market = snapshot.assets.get(asset);
  if (market === undefined) return snapshot;
  return { ...snapshot, assets: new Map([...snapshot.assets, [asset, bendMarket(market, bend, budget)]]) };
}
