/** Typed job queues on any backend. */
import { UnrecoverableError } from "bullmq";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import {
  type BackendQueue,
  type BackendWorker,
  type JobAttempt,
  openBackend,
  type QueueBackend,
  type QueueTarget,
  type WorkerTuning,
} from "./backend.ts";
import { JOB_SCHEMAS, type JobData, jobOptions, type QueueName } from "./jobs.ts";

/** Producer side of one queue. */
export interface JobQueue<Name extends QueueName> {
  /**
   * Stores a job; once this resolves it survives a crash. A job with the same deduplication key that still waits is
   * not stored again.
   *
   * @returns id of the stored (or the equal, waiting) job.
   * @throws PlimsollError `QUEUE_JOB_INVALID` naming the field.
   */
  add(data: JobData<Name>): Promise<string>;
  /** Jobs that wait, are delayed, or run. */
  depth(): Promise<number>;
}

/** Does one job; must be idempotent, because a job whose worker died runs again. */
export type JobProcessor<Name extends QueueName> = (data: JobData<Name>, attempt: JobAttempt) => Promise<void>;

/** A running consumer. */
export interface JobWorker {
  /** Finishes running jobs and takes no more. */
  close(): Promise<void>;
}

/** All queues of a process. */
export interface Queues {
  queue<Name extends QueueName>(name: Name): JobQueue<Name>;
  worker<Name extends QueueName>(name: Name, processor: JobProcessor<Name>, tuning?: WorkerTuning): JobWorker;
  /** Closes workers first, then queues, then connections. */
  close(): Promise<void>;
}

/** What the queues need. */
export interface QueuesOptions {
  readonly target: QueueTarget;
  readonly logger: Logger;
}

/** How the queues of an open backend are set up. */
export interface OpenQueuesOptions {
  /** Lower-case letters and digits: jobs of one scope are never seen by another. Empty for the common one. */
  readonly scope: string;
  readonly logger: Logger;
}

const DEFAULT_TUNING: WorkerTuning = { concurrency: 1 };

/**
 * Opens the queues. The same code runs on PGlite, PostgreSQL and Redis.
 *
 * @throws PlimsollError `REDIS_UNREACHABLE`.
 */
export async function createQueues({ target, logger }: QueuesOptions): Promise<Queues> {
  return openQueues(await openBackend(target), { scope: "", logger });
}

/** Opens the queues of one scope on a backend. */
export function openQueues(backend: QueueBackend, { scope, logger }: OpenQueuesOptions): Queues {
  const storedName = (name: QueueName) => (scope === "" ? name : `${scope}-${name}`);
  const producers = new Map<QueueName, BackendQueue>();
  const workers: BackendWorker[] = [];
  const report = (queue: string) => (err: Error) => logger.warn({ queue, err }, "queue connection or job error");
  const producer = (name: QueueName): BackendQueue => {
    const known = producers.get(name);
    if (known !== undefined) return known;
    const queue = backend.queue(storedName(name));
    queue.on("error", report(name));
    producers.set(name, queue);
    return queue;
  };
  return {
    queue: (name) => jobQueue(name, producer(name)),
    worker: (name, processor, tuning = DEFAULT_TUNING) => {
      const worker = backend.worker(storedName(name), checked(name, processor), tuning);
      worker.on("error", report(name));
      worker.on("failed", (_job, err) => report(name)(err));
      workers.push(worker);
      return { close: () => worker.close() };
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([...producers.values()].map((queue) => queue.close()));
    },
  };
}

function jobQueue<Name extends QueueName>(name: Name, queue: BackendQueue): JobQueue<Name> {
  return {
    add: async (data) => {
      const job = await queue.add(name, parseJob(name, data), jobOptions(name, data));
      return job.id ?? "";
    },
    depth: async () => await queue.getJobCountByTypes("waiting", "delayed", "prioritized", "active"),
  };
}

function checked<Name extends QueueName>(name: Name, processor: JobProcessor<Name>) {
  return async (data: unknown, attempt: JobAttempt): Promise<void> =>
    await processor(parseStoredJob(name, data), attempt);
}

/** A stored job that cannot be read will never be readable: failing it without retries keeps it for inspection. */
function parseStoredJob<Name extends QueueName>(name: Name, data: unknown): JobData<Name> {
  try {
    return parseJob(name, data);
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error));
  }
}

function parseJob<Name extends QueueName>(name: Name, data: unknown): JobData<Name> {
  const parsed = JOB_SCHEMAS[name].safeParse(data);
  // The lookup by `name` ties schema and data together, which the compiler cannot follow through a union.
  if (parsed.success) return parsed.data as JobData<Name>;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join(".") ?? "";
  throw new PlimsollError({
    code: "QUEUE_JOB_INVALID",
    problem: `A job of ${name} has an invalid ${field === "" ? "shape" : `"${field}"`}: ${issue?.message}.`,
    remedy: "Correct the producer; a stored job of an older version stays among the failed ones.",
    context: { queue: name, field },
    cause: parsed.error,
  });
}
