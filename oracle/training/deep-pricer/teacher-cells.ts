/** The teacher of the pricing network: exact volatilities of drawn parameters on the network's grid. */
import { impliedVol } from "../../math/implied-vol.ts";
import { createRng } from "../../math/rng.ts";
import { meanVariance, type SvcjParameters, svcjPrices } from "../../math/svcj.ts";
import {
  cubeParameters,
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_PARAMETERS,
  PRICER_STRIKES,
  type PricerPlace,
} from "../../models/deep-pricer/pricer-layout.ts";

/** Rows that the network learns from or is judged on. */
export interface PricerRows {
  readonly rows: number;
  /** `[rows, 9]` */
  readonly cube: Float32Array;
  /** `[rows, PRICER_CELLS]` */
  readonly cells: Float32Array;
}

const DAYS_PER_YEAR = 365;
/** Values below this share of the forward are nothing but rounding. */
const LEAST_PRICE = 1e-9;
/** Variance a year by jumps, and by jumps of variance, that a market could have at most. */
const GREATEST_JUMP_VARIANCE = 0.6;

/** Draws rows uniformly from the part of the cube where jumps stay believable and every cell has a price. */
export function drawPricerRows(rows: number, seed: string, onRow?: (done: number) => void): PricerRows {
  const rng = createRng(seed);
  const cube = new Float32Array(rows * PRICER_PARAMETERS);
  const cells = new Float32Array(rows * PRICER_CELLS);
  for (let row = 0; row < rows; ) {
    const place = Float32Array.from({ length: PRICER_PARAMETERS }, () => 2 * rng.uniform() - 1);
    const parameters = cubeParameters(place);
    const found = isBelievable(parameters) ? teacherCells(parameters) : null;
    if (found === null) continue;
    cube.set(place, row * PRICER_PARAMETERS);
    cells.set(found, row * PRICER_CELLS);
    row += 1;
    onRow?.(row);
  }
  return { rows, cube, cells };
}

function isBelievable({ jumpRate, jumpMean, jumpDeviation, varianceJump, reversion }: SvcjParameters): boolean {
  const byPrice = jumpRate * (jumpMean ** 2 + jumpDeviation ** 2);
  return byPrice <= GREATEST_JUMP_VARIANCE && (jumpRate * varianceJump) / reversion <= GREATEST_JUMP_VARIANCE;
}

/** Cells of one set of parameters; `null` where one has no price. */
function teacherCells(parameters: SvcjParameters): Float64Array | null {
  const cells = new Float64Array(PRICER_CELLS);
  for (const [row, days] of PRICER_DAYS.entries()) {
    const tenorYears = days / DAYS_PER_YEAR;
    const unit = Math.sqrt(meanVariance(parameters, tenorYears));
    const places = PRICER_STRIKES.map((strike) => strike * unit * Math.sqrt(tenorYears));
    const vols = teacherVols(parameters, tenorYears, places);
    if (vols === null) return null;
    vols.forEach((vol, column) => {
      cells[row * PRICER_STRIKES.length + column] = Math.log(vol / unit);
    });
  }
  return cells;
}

/** Exact volatilities of one expiry; `null` where a price is nothing but rounding. */
function teacherVols(
  parameters: SvcjParameters,
  tenorYears: number,
  logMoneyness: readonly number[],
): Float64Array | null {
  const prices = svcjPrices(parameters, tenorYears, logMoneyness);
  const vols = new Float64Array(prices.length);
  for (const [place, price] of prices.entries()) {
    const at = logMoneyness[place] ?? Number.NaN;
    const kind = at >= 0 ? "call" : "put";
    const found = impliedVol({ kind, forward: 1, strike: Math.exp(at), price, tenorYears });
    if (!(price >= LEAST_PRICE && found.ok)) return null;
    vols[place] = found.impliedVol;
  }
  return vols;
}

/** Exact volatilities at places of several expiries, NaN where there is no price: what the network stands in for. */
export function teacherSurface(parameters: SvcjParameters, places: readonly PricerPlace[]): Float64Array {
  const vols = new Float64Array(places.length).fill(Number.NaN);
  for (const tenorYears of new Set(places.map((place) => place.tenorYears))) {
    const rows = [...places.keys()].filter((place) => places[place]?.tenorYears === tenorYears);
    const prices = svcjPrices(
      parameters,
      tenorYears,
      rows.map((row) => places[row]?.logMoneyness ?? Number.NaN),
    );
    rows.forEach((row, index) => {
      const at = places[row]?.logMoneyness ?? Number.NaN;
      const kind = at >= 0 ? "call" : "put";
      const price = Math.max(prices[index] ?? 0, LEAST_PRICE / 1_000);
      const found = impliedVol({ kind, forward: 1, strike: Math.exp(at), price, tenorYears });
      if (found.ok) vols[row] = found.impliedVol;
    });
  }
  return vols;
}
