/** Delayed calls, handed in so that a test can run a round in virtual time. */

/** Starts delayed calls. */
export interface Timers {
  /** Runs `call` once after `delayMs` milliseconds; the returned function cancels it. */
  after(delayMs: number, call: () => void): () => void;
}

/** The machine's timers; they do not keep a process alive. */
export const SYSTEM_TIMERS: Timers = {
  after: (delayMs, call) => {
    const handle = setTimeout(call, delayMs).unref();
    return () => clearTimeout(handle);
  },
};

/** The same, for what a command waits for: they keep the process alive until they are called or cancelled. */
export const HOLDING_TIMERS: Timers = {
  after: (delayMs, call) => {
    const handle = setTimeout(call, delayMs);
    return () => clearTimeout(handle);
  },
};
