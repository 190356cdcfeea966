/**
 * What the networks behind the score can be made to say, and what that does to ρ: the strongest attack found inside the box of inputs that
 * bent bars reach, and the bound that no input of the box can pass.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AssetMarket } from "../../../oracle/domain/market.ts";
import type { AssetPrediction } from "../../../oracle/domain/prediction.ts";
import { sliceBars } from "../../../oracle/domain/slice-bars.ts";
import { buildFeatures } from "../../../oracle/features/build-features.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { horizonSigmas, networkRows } from "../../../oracle/models/quantile-net/network-inputs.ts";
import { readMoves } from "../../../oracle/models/quantile-net/read-moves.ts";
import { OUTPUTS_PER_ROW } from "../../../oracle/models/quantile-net/run-network.ts";
import { hourlyVariance } from "../../../oracle/models/vol-lstm/hourly-variance.ts";
import { varianceWindows } from "../../../oracle/models/vol-lstm/variance-windows.ts";
import { VOL_HORIZONS_HOURS, volInput } from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import { NETWORK_SHARE } from "../../../oracle/models/volatility/term-volatility.ts";
import { forecastVolatility } from "../../../oracle/pipeline/operator/forecast-volatility.ts";
import { BEND_KNOBS, type Bend, type BendBudget, STRAIGHT } from "../../../oracle/training/adversarial/bend-market.ts";
import { certifiedBounds } from "../../../oracle/training/adversarial/certified-bounds.ts";
import {
  attackNetwork,
  type InputBox,
  type Point,
  projectedDescent,
} from "../../../oracle/training/adversarial/gradient-attack.ts";
import { type OnnxFile, readOnnx } from "../../../oracle/training/adversarial/read-onnx.ts";
import { bentSnapshot, lossOf, type Requirements, requirementsOf, type Scene } from "./attacked-rho.ts";
import { ARTIFACTS } from "./scenes.ts";

/** Fall of one network's output and of ρ. */
export interface NetworkLoss {
  /** Share by which the attacked moves (or the variance) fall: the attack that was found, and the bound. */
  readonly attack: number;
  readonly bound: number;
  /** Basis points of ρ by which each position falls. */
  readonly rhoByAttack: readonly number[];
  readonly rhoByBound: readonly number[];
}

/** Corners of the knobs that are drawn to find the box. */
const DRAWS = 12;
/** Places of the horizons of 4 and 24 h and of the levels from 95 % on among the outputs: ρ is read there. */
const [FIRST_HORIZON, LAST_HORIZON, FIRST_LEVEL, LEVELS] = [1, 2, 3, 7];
const DAY_HORIZON = VOL_HORIZONS_HOURS.indexOf(24);
const DESCENT = { steps: 12, stepShare: 0.3, restarts: 1 } as const;

/** Attacks the quantile network: features and volatilities inside the box. */
export async function quantileNetLoss(
  scene: Scene,
  honest: { readonly requirements: Requirements; readonly prediction: AssetPrediction },
  budget: BendBudget,
): Promise<NetworkLoss> {
  const file = shipped("quantile-net");
  const points: Point[] = [];
  for (const bend of drawnBends(`quantile/${scene.asset}`)) points.push(...(await quantilePoint(scene, bend, budget)));
  const weights = Float64Array.from({ length: OUTPUTS_PER_ROW }, (_, place) => Number(isAttacked(place)));
  const { before, best, box } = await attacked(file, { points, output: "log_moves", weights, seed: "quantile" });
  const bounds = certifiedBounds(file, box).get("log_moves");
  const sumOf = (values: ArrayLike<number>): number =>
    weights.reduce((total, weight, place) => total + weight * (values[place] ?? 0), 0);
  const rhoAt = (moves: Float64Array): readonly number[] => {
    const found = readMoves(moves);
    if (found === null) return honest.requirements.rhoBps.map(() => Number.NaN);
    const { prediction } = honest;
    return rhoLoss(scene, honest.requirements, { ...prediction, quantiles: { ...prediction.quantiles, ...found } });
  };
  const low = bounds?.low ?? new Float64Array();
  const moves =
    certifiedBounds(file, { low: best.point, high: best.point }).get("log_moves")?.low ?? new Float64Array();
  return {
    attack: 1 - best.value / before,
    bound: 1 - sumOf(low) / before,
    rhoByAttack: rhoAt(moves),
    rhoByBound: rhoAt(low),
  };
}

