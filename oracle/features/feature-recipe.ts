/** What one catalogue entry consists of: its definition and the function that computes it. */
import type { FeatureDefinition } from "../domain/features.ts";
import type { AssetMarket } from "../domain/market.ts";
import type { BarHistory } from "./bar-history.ts";

/** Everything a feature may read; nothing in it is newer than `atSec` except what the recipes must skip by time. */
export interface FeatureContext {
  readonly atSec: number;
  readonly market: AssetMarket;
  readonly history: BarHistory;
  /** Histories of the other assets of the snapshot, in symbol order. */
  readonly peers: readonly BarHistory[];
}

/** A catalogue entry with its computation. `compute` returns NaN where the input is not available. */
export interface FeatureRecipe {
  readonly definition: FeatureDefinition;
  readonly compute: (context: FeatureContext) => number;
}

/** Length of a window as part of a feature's name: `1h`, `24h`, `7d`. */
export function windowLabel(windowSec: number): string {
  const hours = windowSec / 3_600;
  return hours <= 24 ? `${hours}h` : `${hours / 24}d`;
}
