/** What the drift watch says of one asset: how good the served quantiles have been, and what follows from it. */
import type { AssetSymbol } from "./market.ts";

/** State of the watch of one asset at one time. */
export interface DriftState {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Start of the watch, seconds: 28 to 56 days ago. */
  readonly sinceSec: number;
  /** Forecasts whose loss is known. */
  readonly steps: number;
  /** Mean normalised loss of the newest 42 of them (a week), 1 as in training; `null` while there is none. */
  readonly recentLoss: number | null;
  /** Newest alarm of this watch, seconds, and who gave it; `null` for none. */
  readonly alarm: { readonly atSec: number; readonly detector: "adwin" | "page-hinkley" } | null;
  /** True for 72 hours after an alarm: scores may only tighten. */
  readonly isDoubted: boolean;
  /** Factor on the log moves of the served quantiles, at least 1, by horizon of 1, 4, 24 and 72 hours. `[horizon]` */
  readonly widening: readonly number[];
}
