/** Logistic regression with a ridge, coefficients that may be held at or above zero, and thresholds that share slopes. */
import { choleskyFactor, choleskySolve, dotProduct } from "./linear-algebra.ts";

/** Rows of a regression. */
export interface LogitRows {
  readonly width: number;
  /** Row-major `[rows × width]`, finite. */
  readonly inputs: Float64Array;
  /** Whether the event of each threshold followed, 0 or 1; all thresholds share the slopes. `[thresholds][rows]` */
  readonly outcomes: readonly Float64Array[];
}

/** How it is fitted. */
export interface LogitOptions {
  /** Weight of `½·Σ (b − centre)²` against the mean log-loss; also steadies dependent inputs. Above 0. */
  readonly ridge: number;
  /** Value that each slope is drawn to; 0 by default. `[width]` */
  readonly centre?: readonly number[];
  /** Whether slopes may not be negative. */
  readonly isMonotone: boolean;
}

/** A fitted regression. */
export interface LogitModel {
  /** `[width]` */
  readonly slopes: readonly number[];
  /** One of each threshold. */
  readonly intercepts: readonly number[];
}

const MOST_STEPS = 100;
/** Largest change of a coefficient at which a fit ends. */
const TOLERANCE = 1e-9;
/** A Newton step is halved this often before it is given up. */
const MOST_HALVINGS = 30;

/**
 * Maximum of the penalised likelihood by Newton steps; slopes that would turn negative are held at zero (active set), and
 * freed where the gradient asks for it. Deterministic.
 *
 * @returns `null` where there are no rows, an outcome never or always happens, or the steps fail to be finite.
 */
export function fitLogit(rows: LogitRows, options: LogitOptions): LogitModel | null {
  const { width, outcomes } = rows;
  const starts = outcomes.map(logOdds);
  if (starts.length === 0 || !starts.every(Number.isFinite)) return null;
  const centre = Float64Array.from({ length: width }, (_, place) => options.centre?.[place] ?? 0);
  const problem: Problem = { rows, options, centre };
  let point: Float64Array = Float64Array.from([...centre, ...starts]);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = newtonStep(problem, point);
    if (next === null) return null;
    const change = next.reduce((most, value, place) => Math.max(most, Math.abs(value - (point[place] ?? 0))), 0);
    point = next;
    if (change < TOLERANCE) break;
  }
  return { slopes: [...point.subarray(0, width)], intercepts: [...point.subarray(width)] };
}

/** Log odds that a model gives an input at one threshold. */
export function logitAt({ slopes, intercepts }: LogitModel, input: ArrayLike<number>, threshold = 0): number {
  return slopes.reduce(
    (sum, slope, place) => sum + slope * (input[place] ?? Number.NaN),
    intercepts[threshold] ?? Number.NaN,
  );
}

/** 1/(1 + e^−x), without overflow. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

interface Problem {
  readonly rows: LogitRows;
  readonly options: LogitOptions;
  readonly centre: Float64Array;
}

function logOdds(outcome: Float64Array): number {
  const hits = outcome.reduce((sum, hit) => sum + hit, 0);
  return Math.log(hits / (outcome.length - hits));
}

function newtonStep(problem: Problem, point: Float64Array): Float64Array | null {
  const { gradient, hessian } = derivatives(problem, point);
  const isHeld = [...point].map((value, place) => isAtBound(problem, place, value) && (gradient[place] ?? 0) >= 0);
  const free = [...point.keys()].filter((place) => !isHeld[place]);
  const size = point.length;
  const matrix = Float64Array.from(free.flatMap((row) => free.map((column) => hessian[row * size + column] ?? 0)));
  const factor = choleskyFactor(matrix);
  if (factor === null) return null;
  const step = choleskySolve(
    factor,
    Float64Array.from(free, (place) => -(gradient[place] ?? 0)),
  );
  return descended(problem, point, { free, step });
}

function isAtBound({ rows, options }: Problem, place: number, value: number): boolean {
  return options.isMonotone && place < rows.width && value <= 0;
}

/** Goes along a step, cut off at the bounds, halved until the loss does not rise. */
function descended(
  problem: Problem,
  point: Float64Array,
  { free, step }: { readonly free: readonly number[]; readonly step: Float64Array },
): Float64Array | null {
  const { options, rows } = problem;
  const known = lossAt(problem, point);
  let share = 1;
  for (let halving = 0; halving < MOST_HALVINGS; halving += 1) {
    const next = Float64Array.from(point);
    free.forEach((place, index) => {
      const value = (point[place] ?? 0) + share * (step[index] ?? 0);
      next[place] = options.isMonotone && place < rows.width ? Math.max(0, value) : value;
    });
    if (!next.every(Number.isFinite)) return null;
    if (lossAt(problem, next) <= known) return next;
    share /= 2;
  }
  return point;
}

