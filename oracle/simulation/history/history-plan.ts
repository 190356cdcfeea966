/** What a made history is made of: span, seed, and the shorts that are opened in it. */
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { createRng } from "../../math/rng.ts";
import type { MarketHour } from "../vault/market-moment.ts";
import { type PlannedShort, planOpenings } from "../vault/opening-plan.ts";
import type { VaultTerms } from "../vault/vault-terms.ts";

/** Which history. */
export interface HistorySpec {
  /** Seed of market and openings. */
  readonly seed: number;
  /** Start, seconds: a day's first. */
  readonly fromSec: number;
  readonly weeks: number;
  /** Shorts that are opened a day and asset. */
  readonly perDay: number;
}

/** Seconds of a week. */
export const WEEK_SEC = 7 * SECONDS_PER_DAY;
/** Ninety days and one: the last week holds the script's crash. */
const WEEKS = 13;
/** About thirty open at once in each asset. */
const OPENINGS_PER_DAY = 3;
/** End of every history, a Monday at 00:00 UTC: where the simulated runs begin. */
const TO_SEC = Date.UTC(2026, 0, 5) / 1_000;

/** The history of a seed. */
export function historyOf(seed: number): HistorySpec {
  return { seed, fromSec: TO_SEC - WEEKS * WEEK_SEC, weeks: WEEKS, perDay: OPENINGS_PER_DAY };
}

/**
 * Shorts of an asset up to the end of a week. What was planned for an earlier week is planned alike, with the same places.
 *
 * @param hours of all weeks up to that one, ascending.
 */
export function plannedShorts(
  { seed, fromSec, perDay }: HistorySpec,
  week: number,
  {
    asset,
    terms,
    hours,
  }: { readonly asset: string; readonly terms: VaultTerms; readonly hours: readonly MarketHour[] },
): readonly PlannedShort[] {
  const toSec = fromSec + (week + 1) * WEEK_SEC;
  const rng = createRng(`history-${seed}`).fork(asset);
  return planOpenings({ hours, marketId: terms.marketId, perDay, fromSec, toSec, rng, keepsOpen: true });
}
