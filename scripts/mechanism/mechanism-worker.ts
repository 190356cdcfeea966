/** A thread of a mechanism study: keeps its worlds and runs candidates over them. */
import { parentPort } from "node:worker_threads";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createTaskRunner } from "./run-task.ts";
import { type StudyAnswer, studyTaskSchema } from "./study-messages.ts";

const runner = createTaskRunner();

async function answerTo(task: unknown): Promise<StudyAnswer> {
  try {
    const outcomes = await runner.run(studyTaskSchema.parse(task));
    return { kind: "outcomes", outcomes: outcomes.map((world) => world.map((outcome) => ({ ...outcome }))) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : "MECHANISM_THREAD_FAILED";
    return { kind: "failure", code, text: error instanceof Error ? error.message : String(error) };
  }
}

let before: Promise<void> = Promise.resolve();
parentPort?.on("message", (task: unknown) => {
  before = before.then(async () => parentPort?.postMessage(await answerTo(task)));
});
