/** What the feed defence says of one source's reading of one feature, and why. */
import type { AssetSymbol } from "./market.ts";

/** What is compared across sources; `market` is the whole vector of features, which the learned guard judges. */
export type FeedFeature = "price" | "depth" | "funding" | "implied-vol" | "market";
/** What sources are compared by. */
export type ComparedFeature = Exclude<FeedFeature, "market">;

/** What becomes of a reading, in ascending severity. A veto concerns the feature as a whole: nobody is followed. */
export type FeedAction = "use" | "down-weight" | "exclude" | "veto";

/** Why a reading is treated so; `docs/operators.md` says what to do about each. */
export type FeedReason =
  /** With the others. */
  | "agrees"
  /** Nobody to compare with. */
  | "single-source"
  /** With the others again, its reputation not yet restored. */
  | "on-probation"
  /** Inside the tolerance, but on one side of the others for long. */
  | "drifting"
  /** Not a number, or not positive where it must be. */
  | "not-a-number"
  /** Its own clock is too far behind, or ahead. */
  | "stale-clock"
  /** Unchanged while others moved. */
  | "stuck"
  /** A run of its values is a copy of an earlier run. */
  | "replayed"
  /** A power of ten away from the others. */
  | "unit-jump"
  /** It left the last agreed value while others stayed. */
  | "departed"
  /** Too far from the others. */
  | "outlier"
  /** Bids priced above asks. */
  | "crossed-bands"
  /** Bands that no mid price explains, or that do not ascend. */
  | "impossible-bands"
  /** Depth that appears without trades and far from its own past. */
  | "spoofed-depth"
  /** Volume that does not move the price. */
  | "wash-volume"
  /** A move within one block that the next ones do not keep. */
  | "block-price"
  /** A pool that so little money moves that its price says nothing. */
  | "thin-pool"
  /** Pools have lost most of the depth of their last day. */
  | "drained-pools"
  /** Too far from the mark, the index or the forward that options imply. */
  | "basis-conflict"
  /** Too few sources agree. */
  | "no-quorum"
  /** Half of the sources or more left the last agreed value while others stayed. */
  | "majority-departed"
  /** The features together are unlike any that were fitted. */
  | "out-of-distribution"
  /** Features of bars that the learned guard was not fitted on: it does not judge them. */
  | "unfitted-bars"
  /** The learned guard cannot judge: its artefact is missing, damaged or of another schema, or its network failed. */
  | "guard-missing";

/** One source's verdict in one round. */
export interface FeedVerdict {
  readonly asset: AssetSymbol;
  readonly feature: FeedFeature;
  /** `*` for the feature as a whole. */
  readonly sourceId: string;
  readonly action: FeedAction;
  readonly reason: FeedReason;
  /** In words, with value and limit; empty for a reading that is used. */
  readonly detail: string;
}
