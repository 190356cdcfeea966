/** Limits of the ingestion guard and the market window, with their reasons. */
import type { MarketEvent } from "../domain/market.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../domain/units.ts";

/** What the guard tolerates. Times in seconds, tolerances as decimals. */
export interface GuardLimits {
  /** How far a clock may run ahead of ours. */
  readonly futureToleranceSec: number;
  /** Oldest acceptable age of an event when it is ingested, by kind. */
  readonly maxDelaySec: Readonly<Record<MarketEvent["kind"], number>>;
  /** Relative tolerance of high and low against open and close: rounding in text files. */
  readonly barTolerance: number;
  /** How far apart the mid prices implied by the bands of a book may be, decimal. */
  readonly midTolerance: number;
  /** Largest distance of a book's implied mid from the last accepted price, decimal. */
  readonly maxMidFromSpot: number;
  /** Consecutive good books that end the probation after a faulty one … */
  readonly probationBooks: number;
  /** … or this many, when they span at least {@link probationSec} (slow feeds). */
  readonly probationMinBooks: number;
  readonly probationSec: number;
  /** Log move of one bar that raises a `jump` doubt, at one hour; scales with the root of the bar length. */
  readonly jumpLogMovePerHour: number;
  /** A price is stale when its bar ended more than two bar lengths and this many seconds ago. */
  readonly spotGraceSec: number;
  /** Age at which the last good book is no longer shown. */
  readonly bookStaleSec: number;
  /** Age at which the last good chain is no longer shown. */
  readonly chainStaleSec: number;
  /** Largest ratio, up or down, of a chain's index to the last accepted price, and of a quote's future to the index. */
  readonly maxQuoteRatio: number;
}

/** Limits of the default node. */
export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  futureToleranceSec: 5,
  maxDelaySec: {
    bar: 2 * SECONDS_PER_HOUR,
    book: 300,
    funding: 12 * SECONDS_PER_HOUR,
    // Daily indices become known a day after the date they carry.
    "vol-index": 2 * SECONDS_PER_DAY,
    chain: 2 * SECONDS_PER_HOUR,
    "trade-flow": 2 * SECONDS_PER_HOUR,
    liquidation: 2 * SECONDS_PER_HOUR,
    "open-interest": 2 * SECONDS_PER_HOUR,
    reference: 300,
    // Some are made once a day.
    signal: 2 * SECONDS_PER_DAY,
    pool: 300,
    // As far back as governance is read.
    proposal: 45 * SECONDS_PER_DAY,
    // The slowest feeds answer once a day, and a little later.
    "feed-round": 2 * SECONDS_PER_DAY,
  },
  barTolerance: 1e-6,
  // One basis point: sound Binance depth rows leave at least 2 bp of room (2025-10-10 before the fault).
  midTolerance: 1e-4,
  // Coarse on purpose: the last price may be a bar old, and a crash must not silence a true book.
  maxMidFromSpot: 0.25,
  probationBooks: 60,
  probationMinBooks: 3,
  probationSec: SECONDS_PER_HOUR / 2,
  jumpLogMovePerHour: 0.1,
  spotGraceSec: 300,
  bookStaleSec: SECONDS_PER_HOUR + 300,
  // Recorded chains come every 6 h, one gap in a hundred is longer than 14 h and the longest 36 h.
  chainStaleSec: 36 * SECONDS_PER_HOUR,
  // A future of two years stood within 5 % of the index; a wrong unit is off by more than half.
  maxQuoteRatio: 1.5,
};
