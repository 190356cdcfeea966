/** Filters returns with given parameters: conditional variances, standardised residuals, variance of the next step. */
import { filterVariances, startVarianceOf } from "./conditional-variance.ts";
import type { GarchFit } from "./garch-types.ts";

/** A filtered series. */
export interface FilteredReturns {
  /** Conditional variance of each return, squared units of the returns. `[n]` */
  readonly variances: Float64Array;
  /** Standardised residuals (r − μ)/√h. `[n]` */
  readonly residuals: Float64Array;
  /** Variance of the step after the last return; NaN or not positive when the parameters admit none. */
  readonly nextVariance: number;
  /** Value that stood for e² and h before the first return. */
  readonly startVariance: number;
}

/**
 * Filters a series, the fitted one or a newer one.
 *
 * @param returns ascending in time, in the units of the parameters, at least one. `[n]`
 */
export function filterReturns(
  returns: Float64Array,
  { spec, parameters, startRule }: Pick<GarchFit, "spec" | "parameters" | "startRule">,
): FilteredReturns {
  const startVariance = startVarianceOf(returns, parameters.mu, startRule);
  const variances = new Float64Array(returns.length);
  const nextVariance = filterVariances({ variance: spec.variance, parameters, returns, startVariance }, variances);
  const residuals = returns.map((value, index) => (value - parameters.mu) / Math.sqrt(variances[index] ?? Number.NaN));
  return { variances, residuals, nextVariance, startVariance };
}
