/** Choice among the GARCH family by the Bayesian information criterion. */

import { fitGarch } from "../garch/fit-garch.ts";
import type { GarchFit, VarianceModel } from "../garch/garch-types.ts";

const VARIANCE_MODELS: readonly VarianceModel[] = ["garch", "gjr", "egarch"];
/** Hourly crypto returns push the shape of some windows towards 2; below this bound their variance is meaningless. */
const MIN_SHAPE = 2.5;

/**
 * Fits GARCH, GJR and EGARCH with t and skewed t errors and takes the lowest BIC (ties: the earlier one). A skewed fit
 * starts from its symmetric one.
 *
 * @param returns log returns per step. `[n]`
 * @returns `null` when no model could be fitted.
 */
export function selectGarch(returns: Float64Array): GarchFit | null {
  let best: GarchFit | null = null;
  for (const variance of VARIANCE_MODELS) {
    for (const fit of fitBothLaws(returns, variance)) {
      if (Number.isFinite(fit.bic) && (best === null || fit.bic < best.bic)) best = fit;
    }
  }
  return best;
}

function fitBothLaws(returns: Float64Array, variance: VarianceModel): readonly GarchFit[] {
  const common = { startRule: "backcast", bounds: { minShape: MIN_SHAPE } } as const;
  const symmetric = fitGarch(returns, { ...common, spec: { variance, distribution: "t" } });
  const start = symmetric.ok ? { startFrom: symmetric.value.parameters } : {};
  const skewed = fitGarch(returns, { ...common, ...start, spec: { variance, distribution: "skewed-t" } });
  return [symmetric, skewed].flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}
