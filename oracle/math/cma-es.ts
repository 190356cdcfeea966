/** Covariance matrix adaptation evolution strategy in a box: asks for points, is told their values, and adapts. */
import type { Rng } from "./rng.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** How a search begins. */
export interface CmaOptions {
  /** First mean, inside the unit cube. `[n]` */
  readonly start: ArrayLike<number>;
  /** First step size σ, share of the cube's edge. */
  readonly sigma: number;
  readonly rng: Rng;
  /** Points a generation; 4 + ⌊3 ln n⌋ by default. */
  readonly population?: number;
}

/** A running search over the unit cube. */
export interface CmaEs {
  /** Next generation, every coordinate in 0…1. `[population][n]` */
  ask(): readonly Float64Array[];
  /** Values of the last generation in its order, the lower the better; what is not finite counts as the worst. */
  tell(values: readonly number[]): void;
  /** Mean of the search law, clipped to the cube. `[n]` */
  mean(): Float64Array;
  sigma(): number;
}

interface Settings {
  readonly size: number;
  readonly population: number;
  readonly weights: readonly number[];
  readonly muEff: number;
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cCov: number;
  readonly c1: number;
  readonly cMu: number;
  /** Mean length of a standard normal vector. */
  readonly chi: number;
}

interface State {
  mean: Float64Array;
  sigma: number;
  covariance: Float64Array;
  pathSigma: Float64Array;
  pathCov: Float64Array;
  generation: number;
}

/**
 * Weight of the squared distance by which a sampled point left the cube, added to the value of its clipped point: the search law
 * is drawn back without a jump at the border (boundary handling by repair and penalty, Hansen et al. 2009).
 */
const PENALTY = 1;

/** Creates a search with the default constants of Hansen, "The CMA evolution strategy: a tutorial" (2016), table 1. */
export function createCmaEs(options: CmaOptions): CmaEs {
  const settings = settingsFor(options.start.length, options.population);
  const { size, population } = settings;
  const identity = Float64Array.from({ length: size * size }, (_, place) => (place % (size + 1) === 0 ? 1 : 0));
  const state: State = {
    mean: Float64Array.from(options.start),
    sigma: options.sigma,
    covariance: identity,
    pathSigma: new Float64Array(size),
    pathCov: new Float64Array(size),
    generation: 0,
  };
  let steps: readonly Float64Array[] = [];
  let outside: readonly number[] = [];
  return {
    ask: () => {
      const root = rootOf(state.covariance, size);
      steps = Array.from({ length: population }, () => multiply(root, normals(size, options.rng)));
      const raw = steps.map((step) => state.mean.map((value, axis) => value + state.sigma * (step[axis] ?? 0)));
      outside = raw.map((point) => point.reduce((sum, value) => sum + (value - clipped(value)) ** 2, 0));
      return raw.map((point) => point.map(clipped));
    },
    tell: (values) => {
      const spread = spreadOf(values);
      const judged = values.map((value, place) =>
        Number.isFinite(value) ? value + PENALTY * spread * (outside[place] ?? 0) : Number.POSITIVE_INFINITY,
      );
      const order = judged.map((_, place) => place).toSorted((a, b) => (judged[a] ?? 0) - (judged[b] ?? 0));
      adapt(
        state,
        settings,
        order.map((place) => steps[place] ?? new Float64Array(size)),
      );
    },
    mean: () => state.mean.map(clipped),
    sigma: () => state.sigma,
  };
}

function settingsFor(size: number, wanted: number | undefined): Settings {
  const population = wanted ?? 4 + Math.floor(3 * Math.log(size));
  const parents = Math.floor(population / 2);
  const raw = Array.from({ length: parents }, (_, rank) => Math.log((population + 1) / 2) - Math.log(rank + 1));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const muEff = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  const cSigma = (muEff + 2) / (size + muEff + 5);
  const c1 = 2 / ((size + 1.3) ** 2 + muEff);
  return {
    size,
    population,
    weights,
    muEff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (size + 1)) - 1) + cSigma,
    cCov: (4 + muEff / size) / (size + 4 + (2 * muEff) / size),
    c1,
    cMu: Math.min(1 - c1, (2 * (muEff - 2 + 1 / muEff)) / ((size + 2) ** 2 + muEff)),
    chi: Math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size * size)),
  };
}

