/** Linear quantile regression on the sizes of the last day, week and month, refitted on a trailing window. */
import { fitLinearQuantile, linearAt } from "../../math/quantile-regression.ts";
import { FIT_WINDOW, MIN_HISTORY, REFIT_STEPS, type TailPath, tailPath } from "./tail-path.ts";

const [WEEK, MONTH] = [7, 30];
const COLUMNS = 5;

/**
 * Quantile HAR: constant, |r| of yesterday, root mean square of the last 7 and 30 days, downside root mean square of 7 days.
 * The shortfall is the quantile times the mean of r/q over the violations of the fit's window.
 *
 * @param returns ascending in time. `[n]`
 */
export function harTail(returns: Float64Array, levels: readonly number[]): TailPath {
  const design = harDesign(returns);
  const fits = new Map<number, LevelFit>();
  return tailPath(returns.length, levels, (step, level) => {
    if ((step - MIN_HISTORY) % REFIT_STEPS === 0) {
      const fit = fitLevel(returns, design, { step, level });
      if (fit !== null) fits.set(level, fit);
    }
    const fit = fits.get(level);
    if (fit === undefined) return { quantile: Number.NaN, shortfall: Number.NaN };
    const quantile = linearAt(design, step, fit.coefficients);
    return { quantile, shortfall: quantile * fit.beyond };
  });
}

interface LevelFit {
  readonly coefficients: Float64Array;
  /** Mean of r/q over the violations, at least 1. */
  readonly beyond: number;
}

function fitLevel(
  returns: Float64Array,
  design: Float64Array,
  { step, level }: { readonly step: number; readonly level: number },
): LevelFit | null {
  const from = Math.max(MONTH, step - FIT_WINDOW);
  const answers = returns.subarray(from, step);
  const rows = { design: design.subarray(from * COLUMNS, step * COLUMNS), answers };
  const coefficients = fitLinearQuantile(rows, level);
  if (coefficients === null) return null;
  const ratios = Array.from(answers, (value, row) => value / linearAt(rows.design, row, coefficients)).filter(
    (ratio, row) => ratio > 1 && linearAt(rows.design, row, coefficients) < 0,
  );
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  return { coefficients, beyond: ratios.length === 0 ? 1 : sum / ratios.length };
}

function harDesign(returns: Float64Array): Float64Array {
  const design = new Float64Array(returns.length * COLUMNS).fill(Number.NaN);
  for (let step = MONTH; step < returns.length; step += 1) {
    const week = returns.subarray(step - WEEK, step);
    const row = [
      1,
      Math.abs(returns[step - 1] ?? Number.NaN),
      rootMeanSquare(week),
      rootMeanSquare(returns.subarray(step - MONTH, step)),
    ];
    design.set([...row, rootMeanSquare(week.map((value) => Math.min(value, 0)))], step * COLUMNS);
  }
  return design;
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
