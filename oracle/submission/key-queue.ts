/** Runs the sends of one key one after the other: two transactions must not draw the same nonce. */

/** A queue of one key. */
export interface KeyQueue {
  /** Runs `send` when all earlier sends have ended, however they ended. */
  run<Result>(send: () => Promise<Result>): Promise<Result>;
}

/** Creates an idle queue. Every sender of the same key must share it. */
export function createKeyQueue(): KeyQueue {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run: async (send) => {
      const turn = tail.then(send);
      // Whoever waits for this send sees its failure; the next one only waits for its end.
      tail = turn.catch(() => {});
      return await turn;
    },
  };
}
