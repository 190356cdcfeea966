/** Runs a training in a thread that can be ended at any moment. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import type { TrainingNotice, TrainingOrder, TrainingOutcome } from "./training-order.ts";

/** How a thread is followed and ended. */
export interface TrainingHooks {
  /** Ends the thread. */
  readonly signal: AbortSignal;
  /** Share that is done, 0…1. */
  readonly onProgress: (share: number) => void;
}

/** Runs one training to its end; {@link runTrainingThread} without its first argument. */
export type Training = (order: TrainingOrder, hooks: TrainingHooks) => Promise<TrainingOutcome>;

/** The thread that trains. */
export const TRAINING_ENTRY = new URL("./training-worker.ts", import.meta.url);

/**
 * Runs the training of a module.
 *
 * @param entry module that reads a {@link TrainingOrder} and speaks {@link TrainingNotice}.
 * @throws PlimsollError with the thread's own code; `RETRAINING_CANCELLED` after an abort; `RETRAINING_THREAD_ENDED` when the
 *   thread ends without a word.
 */
export async function runTrainingThread(
  entry: URL,
  order: TrainingOrder,
  { signal, onProgress }: TrainingHooks,
): Promise<TrainingOutcome> {
  if (signal.aborted) throw failed("RETRAINING_CANCELLED", "it was cancelled");
  const worker = new Worker(entry, { workerData: order });
  const { promise, resolve, reject } = Promise.withResolvers<TrainingOutcome>();
  const cancel = (): void => reject(failed("RETRAINING_CANCELLED", "it was cancelled"));
  signal.addEventListener("abort", cancel, { once: true });
  worker.on("message", (notice: TrainingNotice) => {
    if (notice.kind === "progress") onProgress(notice.share);
    else if (notice.kind === "done") resolve(notice.outcome);
    else reject(failed(notice.code, notice.message));
  });
  worker.on("error", (error) => reject(failed("RETRAINING_THREAD_FAILED", String(error))));
  worker.on("exit", (code) => reject(failed("RETRAINING_THREAD_ENDED", `exit code ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", cancel);
    await worker.terminate();
  }
}

function failed(code: string, message: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `The retraining ended: ${message}.`,
    remedy: "The model in use is untouched; see the node's log, mend the cause, and start another retraining.",
  });
}
