/** Order of the GARCH family by the Bayesian information criterion. */

import { fitGarch } from "../garch/fit-garch.ts";
import type { GarchFit, VarianceModel } from "../garch/garch-types.ts";

const VARIANCE_MODELS: readonly VarianceModel[] = ["garch", "gjr", "egarch"];
/** Hourly crypto returns push the shape of some windows towards 2; below this bound their variance is meaningless. */
const MIN_SHAPE = 2.5;

/**
 * Fits GARCH, GJR and EGARCH with t and skewed t errors. A skewed fit starts from its symmetric one.
 *
 * @param returns log returns per step. `[n]`
 * @returns the fits that succeeded, lowest BIC first (ties: in the order above); empty when no model could be fitted.
 */
export function rankGarch(returns: Float64Array): readonly GarchFit[] {
  return VARIANCE_MODELS.flatMap((variance) => fitBothLaws(returns, variance))
    .filter((fit) => Number.isFinite(fit.bic))
    .sort((left, right) => left.bic - right.bic);
}

function fitBothLaws(returns: Float64Array, variance: VarianceModel): readonly GarchFit[] {
  const common = { startRule: "backcast", bounds: { minShape: MIN_SHAPE } } as const;
  const symmetric = fitGarch(returns, { ...common, spec: { variance, distribution: "t" } });
  const start = symmetric.ok ? { startFrom: symmetric.value.parameters } : {};
  const skewed = fitGarch(returns, { ...common, ...start, spec: { variance, distribution: "skewed-t" } });
  return [symmetric, skewed].flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}
