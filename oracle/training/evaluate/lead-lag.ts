/**
 * Lead-lag tests: do past values of one series improve the prediction of another beyond its own past? That is precedence
 * (Granger 1969), not cause: a common driver that reaches one series first looks the same.
 */
import { regularizedBeta } from "../../math/gamma-functions.ts";
import { leastSquares, linearValue } from "../../math/least-squares.ts";
import { invertPositiveDefinite } from "../../math/linear-algebra.ts";

/** A regression with the tested lags. */
export interface PrecedenceInput {
  /** What is predicted. `[n]` */
  readonly target: Float64Array;
  /** What predicts it without the tested series: constant, own past, calendar. `[n][k]` */
  readonly controls: readonly Float64Array[];
  /** Lags of the tested series. `[n][m]` */
  readonly lags: readonly Float64Array[];
  /** Lags of the long-run covariance (Newey and West 1987). */
  readonly covarianceLags: number;
}

/** Result of a test. */
export interface PrecedenceTest {
  /** Rows that were complete. */
  readonly count: number;
  /** Wald statistic over the number of tested lags, against the F law. */
  readonly statistic: number;
  readonly pValue: number;
}

/** Tests that all lags have no weight. NaN where the regressors are dependent or there are too few rows. */
export function precedenceTest({ target, controls, lags, covarianceLags }: PrecedenceInput): PrecedenceTest {
  const rows = controls.flatMap((control, time) => {
    const row = Float64Array.from([...control, ...(lags[time] ?? [])]);
    const value = target[time] ?? Number.NaN;
    return row.every(Number.isFinite) && Number.isFinite(value) ? [{ row, value }] : [];
  });
  const failed = { count: rows.length, statistic: Number.NaN, pValue: Number.NaN };
  const size = rows[0]?.row.length ?? 0;
  const tested = lags[0]?.length ?? 0;
  const covariance = rows.length > 2 * size ? robustCovariance(rows, size, covarianceLags) : null;
  if (covariance === null || tested === 0) return failed;
  const first = size - tested;
  const block = Float64Array.from({ length: tested * tested }, (_, index) => {
    const [row, column] = [first + Math.floor(index / tested), first + (index % tested)];
    return covariance.matrix[row * size + column] ?? Number.NaN;
  });
  const inverse = invertPositiveDefinite(block);
  if (inverse === null) return failed;
  const weights = covariance.coefficients.subarray(first);
  const statistic = quadraticForm(inverse, weights) / tested;
  const freedom = rows.length - size;
  const scale = freedom + tested * statistic;
  const pValue = regularizedBeta({
    x: freedom / scale,
    complement: (tested * statistic) / scale,
    a: freedom / 2,
    b: tested / 2,
  });
  return { count: rows.length, statistic, pValue };
}

interface RegressionRow {
  readonly row: Float64Array;
  readonly value: number;
}

/** (X'X)⁻¹ S (X'X)⁻¹ with the Bartlett-weighted S of the products of regressors and residuals. */
function robustCovariance(
  rows: readonly RegressionRow[],
  size: number,
  covarianceLags: number,
): { readonly coefficients: Float64Array; readonly matrix: Float64Array } | null {
  const sums = leastSquares(size);
  const products = new Float64Array(size * size);
  for (const { row, value } of rows) {
    sums.add(row, value);
    addOuter(products, row, row, 1);
  }
  const coefficients = sums.solve();
  const inverse = invertPositiveDefinite(products);
  if (coefficients === null || inverse === null) return null;
  const scores = rows.map(({ row, value }) => {
    const residual = value - linearValue(coefficients, row);
    return row.map((entry) => entry * residual);
  });
  const middle = new Float64Array(size * size);
  scores.forEach((score, time) => {
    addOuter(middle, score, score, 1);
    for (let lag = 1; lag <= Math.min(covarianceLags, time); lag += 1) {
      const earlier = scores[time - lag] ?? score;
      const weight = 1 - lag / (covarianceLags + 1);
      addOuter(middle, score, earlier, weight);
      addOuter(middle, earlier, score, weight);
    }
  });
  return { coefficients, matrix: product(product(inverse, middle, size), inverse, size) };
}

function addOuter(matrix: Float64Array, left: Float64Array, right: Float64Array, weight: number): void {
  const size = left.length;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1)
      matrix[row * size + column] =
        (matrix[row * size + column] ?? 0) + weight * (left[row] ?? 0) * (right[column] ?? 0);
  }
}

function product(left: Float64Array, right: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    let sum = 0;
    for (let inner = 0; inner < size; inner += 1)
      sum += (left[row * size + inner] ?? 0) * (right[inner * size + column] ?? 0);
    return sum;
  });
}

function quadraticForm(matrix: Float64Array, vector: Float64Array): number {
  const size = vector.length;
  return matrix.reduce(
    (sum, value, index) => sum + value * (vector[Math.floor(index / size)] ?? 0) * (vector[index % size] ?? 0),
    0,
  );
}
