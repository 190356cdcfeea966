/** Change of the unit in which returns are measured. */
import type { GarchParameters, GarchSpec } from "./garch-types.ts";

/** Parameters of the same process with its returns multiplied by `factor` > 0. */
export function rescaleParameters(parameters: GarchParameters, spec: GarchSpec, factor: number): GarchParameters {
  const omega =
    spec.variance === "egarch"
      ? parameters.omega + 2 * (1 - parameters.beta) * Math.log(factor)
      : parameters.omega * factor * factor;
  return { ...parameters, mu: parameters.mu * factor, omega };
}
