/** Log density of each return, for scores; the sum is the log-likelihood. */
import { logBeta } from "../../math/gamma-functions.ts";
import { skewedTConstants, skewedTLogDensity } from "../../math/student-t.ts";
import { filterReturns } from "./filter-returns.ts";
import type { GarchFit, GarchParameters, GarchSpec } from "./garch-types.ts";

const LOG_2PI = Math.log(2 * Math.PI);

/**
 * ln f(z) − ½ ln h of each return. `[n]`
 *
 * @param returns `[n]`
 */
export function logDensities(
  returns: Float64Array,
  model: Pick<GarchFit, "spec" | "parameters" | "startRule">,
): Float64Array {
  const { variances, residuals } = filterReturns(returns, model);
  const density = residualLogDensity(model.spec, model.parameters);
  return residuals.map((residual, index) => density(residual) - 0.5 * Math.log(variances[index] ?? Number.NaN));
}

function residualLogDensity(spec: GarchSpec, { shape, skew }: GarchParameters): (residual: number) => number {
  if (spec.distribution === "normal") return (residual) => -0.5 * (LOG_2PI + residual * residual);
  if (spec.distribution === "skewed-t") {
    const constants = skewedTConstants(shape, skew);
    return (residual) => skewedTLogDensity(residual, constants);
  }
  const constant = -logBeta(0.5, shape / 2) - 0.5 * Math.log(shape - 2);
  return (residual) => constant - 0.5 * (shape + 1) * Math.log1p((residual * residual) / (shape - 2));
}
