/** A thread of its own for explanations: they take a core for a while, and a round must never wait for them. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";

/** A round to explain. */
export interface ExplainOrder {
  readonly id: number;
  /** Text of a kept round. */
  readonly round: string;
}

/** What became of it. */
export type ExplainNotice =
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly code: string; readonly message: string };

/** Explains rounds one after the other. */
export interface ExplainThread {
  /**
   * Text of the explanations of a kept round's text.
   *
   * @throws PlimsollError with the thread's own code; `EXPLANATION_THREAD_ENDED` when it ended, or was closed.
   */
  explain(round: string): Promise<string>;
  close(): Promise<void>;
}

const ENTRY = new URL("./explain-worker.ts", import.meta.url);

type Waiter = PromiseWithResolvers<string>;

/** Creates the thread; it starts with the first order. */
export function createExplainThread(): ExplainThread {
  const waiting = new Map<number, Waiter>();
  let worker: Worker | null = null;
  let orders = 0;
  const end = (): void => {
    worker = null;
    for (const waiter of waiting.values()) waiter.reject(failed("EXPLANATION_THREAD_ENDED", "its thread has ended"));
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(ENTRY);
    started.on("message", (notice: ExplainNotice) => settle(waiting, notice));
    started.on("error", end);
    started.on("exit", end);
    // A run that is over does not wait for explanations.
    started.unref();
    return started;
  };
  return {
    explain: async (round) => {
      worker ??= start();
      orders += 1;
      const waiter = Promise.withResolvers<string>();
      waiting.set(orders, waiter);
      worker.postMessage({ id: orders, round } satisfies ExplainOrder);
      return await waiter.promise;
    },
    close: async () => {
      const closing = worker;
      end();
      await closing?.terminate();
    },
  };
}

function settle(waiting: Map<number, Waiter>, notice: ExplainNotice): void {
  const waiter = waiting.get(notice.id);
  waiting.delete(notice.id);
  if ("text" in notice) waiter?.resolve(notice.text);
  else waiter?.reject(failed(notice.code, notice.message));
}

function failed(code: string, message: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `A round could not be explained: ${message}.`,
    remedy: "Scores and reports do not depend on explanations; see the node's log for the cause.",
  });
}
