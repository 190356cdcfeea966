/** Differences of the pricing network to its teacher on parameters that neither training nor its report has drawn. */
import { quantile } from "../../../oracle/math/statistics.ts";
import { meanVariance } from "../../../oracle/math/svcj.ts";
import type { CubePricer } from "../../../oracle/models/deep-pricer/cube-pricer.ts";
import {
  cubeParameters,
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_PARAMETERS,
  PRICER_STRIKES,
} from "../../../oracle/models/deep-pricer/pricer-layout.ts";
import { drawPricerRows } from "../../../oracle/training/deep-pricer/teacher-cells.ts";

/** Sizes of the differences, volatility points. */
export interface DrawnErrors {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

/** No training has this seed: its own begin with the seed it was given. */
const SEED = "evaluate-deep-pricer-1";
const ROWS = 400;
const DAYS_PER_YEAR = 365;
const VOL_POINTS = 100;

/** Prices drawn parameters on the network's grid. @param rows how many sets of parameters, at least 1. */
export async function drawnErrors(price: CubePricer, rows = ROWS): Promise<DrawnErrors> {
  const drawn = drawPricerRows(rows, SEED);
  const errors: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const cube = Float64Array.from(drawn.cube.subarray(row * PRICER_PARAMETERS, (row + 1) * PRICER_PARAMETERS));
    const places = gridOf(cube);
    const { vols } = await price(places)(cube);
    places.forEach(({ level }, cell) => {
      const exact = level * Math.exp(drawn.cells[row * PRICER_CELLS + cell] ?? Number.NaN);
      errors.push(VOL_POINTS * Math.abs((vols[cell] ?? Number.NaN) - exact));
    });
  }
  return { median: quantile(errors, 0.5), p95: quantile(errors, 0.95), p99: quantile(errors, 0.99) };
}

/** The network's own places, tenors outside, with the root of the mean variance of each. */
function gridOf(cube: Float64Array) {
  const parameters = cubeParameters(cube);
  return PRICER_DAYS.flatMap((days) => {
    const tenorYears = days / DAYS_PER_YEAR;
    const level = Math.sqrt(meanVariance(parameters, tenorYears));
    return PRICER_STRIKES.map((strike) => ({
      tenorYears,
      level,
      logMoneyness: strike * level * Math.sqrt(tenorYears),
    }));
  });
}
