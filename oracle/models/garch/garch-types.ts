/** Vocabulary of the GARCH family: specifications, parameters and the result of a fit. */

/** Variance equations: GARCH(1,1), GJR(1,1) and EGARCH(1,1), see `conditional-variance.ts`. */
export type VarianceModel = "garch" | "gjr" | "egarch";

/** Laws of the standardised errors, mean 0 and variance 1: normal, Student t, Fernández-Steel skewed t. */
export type ErrorDistribution = "normal" | "t" | "skewed-t";

/**
 * Value that stands for the squared shock and variance before the first return: the mean of the squared residuals
 * (fGarch), their exponentially weighted mean over the first 75 values (arch), or the exponential smoothing of all of
 * them backwards in time (EViews; decay 0.94 of RiskMetrics 1996). Likelihoods differ by up to 2.
 */
export type StartRule = "mean-square" | "backcast" | "ewma";

/** One member of the family. */
export interface GarchSpec {
  readonly variance: VarianceModel;
  readonly distribution: ErrorDistribution;
}

/** Parameters in natural form, in units of the returns given. */
export interface GarchParameters {
  /** Constant mean of the return. */
  readonly mu: number;
  /** Constant of the variance equation (of the log variance for EGARCH). */
  readonly omega: number;
  /** Reaction to the last shock (EGARCH: to its size beyond √(2/π)). */
  readonly alpha: number;
  /** Additional reaction to a fall (EGARCH: reaction to the signed shock); 0 for GARCH. */
  readonly gamma: number;
  /** Weight of the last variance (EGARCH: of the last log variance). */
  readonly beta: number;
  /** Degrees of freedom; +∞ for normal errors. */
  readonly shape: number;
  /** Skewness ξ; 1 for symmetric errors, below 1 leans to falls. */
  readonly skew: number;
}

/** Name of a parameter, as in the published tables. */
export type ParameterName = keyof GarchParameters;

/** Why a fit has no result. */
export type GarchFailure =
  | "GARCH_TOO_FEW_RETURNS"
  | "GARCH_NOT_FINITE"
  | "GARCH_CONSTANT_SERIES"
  | "GARCH_NO_CONVERGENCE";

/** A parameter, or the persistence, that ended at a bound of the search. */
export interface BoundReport {
  readonly name: ParameterName | "persistence";
  /** Which end of the range binds. */
  readonly side: "lower" | "upper";
  /** Estimate and bound, on the series scaled to unit variance (only μ and ω depend on the scale). */
  readonly value: number;
  readonly bound: number;
}

/** A maximum-likelihood fit. */
export interface GarchFit {
  readonly spec: GarchSpec;
  readonly startRule: StartRule;
  readonly parameters: GarchParameters;
  /** Free parameters in canonical order. */
  readonly names: readonly ParameterName[];
  readonly logLikelihood: number;
  /** k·ln n − 2·logLikelihood. */
  readonly bic: number;
  /** Conditional variance of each return. `[n]` */
  readonly variances: Float64Array;
  /** Standardised residuals (r − μ)/√h. `[n]` */
  readonly residuals: Float64Array;
  /** Value before the first return, in squared units of the returns. */
  readonly startVariance: number;
  /** Parameters that ended at a bound of the search: their standard errors mean nothing. */
  readonly atBounds: readonly (ParameterName | "persistence")[];
  /** The same with side, value and bound. */
  readonly boundReports: readonly BoundReport[];
}

/** Free parameters of a specification, in canonical order. */
export function freeParameters(spec: GarchSpec): readonly ParameterName[] {
  const names: ParameterName[] = ["mu", "omega", "alpha"];
  if (spec.variance !== "garch") names.push("gamma");
  names.push("beta");
  if (spec.distribution !== "normal") names.push("shape");
  if (spec.distribution === "skewed-t") names.push("skew");
  return names;
}

/** Short name of a specification, e.g. `gjr-skewed-t`. */
export function specId(spec: GarchSpec): string {
  return `${spec.variance}-${spec.distribution}`;
}
