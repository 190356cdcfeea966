/** Linear quantile regression (Koenker and Bassett 1978) by iteratively reweighted least squares. */
import { choleskyFactor, choleskySolve } from "./linear-algebra.ts";

const MAX_ITERATIONS = 1_000;
/** Relative change of the fitted line at which the iteration stops. */
const TOLERANCE = 1e-7;
/** Residuals below this share of their mean size count as this large. */
const LEAST_RESIDUAL = 1e-6;

/** Data of a regression. */
export interface RegressionRows {
  /** Regressors, row by row, a constant among them if one is wanted. `[n × k]` */
  readonly design: Float64Array;
  readonly answers: Float64Array;
}

/**
 * Coefficients of the linear quantile at `level`: each round is a least-squares fit whose weights turn the square of a
 * residual into its pinball loss.
 *
 * @param level in (0, 1).
 * @returns `null` when the regressors are collinear or anything is not finite. `[k]`
 */
export function fitLinearQuantile({ design, answers }: RegressionRows, level: number): Float64Array | null {
  const count = answers.length;
  const size = design.length / count;
  if (count === 0 || !Number.isInteger(size) || size === 0) return null;
  const weights = new Float64Array(count).fill(1);
  let last = Number.POSITIVE_INFINITY;
  let best: Float64Array | null = null;
  for (let round = 0; round < MAX_ITERATIONS; round += 1) {
    const found = weightedFit({ design, answers }, weights, size);
    if (found === null) return best;
    best = found;
    const residuals = residualsOf({ design, answers }, found);
    const loss = pinball(residuals, level);
    if (!Number.isFinite(loss)) return null;
    if (Math.abs(last - loss) <= TOLERANCE * loss) return found;
    last = loss;
    reweigh(weights, residuals, level);
  }
  return best;
}

/** Value of a linear form at row `row` of a design. */
export function linearAt(design: Float64Array, row: number, coefficients: Float64Array): number {
  const size = coefficients.length;
  let sum = 0;
  for (let column = 0; column < size; column += 1)
    sum += (design[row * size + column] ?? Number.NaN) * (coefficients[column] ?? 0);
  return sum;
}

function weightedFit({ design, answers }: RegressionRows, weights: Float64Array, size: number): Float64Array | null {
  const moments = new Float64Array(size * size);
  const products = new Float64Array(size);
  for (let row = 0; row < answers.length; row += 1) {
    const base = row * size;
    for (let left = 0; left < size; left += 1) {
      const weighted = (weights[row] ?? 0) * (design[base + left] ?? Number.NaN);
      products[left] = (products[left] ?? 0) + weighted * (answers[row] ?? Number.NaN);
      for (let right = 0; right <= left; right += 1)
        moments[left * size + right] =
          (moments[left * size + right] ?? 0) + weighted * (design[base + right] ?? Number.NaN);
    }
  }
  const factor = choleskyFactor(moments);
  return factor === null ? null : choleskySolve(factor, products);
}

function residualsOf({ design, answers }: RegressionRows, coefficients: Float64Array): Float64Array {
  return answers.map((answer, row) => answer - linearAt(design, row, coefficients));
}

function pinball(residuals: Float64Array, level: number): number {
  return residuals.reduce((sum, error) => sum + (error < 0 ? level - 1 : level) * error, 0);
}

function reweigh(weights: Float64Array, residuals: Float64Array, level: number): void {
  const size = residuals.reduce((sum, error) => sum + Math.abs(error), 0) / residuals.length;
  for (let row = 0; row < weights.length; row += 1) {
    const error = residuals[row] ?? Number.NaN;
    weights[row] = (error < 0 ? 1 - level : level) / Math.max(Math.abs(error), LEAST_RESIDUAL * size);
  }
}
