/** Small dense linear algebra for a handful of parameters; matrices are square, row by row in one array. */

/** Dimension of a square matrix stored in one array, or −1 when the length is no square number. */
function dimensionOf(matrix: Float64Array): number {
  const size = Math.round(Math.sqrt(matrix.length));
  return size * size === matrix.length ? size : -1;
}

/**
 * Lower Cholesky factor L with L·Lᵀ = A.
 *
 * @param matrix symmetric, only its lower triangle is read. `[n × n]`
 * @returns `null` when the matrix is not square, not finite or not positive definite.
 */
export function choleskyFactor(matrix: Float64Array): Float64Array | null {
  const size = dimensionOf(matrix);
  if (size < 0) return null;
  const factor = new Float64Array(matrix.length);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const left = factor.subarray(row * size, row * size + column);
      const right = factor.subarray(column * size, column * size + column);
      const rest = (matrix[row * size + column] ?? Number.NaN) - dotProduct(left, right);
      if (row === column && !(rest > 0 && rest < Number.POSITIVE_INFINITY)) return null;
      factor[row * size + column] = row === column ? Math.sqrt(rest) : rest / (factor[column * size + column] ?? 0);
    }
  }
  return factor;
}

/** Solves A·x = b from the Cholesky factor of A. `[n]` */
export function choleskySolve(factor: Float64Array, rightSide: Float64Array): Float64Array {
  const size = rightSide.length;
  const solution = Float64Array.from(rightSide);
  for (let row = 0; row < size; row += 1) {
    const known = dotProduct(factor.subarray(row * size, row * size + row), solution.subarray(0, row));
    solution[row] = ((solution[row] ?? 0) - known) / (factor[row * size + row] ?? 0);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = solution[row] ?? 0;
    for (let below = row + 1; below < size; below += 1) {
      rest -= (factor[below * size + row] ?? 0) * (solution[below] ?? 0);
    }
    solution[row] = rest / (factor[row * size + row] ?? 0);
  }
  return solution;
}

/** Inverse of a symmetric positive definite matrix, or `null` where there is none. `[n × n]` */
export function invertPositiveDefinite(matrix: Float64Array): Float64Array | null {
  const factor = choleskyFactor(matrix);
  if (factor === null) return null;
  const size = dimensionOf(matrix);
  const inverse = new Float64Array(matrix.length);
  for (let column = 0; column < size; column += 1) {
    const unit = new Float64Array(size);
    unit[column] = 1;
    const solution = choleskySolve(factor, unit);
    for (let row = 0; row < size; row += 1) inverse[row * size + column] = solution[row] ?? 0;
  }
  return inverse;
}

/** Sum of the products of two equally long arrays. */
export function dotProduct(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/**
 * Correlation matrix of sums of cross products about zero, or of their averages.
 *
 * @param products row-major. `[size·size]`
 * @returns unit diagonal; NaN in the rows of a column without any variance. `[size·size]`
 */
export function correlationMatrix(products: Float64Array, size: number): Float64Array {
  const variance = (place: number): number => products[place * (size + 1)] ?? Number.NaN;
  return products.map((value, place) => value / Math.sqrt(variance(Math.floor(place / size)) * variance(place % size)));
}
