/** Derivatives of a scalar function by finite differences. */

/** A function of several variables; values that are not finite count as +∞. */
export type Objective = (point: Float64Array) => number;

/** Central differences: about the cube root of machine precision. */
const GRADIENT_STEP = 6e-6;
/** Second differences: about the fourth root of machine precision. */
const HESSIAN_STEP = 1e-4;
/** Below this size of a coordinate the step no longer shrinks with it. */
const STEP_FLOOR = 0.1;

/**
 * Central-difference gradient. `[n]`
 *
 * @param step relative step, default 6e-6 of max(|xᵢ|, 0.1).
 */
export function numericGradient(objective: Objective, point: Float64Array, step = GRADIENT_STEP): Float64Array {
  const moved = Float64Array.from(point);
  return point.map((value, index) => {
    const width = step * Math.max(Math.abs(value), STEP_FLOOR);
    moved[index] = value + width;
    const above = objective(moved);
    moved[index] = value - width;
    const below = objective(moved);
    moved[index] = value;
    return (above - below) / (2 * width);
  });
}

/**
 * Central-difference derivatives of several functions at once.
 *
 * @param functions point → values. `[m]`
 * @param step relative step, default 6e-6 of max(|xᵢ|, 0.1).
 * @returns one array a coordinate. `[n][m]`
 */
export function numericJacobian(
  functions: (point: Float64Array) => Float64Array,
  point: Float64Array,
  step = GRADIENT_STEP,
): readonly Float64Array[] {
  return Array.from(point, (value, index) => {
    const width = step * Math.max(Math.abs(value), STEP_FLOOR);
    const above = functions(point.with(index, value + width));
    const below = functions(point.with(index, value - width));
    return above.map((high, place) => (high - (below[place] ?? Number.NaN)) / (2 * width));
  });
}

/**
 * Symmetric matrix of second derivatives by central differences (four points off the diagonal). `[n × n]`
 *
 * @param step relative step, default 1e-4 of max(|xᵢ|, 0.1).
 */
export function numericHessian(objective: Objective, point: Float64Array, step = HESSIAN_STEP): Float64Array {
  const size = point.length;
  const widths = point.map((value) => step * Math.max(Math.abs(value), STEP_FLOOR));
  const hessian = new Float64Array(size * size);
  const at = (row: number, column: number, signs: readonly [number, number]): number => {
    const moved = Float64Array.from(point);
    moved[row] = (moved[row] ?? 0) + signs[0] * (widths[row] ?? 0);
    moved[column] = (moved[column] ?? 0) + signs[1] * (widths[column] ?? 0);
    return objective(moved);
  };
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const mixed = at(row, column, [1, 1]) - at(row, column, [1, -1]) - at(row, column, [-1, 1]);
      const value = (mixed + at(row, column, [-1, -1])) / (4 * (widths[row] ?? 0) * (widths[column] ?? 0));
      hessian[row * size + column] = value;
      hessian[column * size + row] = value;
    }
  }
  return hessian;
}
