/** Threads that share the worlds of a mechanism study. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import type { WorldOutcome } from "../../oracle/simulation/mechanism/evaluate-candidate.ts";
import { type StudyTask, studyAnswerSchema } from "./study-messages.ts";

/** Threads at work. */
export interface StudyThreads {
  /**
   * Runs a task, its worlds spread over the threads; a world always goes to the same thread.
   *
   * @returns outcomes by world, in the task's order, and candidate.
   * @throws PlimsollError the code of the failure in a thread.
   */
  run(task: StudyTask): Promise<readonly (readonly WorldOutcome[])[]>;
  close(): Promise<void>;
}

const WORKER = new URL("./mechanism-worker.ts", import.meta.url);

/** Starts threads; what they find depends on the tasks alone. @param count at least 1. */
export function startStudyThreads(count: number): StudyThreads {
  const workers = Array.from({ length: Math.max(1, count) }, () => new Worker(WORKER));
  return {
    run: async (task) => {
      const shares = workers.map((_, lane) => task.worlds.filter((__, place) => place % workers.length === lane));
      const found = await Promise.all(
        workers.map((worker, lane) => ask(worker, { ...task, worlds: shares[lane] ?? [] })),
      );
      return task.worlds.map((_, place) => found[place % workers.length]?.[Math.floor(place / workers.length)] ?? []);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ask(worker: Worker, task: StudyTask): Promise<readonly (readonly WorldOutcome[])[]> {
  if (task.worlds.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => {
      reject(failed("MECHANISM_THREAD_FAILED", `its thread ended early with code ${code}`));
    };
    worker.once("exit", onExit);
    worker.once("message", (sent: unknown) => {
      worker.off("exit", onExit);
      const answer = studyAnswerSchema.safeParse(sent);
      if (!answer.success) reject(failed("MECHANISM_THREAD_FAILED", answer.error.message));
      else if (answer.data.kind === "failure") reject(failed(answer.data.code, answer.data.text));
      else resolve(answer.data.outcomes);
    });
    worker.postMessage(task);
  });
}

function failed(code: string, text: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `A task of the mechanism study failed: ${text}`,
    remedy: "Mend the cause that the text names, then run the study again.",
    context: { text },
  });
}
