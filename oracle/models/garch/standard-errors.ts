/** Standard errors of a GARCH fit from the numeric Hessian of its log-likelihood. */
import type { Outcome } from "../../domain/errors.ts";
import { invertPositiveDefinite } from "../../math/linear-algebra.ts";
import { numericHessian } from "../../math/numeric-derivatives.ts";
import { variance } from "../../math/statistics.ts";
import type { GarchFit, GarchParameters, ParameterName } from "./garch-types.ts";
import { createLogLikelihood } from "./log-likelihood.ts";
import { rescaleParameters } from "./rescale-parameters.ts";

/**
 * Standard errors √diag((−∂²LL/∂θ∂θᵀ)⁻¹) in natural parameters, in the order of `fit.names`.
 *
 * Derivatives are taken on the series scaled to unit variance, where all parameters are of order one, and carried back
 * by the delta method.
 *
 * @param returns the series that was fitted. `[n]`
 * @returns `GARCH_HESSIAN_SINGULAR` when the Hessian is not negative definite, as happens at a bound (`fit.atBounds`).
 */
export function standardErrors(
  returns: Float64Array,
  fit: GarchFit,
): Outcome<Readonly<Partial<Record<ParameterName, number>>>, "GARCH_HESSIAN_SINGULAR"> {
  const { spec, names, startRule } = fit;
  const scale = Math.sqrt(variance(returns));
  const logLikelihood = createLogLikelihood(
    returns.map((value) => value / scale),
    { spec, startRule },
  );
  const centre = rescaleParameters(fit.parameters, spec, 1 / scale);
  const point = Float64Array.from(names, (name) => centre[name]);
  const objective = (moved: Float64Array): number => -logLikelihood(withValues(centre, names, moved));
  const covariance = invertPositiveDefinite(numericHessian(objective, point));
  if (covariance === null) return { ok: false, reason: "GARCH_HESSIAN_SINGULAR", detail: fit.atBounds.join(", ") };
  const errors = names.map((name) => [name, Math.sqrt(carriedVariance(name, { fit, covariance, scale }))] as const);
  return { ok: true, value: Object.fromEntries(errors) };
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
