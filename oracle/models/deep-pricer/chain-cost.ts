/** How far volatilities are from a chain's quotes: tempered errors in half spreads, with a pull to the middle of the cube. */
import { impliedVol } from "../../math/implied-vol.ts";
import { dotProduct } from "../../math/linear-algebra.ts";
import { normalPdf } from "../../math/special-functions.ts";
import type { SliceQuotes } from "../surface/clean-chain.ts";
import type { PricedPlaces } from "./cube-pricer.ts";
import type { PricerPlace } from "./pricer-layout.ts";

/** What the quotes of a chain ask for. */
export interface ChainTargets {
  /** Quotes that have a volatility. */
  readonly places: readonly PricerPlace[];
  /** Decimal a year. `[places]` */
  readonly vols: Float64Array;
  /** Half spreads a unit of volatility. `[places]` */
  readonly weights: Float64Array;
}

/** The cost around a place of the cube. */
export interface LocalCost {
  /** Half the sum of squared tempered errors, in half spreads, and of the pull. */
  readonly cost: number;
  /** `[n]` */
  readonly gradient: Float64Array;
  /** Gauss and Newton's matrix for the errors' present weights, its lower triangle. `[n × n]` */
  readonly matrix: Float64Array;
}

const HALF_SPREAD_FLOOR = 1e-4;
/** Chains that no model of nine parameters fits must not be decided by their tightest quotes. */
const TEMPER = 1.5;
/** Pull to the middle of the cube, for parameters that a chain does not tell. */
const PRIOR = 0.4;

/** Volatilities of the quotes, and what a unit of each is worth in half spreads. */
export function chainTargets(chain: readonly SliceQuotes[]): ChainTargets {
  const found = chain.flatMap(targetsOf);
  return {
    places: found,
    vols: Float64Array.from(found, ({ vol }) => vol),
    weights: Float64Array.from(found, ({ weight }) => weight),
  };
}

function targetsOf({ points, tenorYears }: SliceQuotes) {
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

/** Cauchy's loss of the errors, and the pull. */
export function chainCost({ vols, weights }: ChainTargets, found: Float64Array, cube: Float64Array): number {
  let loss = 0;
  for (let place = 0; place < vols.length; place += 1) {
    const error = (weights[place] ?? 0) * ((found[place] ?? Number.NaN) - (vols[place] ?? Number.NaN));
    loss += Math.log1p((error / TEMPER) ** 2);
  }
  const pull = cube.reduce((sum, value) => sum + value * value, 0);
  return (TEMPER * TEMPER * loss + PRIOR * pull) / 2;
}

/** The same with its slopes; Cauchy's loss enters as squares of the present weight, which lie above it (iteratively reweighted). */
export function localCost(targets: ChainTargets, priced: PricedPlaces, cube: Float64Array): LocalCost {
  const { vols, weights } = targets;
  const size = cube.length;
  const count = vols.length;
  const errors = new Float64Array(count);
  const scales = new Float64Array(count);
  for (let place = 0; place < count; place += 1) {
    const weight = weights[place] ?? Number.NaN;
    const error = weight * ((priced.vols[place] ?? Number.NaN) - (vols[place] ?? Number.NaN));
    const trust = 1 / Math.sqrt(1 + (error / TEMPER) ** 2);
    errors[place] = trust * error;
    scales[place] = trust * weight;
  }
  const slopes = priced.slopes();
  for (let cell = 0; cell < slopes.length; cell += 1) {
    slopes[cell] = (slopes[cell] ?? Number.NaN) * (scales[cell % count] ?? Number.NaN);
  }
  const along = Array.from({ length: size }, (_, axis) => slopes.subarray(axis * count, (axis + 1) * count));
  const gradient = cube.map((value, axis) => PRIOR * value + dotProduct(along[axis] ?? errors, errors));
  const matrix = new Float64Array(size * size);
  for (const [row, left] of along.entries()) {
    for (const [column, right] of along.slice(0, row + 1).entries()) {
      matrix[row * size + column] = dotProduct(left, right) + (row === column ? PRIOR : 0);
    }
  }
  return { cost: chainCost(targets, priced.vols, cube), gradient, matrix };
}
