/** Nonlinear weighted least squares for a handful of parameters: damped Gauss-Newton steps on the normal equations. */
import { choleskyFactor, choleskySolve } from "./linear-algebra.ts";

/** Takes one residual of the sum that is minimised; `slopes` are its derivatives and may be reused by the caller. `[k]` */
export type ResidualSink = (residual: number, slopes: Float64Array, weight: number) => void;

/** Hands every residual at a point to the sink, always in the same number and order. */
export type Residuals = (point: Float64Array, sink: ResidualSink) => void;

/** Limits of {@link levenbergMarquardt}. */
export interface LeastSquaresLimits {
  readonly maxIterations: number;
  /** Converged when a step lowers the sum by less than this share. */
  readonly tolerance: number;
}

/** Where the search ended. */
export interface NonlinearFit {
  readonly point: Float64Array;
  /** Half the weighted sum of squares there. */
  readonly cost: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Damping of the first step and its factors after a good and a bad one (Nielsen's constants in round numbers). */
const FIRST_DAMPING = 1e-2;
const LESS_DAMPING = 0.2;
const MORE_DAMPING = 5;
const MOST_DAMPING = 1e9;
/** Keeps directions that no residual depends on solvable. */
const LEAST_DIAGONAL = 1e-12;

interface Normal {
  readonly cost: number;
  readonly gradient: Float64Array;
  /** Lower triangle alone. */
  readonly matrix: Float64Array;
}

/**
 * Minimises half the weighted sum of squared residuals (Levenberg 1944, Marquardt 1963, damping scaled by the diagonal).
 *
 * @param start finite everywhere. `[k]`
 * @returns the best point found; a start without finite cost is returned as it is, not converged.
 */
export function levenbergMarquardt(
  residuals: Residuals,
  start: Float64Array,
  { maxIterations, tolerance }: LeastSquaresLimits,
): NonlinearFit {
  let point: Float64Array = Float64Array.from(start);
  let normal = normalOf(residuals, point);
  let damping = FIRST_DAMPING;
  for (let iteration = 1; iteration <= maxIterations; iteration += 1) {
    const next = stepOf(normal, point, damping);
    const cost = next === null ? Number.NaN : costOf(residuals, next);
    if (next === null || !(cost < normal.cost)) {
      if (damping > MOST_DAMPING)
        return { point, cost: normal.cost, iterations: iteration, converged: Number.isFinite(normal.cost) };
      damping *= MORE_DAMPING;
      continue;
    }
    const gain = (normal.cost - cost) / normal.cost;
    point = next;
    if (gain <= tolerance) return { point, cost, iterations: iteration, converged: true };
    normal = normalOf(residuals, point);
    damping *= LESS_DAMPING;
  }
  return { point, cost: normal.cost, iterations: maxIterations, converged: false };
}

function costOf(residuals: Residuals, point: Float64Array): number {
  let cost = 0;
  residuals(point, (residual, _slopes, weight) => {
    cost += (weight * residual * residual) / 2;
  });
  return cost;
}

function normalOf(residuals: Residuals, point: Float64Array): Normal {
  const size = point.length;
  const gradient = new Float64Array(size);
  const matrix = new Float64Array(size * size);
  let cost = 0;
  residuals(point, (residual, slopes, weight) => {
    cost += (weight * residual * residual) / 2;
    for (let row = 0; row < size; row += 1) {
      const slope = weight * (slopes[row] ?? 0);
      if (slope === 0) continue;
      gradient[row] = (gradient[row] ?? 0) + slope * residual;
      for (let column = 0; column <= row; column += 1) {
        matrix[row * size + column] = (matrix[row * size + column] ?? 0) + slope * (slopes[column] ?? 0);
      }
    }
  });
  return { cost, gradient, matrix };
}

function stepOf({ gradient, matrix }: Normal, point: Float64Array, damping: number): Float64Array | null {
  const size = point.length;
  const damped = matrix.map((value, index) =>
    index % (size + 1) === 0 ? value * (1 + damping) + LEAST_DIAGONAL : value,
  );
  const factor = choleskyFactor(damped);
  if (factor === null) return null;
  const step = choleskySolve(factor, gradient);
  return point.map((value, index) => value - (step[index] ?? 0));
}
