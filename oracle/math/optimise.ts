/** Unconstrained minimisation: Nelder-Mead for a rough start, BFGS with numeric gradients for the finish. */
import { dotProduct } from "./linear-algebra.ts";
import { numericGradient, type Objective } from "./numeric-derivatives.ts";

/** Where a minimisation ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** Whether the tolerance was met before the limit on work. */
  readonly converged: boolean;
  readonly iterations: number;
}

/** Limits of {@link nelderMead}. */
export interface NelderMeadOptions {
  readonly maxIterations: number;
  /** Stop when values at the simplex corners differ by less than this. */
  readonly tolerance: number;
  /** Edge of the first simplex. */
  readonly edge: number;
}

/** Limits of {@link minimiseBfgs}. */
export interface BfgsOptions {
  readonly maxIterations: number;
  /** Converged when no gradient component exceeds this. */
  readonly gradientTolerance: number;
}

interface Corner {
  readonly point: Float64Array;
  readonly value: number;
}

// Coefficients of Nelder and Mead, "A simplex method for function minimization", Computer Journal 7 (1965).
const REFLECT = 1;
const EXPAND = 2;
const CONTRACT = 0.5;
const SHRINK = 0.5;
/** Sufficient decrease of the line search (Armijo; Nocedal and Wright 2006, section 3.1) and its halving limit. */
const ARMIJO = 1e-4;
const MAX_HALVINGS = 40;
/** Longest first step of the line search in any coordinate. */
const MAX_STEP = 2;

/** Nelder-Mead downhill simplex from `start`; values that are not finite count as +∞. */
export function nelderMead(objective: Objective, start: Float64Array, options: NelderMeadOptions): Minimum {
  const evaluate = cornerOf(objective);
  let simplex = firstSimplex(evaluate, start, options.edge);
  for (let iteration = 0; iteration < options.maxIterations; iteration += 1) {
    simplex.sort((left, right) => left.value - right.value);
    const [best] = simplex;
    const worst = simplex.at(-1);
    if (best === undefined || worst === undefined) break;
    if (worst.value - best.value < options.tolerance) return { ...best, converged: true, iterations: iteration };
    simplex = nextSimplex(simplex, evaluate);
  }
  simplex.sort((left, right) => left.value - right.value);
  const best = simplex[0] ?? evaluate(start);
  return { ...best, converged: false, iterations: options.maxIterations };
}

/** BFGS with numeric gradients and a backtracking line search (Nocedal and Wright 2006, algorithm 6.1). */
export function minimiseBfgs(objective: Objective, start: Float64Array, options: BfgsOptions): Minimum {
  const evaluate = cornerOf(objective);
  const safe: Objective = (point) => evaluate(point).value;
  let current = evaluate(start);
  let gradient = numericGradient(safe, current.point);
  let inverse = identity(start.length);
  for (let iteration = 0; iteration < options.maxIterations; iteration += 1) {
    if (largest(gradient) <= options.gradientTolerance) return { ...current, converged: true, iterations: iteration };
    const next = searchAlong(evaluate, current, { gradient, inverse });
    if (next === null) {
      if (isIdentity(inverse)) return { ...current, converged: false, iterations: iteration };
      inverse = identity(start.length);
      continue;
    }
    const nextGradient = numericGradient(safe, next.point);
    const move = subtract(next.point, current.point);
    inverse = updateInverse(inverse, move, subtract(nextGradient, gradient));
    current = next;
    gradient = nextGradient;
  }
  const converged = largest(gradient) <= options.gradientTolerance;
  return { ...current, converged, iterations: options.maxIterations };
}

function cornerOf(objective: Objective): (point: Float64Array) => Corner {
  return (point) => {
    const value = objective(point);
    return { point, value: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY };
  };
}

function firstSimplex(evaluate: (point: Float64Array) => Corner, start: Float64Array, edge: number): Corner[] {
  const corners = [evaluate(Float64Array.from(start))];
  for (let axis = 0; axis < start.length; axis += 1) {
    corners.push(evaluate(start.map((value, index) => (index === axis ? value + edge : value))));
  }
  return corners;
}

function nextSimplex(sorted: readonly Corner[], evaluate: (point: Float64Array) => Corner): Corner[] {
  const best = sorted[0];
  const worst = sorted.at(-1);
  if (best === undefined || worst === undefined) return [...sorted];
  const kept = sorted.slice(0, -1);
  const centre = best.point.map(
    (_, axis) => kept.reduce((sum, corner) => sum + (corner.point[axis] ?? 0), 0) / kept.length,
  );
  const along = (factor: number): Corner =>
    evaluate(centre.map((value, axis) => value + factor * (value - (worst.point[axis] ?? 0))));

  const reflected = along(REFLECT);
  if (reflected.value < best.value) {
    const expanded = along(EXPAND);
    return [...kept, expanded.value < reflected.value ? expanded : reflected];
  }
  if (reflected.value < (kept.at(-1)?.value ?? best.value)) return [...kept, reflected];
  const contracted = along(reflected.value < worst.value ? CONTRACT : -CONTRACT);
  if (contracted.value < Math.min(reflected.value, worst.value)) return [...kept, contracted];
  return sorted.map((corner) =>
    corner === best ? best : evaluate(corner.point.map((value, axis) => mix(best.point[axis] ?? 0, value))),
  );
}

function mix(towards: number, from: number): number {
  return towards + SHRINK * (from - towards);
}

/** Next point along the quasi-Newton direction, or `null` when no step decreases the function. */
function searchAlong(
  evaluate: (point: Float64Array) => Corner,
  current: Corner,
  model: { readonly gradient: Float64Array; readonly inverse: Float64Array },
): Corner | null {
  const size = current.point.length;
  const direction = current.point.map(
    (_, row) => -dotProduct(model.inverse.subarray(row * size, (row + 1) * size), model.gradient),
  );
  const slope = dotProduct(direction, model.gradient);
  if (!(slope < 0)) return null;
  let length = Math.min(1, MAX_STEP / largest(direction));
  for (let halving = 0; halving < MAX_HALVINGS; halving += 1) {
    const step = length;
    const next = evaluate(current.point.map((value, axis) => value + step * (direction[axis] ?? 0)));
    if (next.value < current.value + ARMIJO * length * slope) return next;
    length /= 2;
  }
  return null;
}

/** H' = (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ; unchanged where the curvature condition sᵀy > 0 fails. */
function updateInverse(inverse: Float64Array, move: Float64Array, change: Float64Array): Float64Array {
  const curvature = dotProduct(move, change);
  if (!(curvature > Number.EPSILON * Math.sqrt(dotProduct(move, move) * dotProduct(change, change)))) return inverse;
  const size = move.length;
  const product = move.map((_, row) => dotProduct(inverse.subarray(row * size, (row + 1) * size), change));
  const factor = 1 + dotProduct(change, product) / curvature;
  return inverse.map((value, index) => {
    const row = Math.floor(index / size);
    const column = index % size;
    const moveRow = move[row] ?? 0;
    const moveColumn = move[column] ?? 0;
    const cross = (product[row] ?? 0) * moveColumn + moveRow * (product[column] ?? 0);
    return value + (factor * moveRow * moveColumn - cross) / curvature;
  });
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}

function isIdentity(matrix: Float64Array): boolean {
  const size = Math.round(Math.sqrt(matrix.length));
  return matrix.every((value, index) => value === (index % (size + 1) === 0 ? 1 : 0));
}

function subtract(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] ?? 0));
}

function largest(values: Float64Array): number {
  return values.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
}