function lossAt(problem: Problem, point: Float64Array): number {
  const { rows, options, centre } = problem;
  const slopes = point.subarray(0, rows.width);
  const count = rows.inputs.length / rows.width;
  let sum = 0;
  for (let row = 0; row < count; row += 1) {
    const level = dotProduct(slopes, rows.inputs.subarray(row * rows.width, (row + 1) * rows.width));
    rows.outcomes.forEach((outcome, threshold) => {
      const odds = level + (point[rows.width + threshold] ?? 0);
      sum += Math.max(odds, 0) + Math.log1p(Math.exp(-Math.abs(odds))) - (outcome[row] ?? 0) * odds;
    });
  }
  const penalty = slopes.reduce((total, slope, place) => total + (slope - (centre[place] ?? 0)) ** 2, 0);
  return sum / (count * rows.outcomes.length) + 0.5 * options.ridge * penalty;
}

function derivatives({ rows, options, centre }: Problem, point: Float64Array) {
  const { width, inputs, outcomes } = rows;
  const size = point.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const slopes = point.subarray(0, width);
  const count = inputs.length / width;
  const weight = 1 / (count * outcomes.length);
  for (let row = 0; row < count; row += 1) {
    const input = inputs.subarray(row * width, (row + 1) * width);
    const level = dotProduct(slopes, input);
    let [pull, spread] = [0, 0];
    outcomes.forEach((outcome, threshold) => {
      const place = width + threshold;
      const probability = logistic(level + (point[place] ?? 0));
      const error = weight * (probability - (outcome[row] ?? 0));
      const curve = weight * probability * (1 - probability);
      pull += error;
      spread += curve;
      gradient[place] = (gradient[place] ?? 0) + error;
      hessian[place * size + place] = (hessian[place * size + place] ?? 0) + curve;
      for (let column = 0; column < width; column += 1)
        hessian[place * size + column] = (hessian[place * size + column] ?? 0) + curve * (input[column] ?? 0);
    });
    addSlopes({ gradient, hessian, size }, input, { pull, spread });
  }
  for (let place = 0; place < width; place += 1) {
    gradient[place] = (gradient[place] ?? 0) + options.ridge * ((slopes[place] ?? 0) - (centre[place] ?? 0));
    hessian[place * size + place] = (hessian[place * size + place] ?? 0) + options.ridge;
  }
  mirror(hessian, size);
  return { gradient, hessian };
}

function addSlopes(
  sums: { readonly gradient: Float64Array; readonly hessian: Float64Array; readonly size: number },
  input: Float64Array,
  { pull, spread }: { readonly pull: number; readonly spread: number },
): void {
  const { gradient, hessian, size } = sums;
  for (let row = 0; row < input.length; row += 1) {
    const value = input[row] ?? 0;
    gradient[row] = (gradient[row] ?? 0) + pull * value;
    for (let column = 0; column <= row; column += 1)
      hessian[row * size + column] = (hessian[row * size + column] ?? 0) + spread * value * (input[column] ?? 0);
  }
}

/** Only the lower triangle is summed. */
function mirror(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < row; column += 1) matrix[column * size + row] = matrix[row * size + column] ?? 0;
}
