/** Standard errors of a GARCH fit: from the Hessian of its log-likelihood, and robust to a wrong error law. */
import type { Outcome } from "../../domain/errors.ts";
import { invertPositiveDefinite } from "../../math/linear-algebra.ts";
import { numericHessian, numericJacobian } from "../../math/numeric-derivatives.ts";
import { variance } from "../../math/statistics.ts";
import type { GarchFit, GarchParameters, ParameterName } from "./garch-types.ts";
import { logDensities } from "./log-densities.ts";
import { createLogLikelihood } from "./log-likelihood.ts";
import { rescaleParameters } from "./rescale-parameters.ts";

/** Standard errors by parameter, in the units of the returns. */
export type ParameterErrors = Readonly<Partial<Record<ParameterName, number>>>;

/** What {@link standardErrors} gives where the Hessian is regular. */
export interface StandardErrors {
  /** √diag(H⁻¹) with H = −∂²LL/∂θ∂θᵀ. */
  readonly hessian: ParameterErrors;
  /** √diag(H⁻¹(Σ sₜsₜᵀ)H⁻¹) with the scores sₜ of the single returns (Bollerslev and Wooldridge 1992). */
  readonly robust: ParameterErrors;
}

/**
 * Both standard errors in natural parameters.
 *
 * Derivatives are numeric and taken on the series scaled to unit variance, where all parameters are of order one, and
 * carried back by the delta method.
 *
 * @param returns the series that was fitted. `[n]`
 * @returns `GARCH_HESSIAN_SINGULAR` when the Hessian is not negative definite, as happens at a bound (`fit.atBounds`).
 */
export function standardErrors(
  returns: Float64Array,
  fit: GarchFit,
): Outcome<StandardErrors, "GARCH_HESSIAN_SINGULAR"> {
  const { spec, names, startRule } = fit;
  const scale = Math.sqrt(variance(returns));
  const scaled = returns.map((value) => value / scale);
  const centre = rescaleParameters(fit.parameters, spec, 1 / scale);
  const point = Float64Array.from(names, (name) => centre[name]);
  const logLikelihood = createLogLikelihood(scaled, { spec, startRule });
  const objective = (moved: Float64Array): number => -logLikelihood(withValues(centre, names, moved));
  const inverse = invertPositiveDefinite(numericHessian(objective, point));
  if (inverse === null) return { ok: false, reason: "GARCH_HESSIAN_SINGULAR", detail: fit.atBounds.join(", ") };
  const densities = (moved: Float64Array): Float64Array =>
    logDensities(scaled, { spec, startRule, parameters: withValues(centre, names, moved) });
  const robust = sandwich(inverse, numericJacobian(densities, point));
  const errors = (covariance: Float64Array): ParameterErrors =>
    Object.fromEntries(names.map((name) => [name, Math.sqrt(carriedVariance(name, { fit, covariance, scale }))]));
  return { ok: true, value: { hessian: errors(inverse), robust: errors(robust) } };
}

/** H⁻¹(Σ sₜsₜᵀ)H⁻¹, computed as Σ (H⁻¹sₜ)(H⁻¹sₜ)ᵀ. `[k × k]` */
function sandwich(inverse: Float64Array, scores: readonly Float64Array[]): Float64Array {
  const size = scores.length;
  const count = scores[0]?.length ?? 0;
  const moved = Array.from({ length: size }, (_, row) => {
    const sum = new Float64Array(count);
    scores.forEach((column, index) => {
      const weight = inverse[row * size + index] ?? Number.NaN;
      for (let time = 0; time < count; time += 1) sum[time] = (sum[time] ?? 0) + weight * (column[time] ?? Number.NaN);
    });
    return sum;
  });
  return Float64Array.from({ length: size * size }, (_, index) => {
    const left = moved[Math.floor(index / size)];
    const right = moved[index % size];
    return left?.reduce((sum, value, time) => sum + value * (right?.[time] ?? Number.NaN), 0) ?? Number.NaN;
  });
}

function withValues(base: GarchParameters, names: readonly ParameterName[], values: Float64Array): GarchParameters {
  const moved = Object.fromEntries(names.map((name, index) => [name, values[index] ?? Number.NaN]));
  return { ...base, ...moved };
}

interface ScaledCovariance {
  readonly fit: GarchFit;
  readonly covariance: Float64Array;
  readonly scale: number;
}

/** Variance of one parameter in the units of the returns. */
function carriedVariance(name: ParameterName, { fit, covariance, scale }: ScaledCovariance): number {
  const size = fit.names.length;
  const entry = (row: ParameterName, column: ParameterName): number =>
    covariance[fit.names.indexOf(row) * size + fit.names.indexOf(column)] ?? Number.NaN;
  const own = entry(name, name);
  if (name === "mu") return own * scale * scale;
  if (name !== "omega") return own;
  if (fit.spec.variance !== "egarch") return own * scale ** 4;
  // ω of the original series is ω + 2(1 − β) ln s.
  const slope = -2 * Math.log(scale);
  return own + 2 * slope * entry("omega", "beta") + slope * slope * entry("beta", "beta");
}
