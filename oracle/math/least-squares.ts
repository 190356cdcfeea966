/** Weighted linear least squares with an optional ridge, by normal equations: a handful of regressors, many rows. */
import { choleskyFactor, choleskySolve, dotProduct } from "./linear-algebra.ts";

/** Sums that a regression is solved from; they grow row by row, so an expanding window costs no more than its rows. */
export interface LeastSquares {
  /** Adds a row; one that is not finite throughout is left out. */
  add(regressors: Float64Array, target: number, weight?: number): void;
  /** Rows added. */
  readonly count: number;
  /**
   * Coefficients.
   *
   * @param ridge added to the diagonal, as a share of the regressor's own mean square; 0 by default.
   * @returns `null` when there are no more rows than regressors or the regressors are dependent. `[k]`
   */
  solve(ridge?: number): Float64Array | null;
}

/** Starts a regression on `size` regressors; a constant is a regressor of ones. */
export function leastSquares(size: number): LeastSquares {
  const products = new Float64Array(size * size);
  const targets = new Float64Array(size);
  let count = 0;
  return {
    get count() {
      return count;
    },
    add: (regressors, target, weight = 1) => {
      if (!(Number.isFinite(target) && Number.isFinite(weight) && regressors.every(Number.isFinite))) return;
      count += 1;
      for (let row = 0; row < size; row += 1) {
        const value = weight * (regressors[row] ?? 0);
        targets[row] = (targets[row] ?? 0) + value * target;
        for (let column = 0; column <= row; column += 1)
          products[row * size + column] = (products[row * size + column] ?? 0) + value * (regressors[column] ?? 0);
      }
    },
    solve: (ridge = 0) => {
      if (count <= size) return null;
      const matrix = products.map((value, index) => (index % (size + 1) === 0 ? value * (1 + ridge) : value));
      const factor = choleskyFactor(matrix);
      const solution = factor === null ? null : choleskySolve(factor, targets);
      return solution?.every(Number.isFinite) === true ? solution : null;
    },
  };
}

/** Value of a linear function. */
export function linearValue(coefficients: Float64Array, regressors: Float64Array): number {
  return dotProduct(coefficients, regressors);
}
