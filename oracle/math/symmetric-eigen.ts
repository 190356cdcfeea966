/** Eigenvalues and eigenvectors of small symmetric matrices by Jacobi rotations. */

/** A = V diag(λ) Vᵀ. */
export interface Eigen {
  /** Eigenvalues in the order of the columns of `vectors`. `[n]` */
  readonly values: Float64Array;
  /** Orthonormal eigenvectors as columns, row by row. `[n × n]` */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;
/** Off-diagonal mass, relative to the whole, at which rotations stop. */
const TOLERANCE = 1e-24;

/**
 * Cyclic Jacobi method (Golub and Van Loan 2013, algorithm 8.5.3).
 *
 * @param matrix symmetric, finite. `[n × n]`
 */
export function symmetricEigen(matrix: Float64Array): Eigen {
  const size = Math.round(Math.sqrt(matrix.length));
  const work = Float64Array.from(matrix);
  const vectors = Float64Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0));
  const whole = matrix.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(work, size) > TOLERANCE * whole; sweep += 1) {
    for (let row = 0; row < size - 1; row += 1) {
      for (let column = row + 1; column < size; column += 1) rotate(work, vectors, { size, row, column });
    }
  }
  return { values: Float64Array.from({ length: size }, (_, axis) => work[axis * (size + 1)] ?? Number.NaN), vectors };
}

function offDiagonal(matrix: Float64Array, size: number): number {
  return matrix.reduce((sum, value, place) => (place % (size + 1) === 0 ? sum : sum + value * value), 0);
}

/** Zeroes the entry (row, column) by the smaller of both rotations. */
function rotate(
  work: Float64Array,
  vectors: Float64Array,
  { size, row, column }: { readonly size: number; readonly row: number; readonly column: number },
): void {
  const at = (matrix: Float64Array, place: number): number => matrix[place] ?? Number.NaN;
  const off = at(work, row * size + column);
  if (off === 0) return;
  const theta = (at(work, column * (size + 1)) - at(work, row * (size + 1))) / (2 * off);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (matrix: Float64Array, first: number, second: number): void => {
    const [left, right] = [at(matrix, first), at(matrix, second)];
    matrix[first] = cosine * left - sine * right;
    matrix[second] = sine * left + cosine * right;
  };
  for (let other = 0; other < size; other += 1) turn(work, other * size + row, other * size + column);
  for (let other = 0; other < size; other += 1) turn(work, row * size + other, column * size + other);
  for (let other = 0; other < size; other += 1) turn(vectors, other * size + row, other * size + column);
}
