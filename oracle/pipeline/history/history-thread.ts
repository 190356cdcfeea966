/** Runs one order of the history in a thread of its own, which can be ended at any moment. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import type { HistoryNotice, HistoryOrder } from "./history-order.ts";

const ENTRY = new URL("./history-worker.ts", import.meta.url);

/** A thread that has said what came of its order; {@link runHistoryThread}. */
export type HistoryThread = (order: HistoryOrder, signal: AbortSignal) => Promise<HistoryNotice>;

/**
 * Runs an order.
 *
 * @throws PlimsollError with the thread's own code; `HISTORY_THREAD_ENDED` when it ends without a word, or the signal is aborted.
 */
export async function runHistoryThread(order: HistoryOrder, signal: AbortSignal): Promise<HistoryNotice> {
  if (signal.aborted) throw failed("HISTORY_THREAD_ENDED", "the node stops");
  const worker = new Worker(ENTRY, { workerData: order });
  const { promise, resolve, reject } = Promise.withResolvers<HistoryNotice>();
  const stop = (): void => reject(failed("HISTORY_THREAD_ENDED", "the node stops"));
  signal.addEventListener("abort", stop, { once: true });
  worker.on("message", (notice: HistoryNotice) => {
    if (notice.kind === "failed") reject(failed(notice.code, notice.message));
    else resolve(notice);
  });
  worker.on("error", (error) => reject(failed("HISTORY_THREAD_FAILED", String(error))));
  worker.on("exit", (code) => reject(failed("HISTORY_THREAD_ENDED", `exit code ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function failed(code: string, message: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `The history was not made or replayed: ${message}.`,
    remedy:
      "Rounds and reports do not depend on it; see the node's log for the cause. A restart goes on where it stopped.",
  });
}
