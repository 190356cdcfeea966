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

/**
 * Starts threads; what they find depends on the tasks alone.
 *
 * @param count at least 1.
 * @param script what a thread runs; for tests another.
 */
export function startStudyThreads(count: number, script: URL = WORKER): StudyThreads {
  const lanes = Array.from({ length: Math.max(1, count) }, () => startLane(script));
  return {
    run: async (task) => {
      const shares = lanes.map((_, lane) => task.worlds.filter((__, place) => place % lanes.length === lane));
      const found = await Promise.all(lanes.map((lane, place) => ask(lane, { ...task, worlds: shares[place] ?? [] })));
      return task.worlds.map((_, place) => found[place % lanes.length]?.[Math.floor(place / lanes.length)] ?? []);
    },
    close: async () => {
      await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    },
  };
}

/** A thread; once it has ended, why, and who still waits for its answer. */
interface Lane {
  readonly worker: Worker;
  ended: PlimsollError | null;
  refuse: (why: PlimsollError) => void;
}

function startLane(script: URL): Lane {
  const lane: Lane = { worker: new Worker(script), ended: null, refuse: () => {} };
  const end = (text: string): void => {
    lane.ended ??= failed("MECHANISM_THREAD_FAILED", text);
    lane.refuse(lane.ended);
  };
  lane.worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  lane.worker.on("exit", (code) => end(`its thread ended early with code ${code}`));
  return lane;
}

function ask(lane: Lane, task: StudyTask): Promise<readonly (readonly WorldOutcome[])[]> {
  if (task.worlds.length === 0) return Promise.resolve([]);
  if (lane.ended !== null) return Promise.reject(lane.ended);
  return new Promise((resolve, reject) => {
    lane.refuse = reject;
    lane.worker.once("message", (sent: unknown) => {
      const answer = studyAnswerSchema.safeParse(sent);
      if (!answer.success) reject(failed("MECHANISM_THREAD_FAILED", answer.error.message));
      else if (answer.data.kind === "failure") reject(failed(answer.data.code, answer.data.text));
      else resolve(answer.data.outcomes);
    });
    lane.worker.postMessage(task);
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
