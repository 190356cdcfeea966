/** Exponential waiting times with jitter. */
import type { Rng } from "../../math/rng.ts";

/** Waiting times of one thing that is tried again and again. */
export interface Backoff {
  /** The next waiting time, milliseconds. */
  nextMs(): number;
  /** It has worked: the next wait is short again. */
  reset(): void;
}

/**
 * Waits `firstMs`, twice that, and so on up to `maxMs`; each with jitter of up to its own length, so that clients of a venue that
 * comes back do not return at once.
 */
export function createBackoff(limits: { readonly firstMs: number; readonly maxMs: number }, rng: Rng): Backoff {
  let waitMs = limits.firstMs;
  return {
    nextMs: () => {
      const chosenMs = waitMs * (1 + rng.uniform());
      waitMs = Math.min(2 * waitMs, limits.maxMs);
      return chosenMs;
    },
    reset: () => {
      waitMs = limits.firstMs;
    },
  };
}
