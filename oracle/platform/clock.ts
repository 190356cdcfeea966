/** Time is handed in: the wall clock for deadlines and logs, a settable market clock for everything that is replayed. */
import { PlimsollError } from "../domain/errors.ts";

const MILLISECONDS_PER_SECOND = 1_000;

/** Source of the current time. */
export interface Clock {
  /** Seconds since the epoch (UTC), with fractions. */
  nowSec(): number;
  /** The same in milliseconds. */
  nowMs(): number;
}

/** A clock that moves only when it is told to, and never backwards. */
export interface MarketClock extends Clock {
  /**
   * Moves to a later (or the same) moment.
   *
   * @throws PlimsollError `CLOCK_BACKWARDS` for an earlier moment or one that is not finite.
   */
  advanceTo(timeSec: number): void;
}

/** The machine's clock. */
export const WALL_CLOCK: Clock = {
  nowSec: () => Date.now() / MILLISECONDS_PER_SECOND,
  nowMs: () => Date.now(),
};

/**
 * Creates a market clock for a replay.
 *
 * @param startSec first moment, seconds since the epoch.
 */
export function createMarketClock(startSec: number): MarketClock {
  let currentSec = startSec;
  return {
    nowSec: () => currentSec,
    nowMs: () => currentSec * MILLISECONDS_PER_SECOND,
    advanceTo: (timeSec) => {
      // Written so that NaN is refused too.
      if (!(timeSec >= currentSec && timeSec < Number.POSITIVE_INFINITY)) {
        throw new PlimsollError({
          code: "CLOCK_BACKWARDS",
          problem: `The market clock stands at ${currentSec} s and was asked to move to ${timeSec} s.`,
          remedy: "Replay events in ascending time.",
          context: { currentSec, timeSec },
        });
      }
      currentSec = timeSec;
    },
  };
}
