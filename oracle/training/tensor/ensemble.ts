/** Ensembles: the same training from several seeds, spread over worker threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { PlimsollError } from "../../domain/errors.ts";
import type { Progress } from "./progress.ts";

/** Parameters of one member by name, row-major. */
export type MemberResult = ReadonlyMap<string, Float32Array>;

/**
 * Trains one member. A module that trains members exports a function of this type named `trainMember`; it validates its
 * task itself, since tasks cross threads as structured clones.
 */
export type MemberTrainer = (task: unknown, onProgress: (progress: Progress) => void) => Promise<MemberResult>;

/** What is trained. */
export interface EnsembleRequest {
  /** Module that exports `trainMember`. */
  readonly module: URL;
  /** One entry a member, fit for structured clone. */
  readonly tasks: readonly unknown[];
  /** Threads at most; one for each core by default. */
  readonly threads?: number;
  readonly onProgress?: (member: number, progress: Progress) => void;
}

/** What a worker sends. */
const messageSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("progress"),
    progress: z.object({ done: z.number(), total: z.number(), elapsedSec: z.number(), etaSec: z.number().nullable() }),
  }),
  z.object({ kind: z.literal("result"), parameters: z.map(z.string(), z.instanceof(Float32Array)) }),
  z.object({ kind: z.literal("failure"), text: z.string() }),
]);

const WORKER = new URL("./ensemble-worker.ts", import.meta.url);

/**
 * Trains all members. The result depends on the tasks alone: neither the number of threads nor their order matters.
 *
 * @returns one entry a task, in order.
 * @throws PlimsollError `ENSEMBLE_MEMBER_FAILED` with the member's own error in its text; the others are ended.
 */
export async function trainEnsemble(request: EnsembleRequest): Promise<readonly MemberResult[]> {
  const { tasks } = request;
  const threads = Math.max(1, Math.min(tasks.length, request.threads ?? availableParallelism()));
  const results = new Map<number, MemberResult>();
  const running = new Set<Worker>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let member = next; member < tasks.length; member = next) {
      next += 1;
      results.set(member, await trainOne(request, member, running));
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, lane));
  } finally {
    next = tasks.length;
    await Promise.all([...running].map((worker) => worker.terminate()));
  }
  return tasks.map((_, member) => results.get(member) ?? new Map());
}

function trainOne(request: EnsembleRequest, member: number, running: Set<Worker>): Promise<MemberResult> {
  const workerData = { module: request.module.href, task: request.tasks[member] };
  const worker = new Worker(WORKER, { workerData });
  running.add(worker);
  return new Promise<MemberResult>((resolve, reject) => {
    worker.on("message", (sent: unknown) => {
      const message = messageSchema.parse(sent);
      if (message.kind === "progress") request.onProgress?.(member, message.progress);
      else if (message.kind === "result") resolve(message.parameters);
      else reject(memberFailed(member, message.text));
    });
    worker.once("error", (error) => reject(memberFailed(member, String(error))));
    worker.once("exit", (code) => reject(memberFailed(member, `its thread ended early with code ${code}`)));
  }).finally(async () => {
    running.delete(worker);
    await worker.terminate();
  });
}

function memberFailed(member: number, text: string): PlimsollError<"ENSEMBLE_MEMBER_FAILED"> {
  return new PlimsollError({
    code: "ENSEMBLE_MEMBER_FAILED",
    problem: `Member ${member} of the ensemble failed: ${text}`,
    remedy: "Mend the cause that the text names, then train again; a checkpoint keeps the epochs done.",
    context: { member, text },
  });
}
