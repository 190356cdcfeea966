/** Runs jobs through the queues and waits for them: what a restart would otherwise forget goes this way. */
import { setTimeout as pause } from "node:timers/promises";
import { PlimsollError } from "../../domain/errors.ts";
import type { JobData, QueueName } from "../../platform/queue/jobs.ts";
import type { Queues } from "../../platform/queue/queues.ts";

/** A queue with its one processor. */
export interface JobLane<Name extends QueueName> {
  /** Stores the job and resolves when it has been done in this process; rejects with what the last attempt threw. */
  run(data: JobData<Name>): Promise<void>;
}

/** What a lane runs on. */
export interface JobLaneOptions {
  readonly queues: Queues;
  /** Aborted when the run ends: nobody waits for leftovers any more. */
  readonly signal: AbortSignal;
}

/** Time between two looks whether the leftovers are done. */
const LOOK_MS = 50;

/**
 * Reads a queue's jobs with `process`. Resolves when the jobs left over from a killed run have been done: they come
 * before any new one, and a new one would be taken for a repetition of them.
 */
export async function openJobLane<Name extends QueueName>(
  { queues, signal }: JobLaneOptions,
  name: Name,
  process: (data: JobData<Name>) => Promise<void>,
): Promise<JobLane<Name>> {
  const waiting = new Map<string, { resolve(): void; reject(error: unknown): void }>();
  const queue = queues.queue(name);
  queues.worker(name, async (data, { isLast }) => {
    const waiter = waiting.get(keyOf(data));
    try {
      await process(data);
      waiter?.resolve();
    } catch (error) {
      if (isLast) waiter?.reject(jobFailed(name, error));
      throw error;
    }
  });
  while (!signal.aborted && (await queue.depth()) > 0) await pause(LOOK_MS);
  return {
    run: async (data) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(keyOf(data), { resolve, reject });
      try {
        await queue.add(data);
        await promise;
      } finally {
        waiting.delete(keyOf(data));
      }
    },
  };
}

function keyOf(data: object): string {
  return JSON.stringify(Object.entries(data).sort());
}

function jobFailed(name: QueueName, cause: unknown): unknown {
  if (cause instanceof PlimsollError) return cause;
  return new PlimsollError({
    code: "JOB_FAILED",
    problem: `A job of ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: "The queue keeps the job and repeats it as its retry policy says; see the log for the cause.",
    context: { queue: name },
    cause,
  });
}
