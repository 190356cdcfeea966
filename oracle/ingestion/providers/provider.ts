/** A source that is asked now and then: reference prices, moods, activity, contracts on chain. */
import type { Outcome } from "../../domain/errors.ts";
import type { MarketEvent } from "../../domain/market.ts";
import type { RestFailure } from "../venues/venue-rest.ts";
import type { VenueFault } from "../venues/venue-session.ts";

/** Why a provider says nothing: as of {@link RestFailure}, or its chain lags, has just been reorganised, or is served in part. */
export type ProviderFailure = RestFailure | Extract<VenueFault, "stale" | "gap" | "refused">;

/** One provider. What it says is compared or watched, never served as a price. */
export interface Provider {
  /** Source id of its events, and label of counters. */
  readonly id: string;
  /** Time between two questions, seconds. */
  readonly everySec: number;
  /**
   * Asks once.
   *
   * @param nowSec when the answer counts as received, seconds.
   * @returns its events, or why there are none; it never throws.
   */
  ask(nowSec: number): Promise<Outcome<readonly MarketEvent[], ProviderFailure>>;
}
