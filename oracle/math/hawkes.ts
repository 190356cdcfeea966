/** Self-exciting arrivals: Hawkes processes with exponential kernels of fixed half-lives, their likelihood and its maximum. */
import { dotProduct } from "./linear-algebra.ts";

/**
 * A Hawkes process `λ(t) = μ + Σ_k n_k·β_k·Σ_{t_i < t} exp(−β_k·(t − t_i))`, `β_k = ln 2 / halfLife_k` (Hawkes 1971, eq. 7,
 * as a sum of exponentials). Times in any unit; rates and half-lives in the same.
 */
export interface HawkesProcess {
  /** μ, arrivals a unit of time, ≥ 0. */
  readonly baseline: number;
  /** Half-life of each kernel, > 0. `[k]` */
  readonly halfLives: readonly number[];
  /** Expected direct offspring of an arrival through each kernel, ≥ 0; their sum below 1 is stationary. `[k]` */
  readonly branching: readonly number[];
}

/** Arrivals that were seen in a window. */
export interface Arrivals {
  /** Ascending, inside of the window; equal times are successive arrivals. */
  readonly times: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** How long a fit may take: the EM steps gain less than the tolerance long before. */
const MOST_STEPS = 2_000;
/** Relative gain of the log-likelihood at which a fit ends. */
const TOLERANCE = 1e-11;
/** Branching that all kernels share at the start of a fit. */
const START_BRANCHING = 0.5;

/**
 * Decayed counts `Σ_{t_i ≤ t} exp(−β·(t − t_i))` at given moments.
 *
 * @param times ascending.
 * @param moments ascending.
 * @returns `[moments]`, ≥ 0.
 */
function decayedCounts(times: Float64Array, moments: Float64Array, halfLife: number): Float64Array {
  const rate = Math.LN2 / halfLife;
  let [count, at, next] = [0, moments[0] ?? 0, 0];
  return moments.map((moment) => {
    while (next < times.length && (times[next] ?? Number.NaN) <= moment) {
      const time = times[next] ?? Number.NaN;
      // Arrivals before the first moment start the clock at their own time.
      count = time < at ? count + Math.exp(-rate * (at - time)) : count * Math.exp(-rate * (time - at)) + 1;
      at = Math.max(at, time);
      next += 1;
    }
    count *= Math.exp(-rate * (moment - at));
    at = moment;
    return count;
  });
}

/**
 * Arrivals expected within a horizon after each moment: those of the baseline and the direct offspring of all arrivals up to
 * and including the moment, `μ·h + Σ_k n_k·c_k(t)·(1 − exp(−β_k·h))` with the decayed counts `c_k`. For a short horizon it
 * is λ(t)·h.
 *
 * @param moments ascending.
 * @returns `[moments]`, ≥ μ·h.
 */
export function expectedArrivals(
  process: HawkesProcess,
  times: Float64Array,
  { moments, horizon }: { readonly moments: Float64Array; readonly horizon: number },
): Float64Array {
  const expected = new Float64Array(moments.length).fill(process.baseline * horizon);
  process.halfLives.forEach((halfLife, kernel) => {
    const weight = -(process.branching[kernel] ?? 0) * Math.expm1((-Math.LN2 / halfLife) * horizon);
    decayedCounts(times, moments, halfLife).forEach((count, place) => {
      expected[place] = (expected[place] ?? 0) + weight * count;
    });
  });
  return expected;
}

/** Log-likelihood `Σ log λ(t_i) − ∫ λ` over the window (Ozaki 1979, eq. 4); −∞ where λ is 0 at an arrival. */
export function hawkesLogLikelihood(process: HawkesProcess, arrivals: Arrivals): number {
  const design = designOf(process.halfLives, arrivals);
  return likelihoodOf([process.baseline, ...process.branching], design);
}

/**
 * Maximum-likelihood process for given half-lives, by expectation-maximisation over the parentage of arrivals (Veen and
 * Schoenberg 2008): the likelihood is concave in μ and the branching, so where it starts does not matter.
 *
 * @returns `null` without arrivals or without a window.
 */
export function fitHawkes(arrivals: Arrivals, halfLives: readonly number[]): HawkesProcess | null {
  const { times, from, to } = arrivals;
  if (times.length === 0 || !(to > from)) return null;
  const design = designOf(halfLives, arrivals);
  let parameters = [
    ((1 - START_BRANCHING) * times.length) / (to - from),
    ...halfLives.map(() => START_BRANCHING / halfLives.length),
  ];
  let known = likelihoodOf(parameters, design);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    parameters = improved(parameters, design);
    const found = likelihoodOf(parameters, design);
    if (found - known <= TOLERANCE * Math.abs(known)) break;
    known = found;
  }
  const [baseline = 0, ...branching] = parameters;
  return { baseline, halfLives, branching };
}

/** λ at the arrivals is linear in (μ, n): each row holds its regressors. */
interface Design {
  readonly size: number;
  /** `[arrivals × (1 + kernels)]`, row-major. */
  readonly rows: Float64Array;
  /** Integral over the window of each regressor. `[1 + kernels]` */
  readonly mass: Float64Array;
}

function designOf(halfLives: readonly number[], { times, from, to }: Arrivals): Design {
  const size = 1 + halfLives.length;
  const rows = new Float64Array(times.length * size);
  const mass = new Float64Array(size).fill(to - from, 0, 1);
  for (let row = 0; row < times.length; row += 1) rows[row * size] = 1;
  halfLives.forEach((halfLife, kernel) => {
    const rate = Math.LN2 / halfLife;
    let count = 0;
    times.forEach((time, row) => {
      if (row > 0) count = (count + 1) * Math.exp(-rate * (time - (times[row - 1] ?? time)));
      rows[row * size + kernel + 1] = rate * count;
      mass[kernel + 1] = (mass[kernel + 1] ?? 0) - Math.expm1(-rate * (to - time));
    });
  });
  return { size, rows, mass };
}

function likelihoodOf(parameters: readonly number[], { size, rows, mass }: Design): number {
  const weights = Float64Array.from(parameters);
  let sum = -dotProduct(weights, mass);
  for (let from = 0; from < rows.length; from += size)
    sum += Math.log(dotProduct(weights, rows.subarray(from, from + size)));
  return sum;
}

/** One EM step: every arrival's parentage is shared out, then each rate is its share over its exposure. */
function improved(parameters: readonly number[], { size, rows, mass }: Design): number[] {
  const shares = new Float64Array(size);
  const weights = Float64Array.from(parameters);
  for (let from = 0; from < rows.length; from += size) {
    const row = rows.subarray(from, from + size);
    const intensity = dotProduct(weights, row);
    for (let place = 0; place < size; place += 1)
      shares[place] = (shares[place] ?? 0) + ((weights[place] ?? 0) * (row[place] ?? 0)) / intensity;
  }
  return parameters.map((_, place) => {
    const exposure = mass[place] ?? 0;
    return exposure > 0 ? (shares[place] ?? 0) / exposure : 0;
  });
}
