/** Progress of long work with an estimate of the time that is left. */

/** State of the work. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Since the start of this run, seconds. */
  readonly elapsedSec: number;
  /** At the mean speed of this run, seconds; `null` before anything was done. */
  readonly etaSec: number | null;
}

const MS_PER_SECOND = 1_000;

/**
 * Starts to measure.
 *
 * @param total units of work in all, above 0.
 * @param nowMs clock, milliseconds.
 * @param alreadyDone units of an earlier run, from a checkpoint: they count as done, not as speed.
 * @returns function from units done to the progress.
 */
export function createProgress(total: number, nowMs: () => number, alreadyDone = 0): (done: number) => Progress {
  const startedMs = nowMs();
  return (done) => {
    const elapsedSec = (nowMs() - startedMs) / MS_PER_SECOND;
    const own = done - alreadyDone;
    const left = Math.max(0, total - done);
    return { done, total, elapsedSec, etaSec: own > 0 ? (elapsedSec / own) * left : null };
  };
}
