/** Risk of positions held together: by a writer, in a source, and what each insurance fund stands behind. */

/** What a named shock would do, at once. All amounts USD at the prices of the shock. */
export interface StressOutcome {
  readonly name: string;
  /** Move of every spot price, e.g. −0.3. */
  readonly spotMove: number;
  /** Factor on every implied volatility. */
  readonly volRatio: number;
  /** Growth of the liabilities. */
  readonly lossUsd: number;
  /** What the collateral of the single positions would not cover; no position's surplus counts for another. */
  readonly shortfallUsd: number;
}

/** Positions that are judged together. */
export type RiskGroup =
  | { readonly kind: "writer"; readonly source: string; readonly owner: string }
  | { readonly kind: "source"; readonly source: string }
  /** Positions that one fund stands behind: those of a source with one collateral, `USD` or a coin. */
  | { readonly kind: "fund"; readonly source: string; readonly collateral: string };

/** Joint distribution of a group over the scoring horizon; amounts USD. */
export interface JointRisk {
  readonly group: RiskGroup;
  readonly positions: number;
  /** Of these, without a usable market or prediction: counted with their maximum loss in every scenario. */
  readonly unvalued: number;
  /** Value of the options now, and of their collateral. */
  readonly liabilityUsd: number;
  readonly collateralUsd: number;
  /** 99 % quantile, and mean beyond 97.5 %, of the growth of the liabilities. */
  readonly valueAtRiskUsd: number;
  readonly expectedShortfallUsd: number;
  /** Sum of the positions' own expected shortfalls: the difference is what their legs offset. */
  readonly standAloneShortfallUsd: number;
  /** Probability that any position's collateral falls short, and the mean of what is missing beyond 97.5 %. */
  readonly uncoveredProbability: number;
  readonly uncoveredShortfallUsd: number;
  readonly stress: readonly StressOutcome[];
}

/** Joint risk of all groups of a round. */
export interface JointRiskReport {
  /** Observation time, seconds; horizon, seconds; scenario paths. */
  readonly atSec: number;
  readonly horizonSec: number;
  readonly paths: number;
  readonly groups: readonly JointRisk[];
}
