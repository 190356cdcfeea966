/** What serves an asset that the models do not know yet: the pooled network with a wider interval, or the baseline with a flag. */

/** How an asset is served. */
export interface ColdStartPlan {
  /** `network`: as any other; `pooled`: the network, widened; `baseline`: the quantile of the volatility model, widened and flagged. */
  readonly serves: "network" | "pooled" | "baseline";
  /** Logarithm of the factor on log moves, at least 0. */
  readonly logFactor: number;
}

/** What is known of an asset. */
export interface ColdStartFacts {
  /** Hours from the oldest to the newest bar held. */
  readonly historyHours: number;
  /** Whether the network was fitted on rows of this asset. */
  readonly isTrained: boolean;
}

/** 200 hourly returns at the last refit, which may be a day ago: with fewer there is no volatility fit. */
export const BASELINE_BELOW_HOURS = 225;
/** From here on fit and features have nearly all that they read. */
export const FULL_HISTORY_HOURS = 60 * 24;
/**
 * About the largest factor that the 99 % quantile needed at any horizon to cover 99 %: 1.20, ETH at 1 hour with 14 days of its
 * own history, by a network fitted without it; BNB likewise needed less (docs/models/drift.md).
 */
export const COLD_START_FACTOR = 1.2;

/** How an asset is served: a trained one with enough history as ever, anything less widened, with too little history the baseline. */
export function coldStartPlan({ historyHours, isTrained }: ColdStartFacts): ColdStartPlan {
  const logFactor = Math.log(COLD_START_FACTOR);
  // NaN hours are too little history.
  if (!(historyHours >= BASELINE_BELOW_HOURS)) return { serves: "baseline", logFactor };
  if (historyHours < FULL_HISTORY_HOURS || !isTrained) return { serves: "pooled", logFactor };
  return { serves: "network", logFactor: 0 };
}
