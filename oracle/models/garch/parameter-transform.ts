/**
 * Maps unbounded search coordinates to admissible parameters, so that the optimiser cannot leave the region where the
 * model has a positive, finite variance. Returns are assumed to be scaled to unit variance.
 */
import type { GarchParameters, GarchSpec } from "./garch-types.ts";

/** Bounds of the search. */
export interface ParameterBounds {
  /** Largest persistence (GARCH α + β, GJR α + γ/2 + β, EGARCH |β|); below 1 unless a series without variance is wanted. */
  readonly maxPersistence: number;
  /** Range of the degrees of freedom, above 2. */
  readonly minShape: number;
  readonly maxShape: number;
  /** Skewness ξ stays within [1/maxSkew, maxSkew]. */
  readonly maxSkew: number;
}

/**
 * Default bounds: persistence short of a unit root, a finite variance, and shapes beyond which the t cannot be told from
 * the normal at usual sample sizes.
 */
export const DEFAULT_BOUNDS: ParameterBounds = { maxPersistence: 0.9999, minShape: 2.05, maxShape: 200, maxSkew: 5 };

/** Keeps inverse transforms finite at the border. */
const INTERIOR = 1e-6;

/** Two-way map between search coordinates and parameters. */
export interface ParameterTransform {
  toParameters(point: Float64Array): GarchParameters;
  toPoint(parameters: GarchParameters): Float64Array;
}

/** Transform of one specification; coordinates are in the order of `freeParameters`. */
export function createTransform(spec: GarchSpec, bounds: ParameterBounds): ParameterTransform {
  const hasGamma = spec.variance !== "garch";
  const shapeAt = hasGamma ? 5 : 4;
  return {
    toParameters: (point) => {
      const at = (index: number): number => point[index] ?? 0;
      const weights = spec.variance === "egarch" ? logWeights(point, bounds) : squareWeights(point, hasGamma, bounds);
      return {
        mu: at(0),
        ...weights,
        shape: spec.distribution === "normal" ? Number.POSITIVE_INFINITY : shapeOf(at(shapeAt), bounds),
        skew: spec.distribution === "skewed-t" ? Math.exp(Math.log(bounds.maxSkew) * Math.tanh(at(shapeAt + 1))) : 1,
      };
    },
    toPoint: (parameters) => {
      const weights =
        spec.variance === "egarch" ? logPoint(parameters, bounds) : squarePoint(parameters, hasGamma, bounds);
      const tail: number[] = [];
      if (spec.distribution !== "normal") tail.push(logit((parameters.shape - bounds.minShape) / shapeRange(bounds)));
      if (spec.distribution === "skewed-t") {
        tail.push(Math.atanh(inside(Math.log(parameters.skew) / Math.log(bounds.maxSkew))));
      }
      return Float64Array.from([parameters.mu, ...weights, ...tail]);
    },
  };
}

type Weights = Pick<GarchParameters, "omega" | "alpha" | "gamma" | "beta">;

function logWeights(point: Float64Array, bounds: ParameterBounds): Weights {
  const [, omega = 0, alpha = 0, gamma = 0, beta = 0] = point;
  return { omega, alpha, gamma, beta: bounds.maxPersistence * Math.tanh(beta) };
}

function logPoint(parameters: GarchParameters, bounds: ParameterBounds): readonly number[] {
  const { omega, alpha, gamma, beta } = parameters;
  return [omega, alpha, gamma, Math.atanh(inside(beta / bounds.maxPersistence))];
}

/**
 * Coordinates: ln ω, logit of the reaction's share of the persistence, logit of the rises' share of the reaction (GJR
 * only), logit of the persistence. GJR reacts with α to rises and with α + γ to falls; both stay non-negative.
 */
function squareWeights(point: Float64Array, hasGamma: boolean, bounds: ParameterBounds): Weights {
  const [, logOmega = 0, first = 0, second = 0, third = 0] = point;
  const persistence = bounds.maxPersistence * sigmoid(hasGamma ? third : second);
  const reaction = persistence * sigmoid(first);
  const riseShare = hasGamma ? sigmoid(second) : 0.5;
  const alpha = 2 * reaction * riseShare;
  const gamma = hasGamma ? 2 * reaction * (1 - riseShare) - alpha : 0;
  return { omega: Math.exp(logOmega), alpha, gamma, beta: persistence - reaction };
}

function squarePoint(parameters: GarchParameters, hasGamma: boolean, bounds: ParameterBounds): readonly number[] {
  const { omega, alpha, gamma, beta } = parameters;
  const reaction = alpha + gamma / 2;
  const persistence = reaction + beta;
  const rise = hasGamma ? [logit(alpha / (2 * reaction))] : [];
  return [Math.log(omega), logit(reaction / persistence), ...rise, logit(persistence / bounds.maxPersistence)];
}

function shapeOf(coordinate: number, bounds: ParameterBounds): number {
  return bounds.minShape + shapeRange(bounds) * sigmoid(coordinate);
}

function shapeRange(bounds: ParameterBounds): number {
  return bounds.maxShape - bounds.minShape;
}

function sigmoid(coordinate: number): number {
  return 1 / (1 + Math.exp(-coordinate));
}

function logit(share: number): number {
  const kept = Math.min(1 - INTERIOR, Math.max(INTERIOR, share));
  return Math.log(kept / (1 - kept));
}

function inside(value: number): number {
  return Math.min(1 - INTERIOR, Math.max(INTERIOR - 1, value));
}
