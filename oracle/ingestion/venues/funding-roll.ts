/** Turns a venue's running funding rate into one observation a settlement. */

/** Watches one perpetual. */
export interface FundingRoll {
  /**
   * Notes the rate that will be settled at `nextMs`.
   *
   * @param rate decimal for the interval that ends at `nextMs`, milliseconds since the epoch.
   */
  see(rate: number, nextMs: number): void;
}

const EIGHT_HOURS_MS = 8 * 3_600 * 1_000;

/**
 * Creates a watch.
 *
 * @param onSettled told when a later settlement is announced: the last rate before it, per 8 hours, and the time it was settled.
 */
export function createFundingRoll(onSettled: (ratePer8h: number, settledMs: number) => void): FundingRoll {
  let pending: { readonly rate: number; readonly nextMs: number } | null = null;
  return {
    see: (rate, nextMs) => {
      const intervalMs = pending === null ? 0 : nextMs - pending.nextMs;
      if (pending !== null && intervalMs > 0) {
        onSettled((pending.rate * EIGHT_HOURS_MS) / intervalMs, pending.nextMs);
      }
      pending = { rate, nextMs };
    },
  };
}
