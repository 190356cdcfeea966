/** How much one peer may say: token buckets for frames and bytes. */

/** Limits of one peer; a bucket holds the amount of `burstSec` seconds. */
export interface PeerLimits {
  readonly framesPerSec: number;
  readonly bytesPerSec: number;
  readonly burstSec: number;
}

/** Spends a peer's budget. */
export interface PeerBudget {
  /** Whether a frame of `bytes` at `nowMs` is within the budget; a refused frame spends nothing. */
  spend(bytes: number, nowMs: number): boolean;
}

const MS_PER_SEC = 1_000;

/** Creates a full budget. */
export function createPeerBudget(limits: PeerLimits, startMs: number): PeerBudget {
  const maxFrames = limits.framesPerSec * limits.burstSec;
  const maxBytes = limits.bytesPerSec * limits.burstSec;
  let frames = maxFrames;
  let bytesLeft = maxBytes;
  let lastMs = startMs;
  return {
    spend: (bytes, nowMs) => {
      // A clock that was set back must not hand out tokens twice.
      const elapsedSec = Math.max(0, nowMs - lastMs) / MS_PER_SEC;
      lastMs = Math.max(lastMs, nowMs);
      frames = Math.min(maxFrames, frames + elapsedSec * limits.framesPerSec);
      bytesLeft = Math.min(maxBytes, bytesLeft + elapsedSec * limits.bytesPerSec);
      if (frames < 1 || bytesLeft < bytes) return false;
      frames -= 1;
      bytesLeft -= bytes;
      return true;
    },
  };
}