/** Attacks the volatility network's day ahead; ρ is read with every step's variance moved by the network's share of it. */
export async function volNetLoss(
  scene: Scene,
  honest: { readonly requirements: Requirements; readonly prediction: AssetPrediction },
  budget: BendBudget,
): Promise<NetworkLoss | null> {
  const file = shipped("vol-lstm");
  const points = drawnBends(`vol/${scene.asset}`).flatMap((bend) => volPoint(scene, bend, budget));
  if (points.length === 0) return null;
  const weights = VOL_HORIZONS_HOURS.map((_, place) => Number(place === DAY_HORIZON));
  const { before, best, box } = await attacked(file, { points, output: "log_ratio", weights, seed: "vol" });
  const low = certifiedBounds(file, box).get("log_ratio")?.low[DAY_HORIZON] ?? Number.NaN;
  const rhoAt = (logChange: number): readonly number[] => {
    const factor = Math.exp((NETWORK_SHARE * logChange) / 2);
    const { volatility } = honest.prediction;
    const sigmaPerStep = volatility.sigmaPerStep.map((sigma) => sigma * factor);
    return rhoLoss(scene, honest.requirements, {
      ...honest.prediction,
      volatility: { ...volatility, sigmaPerStep },
    });
  };
  return {
    attack: 1 - Math.exp(best.value - before),
    bound: 1 - Math.exp(low - before),
    rhoByAttack: rhoAt(best.value - before),
    rhoByBound: rhoAt(low - before),
  };
}

interface Attack {
  /** The first is the honest one. */
  readonly points: readonly Point[];
  readonly output: string;
  readonly weights: ArrayLike<number>;
  readonly seed: string;
}

async function attacked(file: OnnxFile, { points, output, weights, seed }: Attack) {
  const [honest = {}] = points;
  const box = hullOf(points);
  const network = await attackNetwork(file, { output, weights });
  try {
    const { value: before } = await network.slopeAt(honest);
    const rng = createRng(`adversarial/${seed}`);
    return { before, box, best: await projectedDescent(network, { box, honest, rng, settings: DESCENT }) };
  } finally {
    await network.release();
  }
}

function rhoLoss(scene: Scene, before: Requirements, prediction: AssetPrediction): readonly number[] {
  const after = requirementsOf(scene, scene.snapshot, new Map([[scene.asset, prediction]]));
  return lossOf(before, after).rhoBps;
}

/** The truth first, then corners of the knobs. */
function drawnBends(seed: string): readonly Bend[] {
  const rng: Rng = createRng(`adversarial/bends/${seed}`);
  const corner = (): Bend => ({
    ...STRAIGHT,
    ...Object.fromEntries(BEND_KNOBS.map((knob) => [knob, rng.integer(3) - 1])),
  });
  return [STRAIGHT, ...Array.from({ length: DRAWS }, corner)];
}

async function quantilePoint(scene: Scene, bend: Bend, budget: BendBudget): Promise<readonly Point[]> {
  const snapshot = bentSnapshot(scene, bend, budget);
  const market = snapshot.assets.get(scene.asset);
  const features = buildFeatures(snapshot, scene.asset);
  if (market === undefined || !features.ok) return [];
  const [volatility] = await forecastVolatility([market], snapshot.atSec, scene.deps);
  if (volatility === undefined) return [];
  const {
    features: values,
    missing,
    sigma,
  } = networkRows([{ features: features.value, sigma: horizonSigmas(volatility) }]);
  return [
    { features: Float64Array.from(values), missing: Float64Array.from(missing), sigma: Float64Array.from(sigma) },
  ];
}

function volPoint(scene: Scene, bend: Bend, budget: BendBudget): readonly Point[] {
  const snapshot = bentSnapshot(scene, bend, budget);
  const market: AssetMarket | undefined = snapshot.assets.get(scene.asset);
  if (market === undefined) return [];
  const count = market.bars.endSec.findLastIndex((end) => end <= snapshot.atSec) + 1;
  const hours = hourlyVariance(sliceBars(market.bars, 0, count));
  if (hours === null) return [];
  const windows = varianceWindows(hours);
  const input = volInput(windows, windows.count - 1);
  if (input === null) return [];
  return [
    {
      hours: Float64Array.from(input.hours),
      days: Float64Array.from(input.days),
      state: Float64Array.from(input.state),
    },
  ];
}

/** The smallest box that holds all points. */
function hullOf(points: readonly Point[]): InputBox {
  const [first = {}] = points;
  const ends = (pick: (left: number, right: number) => number): Point =>
    Object.fromEntries(
      Object.entries(first).map(([name, values]) => [
        name,
        values.map((value, place) => points.reduce((end, point) => pick(end, point[name]?.[place] ?? value), value)),
      ]),
    );
  return { low: ends(Math.min), high: ends(Math.max) };
}

function isAttacked(place: number): boolean {
  const [horizon, level] = [Math.floor(place / LEVELS) % (OUTPUTS_PER_ROW / LEVELS / 2), place % LEVELS];
  return horizon >= FIRST_HORIZON && horizon <= LAST_HORIZON && level >= FIRST_LEVEL;
}

/** The file of a shipped network. */
export function shipped(model: string): OnnxFile {
  return readOnnx(readFileSync(join(ARTIFACTS, model, "model.onnx")));
}
