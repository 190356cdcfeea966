/** Calibrates nine jump-diffusion parameters to a chain: damped Gauss-Newton on the gradient of whatever prices it. */
import { impliedVol } from "../../math/implied-vol.ts";
import { choleskyFactor, choleskySolve } from "../../math/linear-algebra.ts";
import { normalPdf } from "../../math/special-functions.ts";
import type { SliceQuotes } from "../surface/clean-chain.ts";
import { PRICER_PARAMETERS, type PricerPlace } from "./pricer-layout.ts";

/** Volatilities of several places of the cube at once. `[rows][places]` */
export type CubePricer = (
  cubes: readonly Float64Array[],
  places: readonly PricerPlace[],
) => Promise<readonly Float64Array[]>;

/** Where a calibration ended. */
export interface Calibration {
  /** Place in the cube. `[9]` */
  readonly cube: Float64Array;
  /** Half the sum of squared tempered errors, in half spreads. */
  readonly cost: number;
  readonly iterations: number;
}

interface Target extends PricerPlace {
  readonly vol: number;
  /** Half spreads a unit of volatility. */
  readonly weight: number;
}

const MAX_ITERATIONS = 40;
const TOLERANCE = 1e-4;
const FIRST_DAMPING = 1e-2;
const MORE_DAMPING = 8;
const LESS_DAMPING = 0.25;
const MOST_DAMPING = 1e6;
/** Step of the differences in the cube: a float32 network is smooth at this size. */
const DIFFERENCE = 2e-3;
const HALF_SPREAD_FLOOR = 1e-4;
/** Chains that no model of nine parameters fits must not be decided by their tightest quotes. */
const TEMPER = 1.5;
/** Pull to the middle of the cube, for parameters that a chain does not tell. */
const PRIOR = 0.4;

/**
 * The parameters of least tempered error.
 *
 * @param start place in the cube, the middle by default.
 * @returns `null` where no quote has a volatility.
 */
export async function calibrate(
  pricer: CubePricer,
  chain: readonly SliceQuotes[],
  start: Float64Array = new Float64Array(PRICER_PARAMETERS),
): Promise<Calibration | null> {
  const targets = chain.flatMap(targetsOf);
  if (targets.length === 0) return null;
  let cube: Float64Array = Float64Array.from(start);
  let linear = await linearise(pricer, targets, cube);
  let damping = FIRST_DAMPING;
  let iterations = 0;
  while (iterations < MAX_ITERATIONS && damping < MOST_DAMPING) {
    iterations += 1;
    const next = stepped(linear, cube, damping);
    const [vols] = next === null ? [] : await pricer([next], targets);
    const cost = next === null || vols === undefined ? Number.NaN : costOf(targets, vols, next);
    if (next === null || !(cost < linear.cost)) {
      damping *= MORE_DAMPING;
      continue;
    }
    const gain = 1 - cost / linear.cost;
    cube = next;
    if (gain < TOLERANCE) return { cube, cost, iterations };
    linear = await linearise(pricer, targets, cube);
    damping *= LESS_DAMPING;
  }
  return { cube, cost: linear.cost, iterations };
}

function targetsOf({ points, tenorYears }: SliceQuotes): readonly Target[] {
  return points.flatMap(({ logMoneyness, price, halfSpread, isCall }) => {
    const kind = isCall ? "call" : "put";
    const found = impliedVol({ kind, forward: 1, strike: Math.exp(logMoneyness), price, tenorYears });
    if (!found.ok || found.impliedVol === 0) return [];
    const deviation = found.impliedVol * Math.sqrt(tenorYears);
    const vega = normalPdf(-logMoneyness / deviation + deviation / 2) * Math.sqrt(tenorYears);
    const weight = vega / Math.max(halfSpread, HALF_SPREAD_FLOOR);
    return [{ tenorYears, logMoneyness, vol: found.impliedVol, weight }];
  });
}

interface Linear {
  readonly cost: number;
  readonly gradient: Float64Array;
  readonly matrix: Float64Array;
}

async function linearise(pricer: CubePricer, targets: readonly Target[], cube: Float64Array): Promise<Linear> {
  const moved = Array.from(cube, (_, axis) =>
    cube.map((value, other) => (other === axis ? value + inward(value) : value)),
  );
  const [here = new Float64Array(), ...there] = await pricer([cube, ...moved], targets);
  const size = cube.length;
  const gradient = cube.map((value) => PRIOR * value);
  const matrix = new Float64Array(size * size).map((_, index) => (index % (size + 1) === 0 ? PRIOR : 0));
  const slopes = new Float64Array(size);
  targets.forEach(({ vol, weight }, place) => {
    const { residual, slope } = tempered(weight * ((here[place] ?? Number.NaN) - vol));
    for (let axis = 0; axis < size; axis += 1) {
      const change = (there[axis]?.[place] ?? Number.NaN) - (here[place] ?? Number.NaN);
      slopes[axis] = (slope * weight * change) / inward(cube[axis] ?? 0);
    }
    addRow({ gradient, matrix }, slopes, residual);
  });
  return { cost: costOf(targets, here, cube), gradient, matrix };
}

function addRow({ gradient, matrix }: Omit<Linear, "cost">, slopes: Float64Array, residual: number): void {
  const size = slopes.length;
  for (let row = 0; row < size; row += 1) {
    gradient[row] = (gradient[row] ?? 0) + (slopes[row] ?? 0) * residual;
    for (let column = 0; column <= row; column += 1) {
      matrix[row * size + column] = (matrix[row * size + column] ?? 0) + (slopes[row] ?? 0) * (slopes[column] ?? 0);
    }
  }
}

/** Differences are taken towards the middle, so that they stay in the cube. */
function inward(value: number): number {
  return value > 0 ? -DIFFERENCE : DIFFERENCE;
}

function costOf(targets: readonly Target[], vols: Float64Array, cube: Float64Array): number {
  const pull = cube.reduce((sum, value) => sum + PRIOR * value * value, 0);
  return targets.reduce(
    (sum, { vol, weight }, place) => sum + tempered(weight * ((vols[place] ?? Number.NaN) - vol)).residual ** 2 / 2,
    pull / 2,
  );
}

/** Cauchy's loss as a residual, see the surface's fit. */
function tempered(error: number): { readonly residual: number; readonly slope: number } {
  const square = (error / TEMPER) ** 2;
  if (square < Number.EPSILON) return { residual: error, slope: 1 };
  const residual = Math.sign(error) * TEMPER * Math.sqrt(Math.log1p(square));
  return { residual, slope: error / (residual * (1 + square)) };
}

function stepped({ gradient, matrix }: Linear, cube: Float64Array, damping: number): Float64Array | null {
  const size = cube.length;
  const damped = matrix.map((value, index) => (index % (size + 1) === 0 ? value * (1 + damping) : value));
  const factor = choleskyFactor(damped);
  if (factor === null) return null;
  const step = choleskySolve(factor, gradient);
  return cube.map((value, axis) => Math.min(1, Math.max(-1, value - (step[axis] ?? 0))));
}