/** One generation: mean, both paths, covariance, step size. `steps` are sorted, the best first. */
function adapt(state: State, settings: Settings, steps: readonly Float64Array[]): void {
  const { size, weights, muEff, cSigma, dSigma, cCov, chi } = settings;
  const step = new Float64Array(size).map((_, axis) =>
    weights.reduce((sum, weight, rank) => sum + weight * (steps[rank]?.[axis] ?? 0), 0),
  );
  state.generation += 1;
  state.mean = state.mean.map((value, axis) => value + state.sigma * (step[axis] ?? 0));
  const whitened = multiply(inverseRootOf(state.covariance, size), step);
  const paceSigma = Math.sqrt(cSigma * (2 - cSigma) * muEff);
  state.pathSigma = state.pathSigma.map((value, axis) => (1 - cSigma) * value + paceSigma * (whitened[axis] ?? 0));
  const length = Math.hypot(...state.pathSigma);
  const faded = Math.sqrt(1 - (1 - cSigma) ** (2 * state.generation));
  const isSteady = length / faded < (1.4 + 2 / (size + 1)) * chi;
  const paceCov = isSteady ? Math.sqrt(cCov * (2 - cCov) * muEff) : 0;
  state.pathCov = state.pathCov.map((value, axis) => (1 - cCov) * value + paceCov * (step[axis] ?? 0));
  adaptCovariance(state, settings, { steps, isSteady });
  state.sigma *= Math.exp((cSigma / dSigma) * (length / chi - 1));
}

function adaptCovariance(
  state: State,
  { size, weights, c1, cMu, cCov }: Settings,
  { steps, isSteady }: { readonly steps: readonly Float64Array[]; readonly isSteady: boolean },
): void {
  const lost = isSteady ? 0 : cCov * (2 - cCov);
  const { pathCov } = state;
  state.covariance = state.covariance.map((value, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    const rankOne = (pathCov[row] ?? 0) * (pathCov[column] ?? 0);
    const rankMu = weights.reduce(
      (sum, weight, rank) => sum + weight * (steps[rank]?.[row] ?? 0) * (steps[rank]?.[column] ?? 0),
      0,
    );
    return (1 - c1 - cMu + c1 * lost) * value + c1 * rankOne + cMu * rankMu;
  });
}

/** V diag(√λ) and V diag(1/√λ) Vᵀ; eigenvalues are kept above a floor against rounding. */
function rootOf(covariance: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(covariance);
  return vectors.map((value, place) => value * Math.sqrt(kept(values[place % size] ?? 0)));
}

function inverseRootOf(covariance: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(covariance);
  return new Float64Array(size * size).map((_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    let sum = 0;
    for (let axis = 0; axis < size; axis += 1) {
      const along = (vectors[row * size + axis] ?? 0) * (vectors[column * size + axis] ?? 0);
      sum += along / Math.sqrt(kept(values[axis] ?? 0));
    }
    return sum;
  });
}

const LEAST_EIGENVALUE = 1e-20;

function kept(value: number): number {
  return Math.max(value, LEAST_EIGENVALUE);
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let column = 0; column < size; column += 1) sum += (matrix[row * size + column] ?? 0) * (vector[column] ?? 0);
    return sum;
  });
}

function normals(size: number, rng: Rng): Float64Array {
  return new Float64Array(size).map(() => rng.normal());
}

function clipped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Range of the finite values, at least the smallest positive one: the scale of the penalty. */
function spreadOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return Math.max(Number.MIN_VALUE, Math.max(...finite) - Math.min(...finite), 1e-12 * Math.abs(finite[0] ?? 0));
}
