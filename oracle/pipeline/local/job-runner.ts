/** Runs jobs through the queues and waits for them: what a restart would otherwise forget goes this way. */
import { PlimsollError } from "../../domain/errors.ts";
import type { JobData, QueueName } from "../../platform/queue/jobs.ts";
import type { Queues } from "../../platform/queue/queues.ts";

/** A queue with its one processor. */
export interface JobLane<Name extends QueueName> {
  /** Stores the job and resolves when it has been done in this process; rejects with what the last attempt threw. */
  run(data: JobData<Name>): Promise<void>;
}

/** Reads a queue's jobs with `process`; jobs left over from a killed run are done as well, before any new one. */
export function openJobLane<Name extends QueueName>(
  queues: Queues,
  name: Name,
  process: (data: JobData<Name>) => Promise<void>,
): JobLane<Name> {
  const waiting = new Map<string, { resolve(): void; reject(error: unknown): void }>();
  const queue = queues.queue(name);
  queues.worker(name, async (data) => {
    const waiter = waiting.get(keyOf(data));
    try {
      await process(data);
      waiter?.resolve();
    } catch (error) {
      waiter?.reject(jobFailed(name, error));
      throw error;
    }
  });
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
