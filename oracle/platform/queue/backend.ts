/** Where the queues live: the node's database (embedded or a server) or Redis. */
import {
  createPostgresBackend,
  DelayedError,
  type Job,
  type JobsOptions,
  type JobType,
  Queue,
  runMigrations,
  Worker,
} from "bullmq";
import { Redis } from "ioredis";
import type { Pool } from "pg";
import { PlimsollError } from "../../domain/errors.ts";
import { maskUrl } from "../mask-url.ts";
import { withDeadlockRetry } from "./deadlock-retry.ts";

/** Where jobs are kept. */
export type QueueTarget = { readonly pool: Pool } | { readonly redisUrl: string };

/** The part of BullMQ's queue that is used; the same on every backend. */
export interface BackendQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<{ id?: string | undefined }>;
  getJobCountByTypes(...types: JobType[]): Promise<number>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The part of BullMQ's worker that is used. */
export interface BackendWorker {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "failed", listener: (job: unknown, error: Error) => void): unknown;
  close(): Promise<void>;
}

/** Makes BullMQ's objects on one backend. Each closes the connections it opened. */
export interface QueueBackend {
  queue(name: string): BackendQueue;
  worker(name: string, process: BackendProcessor, options: WorkerTuning): BackendWorker;
}

/** What a worker does with a stored job. */
export type BackendProcessor = (data: unknown, attempt: JobAttempt) => Promise<void>;

/** Which run of which job this is. */
export interface JobAttempt {
  readonly jobId: string;
  /** If it fails, the job is not repeated. */
  readonly isLast: boolean;
  /**
   * Asks for another run of the same job `delayMs` after this one has returned. It uses up no attempt, survives a
   * restart, keeps its deduplication key, and holds no worker in between.
   */
  postpone(delayMs: number): void;
  /** Shows how far the job is to whoever looks at the queue. @param share done, 0…1. */
  progress(share: number): Promise<void>;
}

/** How a worker runs. */
export interface WorkerTuning {
  /** Jobs at the same time. */
  readonly concurrency: number;
}

/**
 * A worker says every half of this time that it still holds its job; the job of a killed one is taken up again when the
 * time is over, milliseconds. BullMQ's 30 s would make every restart wait that long.
 */
const JOB_LOCK_MS = 8_000;
const STALLED_CHECK_MS = 1_000;
/** A killed process is no fault of its job: any number of kills is forgiven (BullMQ's default gives up at the second). */
const MAX_KILLS_OF_JOB = 1_000;
const CRASH_RECOVERY = {
  lockDuration: JOB_LOCK_MS,
  stalledInterval: STALLED_CHECK_MS,
  maxStalledCount: MAX_KILLS_OF_JOB,
} as const;

/** The default grows to 20 s and delayed recovery by as much (measured in research/oracle-nodes.md §3.1). */
const MAX_RECONNECT_DELAY_MS = 1_000;
const RECONNECT_STEP_MS = 50;
/** Attempts of a producer's command while Redis is away; then the caller gets the error. */
const PRODUCER_RETRIES = 3;

/**
 * Prepares the backend: BullMQ's own migrations in the database, or a checked connection to Redis.
 *
 * @throws PlimsollError `REDIS_UNREACHABLE` naming the URL without its password.
 */
export async function openBackend(target: QueueTarget): Promise<QueueBackend> {
  return "pool" in target ? await openPostgres(target.pool) : await openRedis(target.redisUrl);
}

async function openPostgres(pool: Pool): Promise<QueueBackend> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  const connection = withDeadlockRetry(pool);
  return {
    queue: (name) => new Queue(name, { connection }, createPostgresBackend),
    worker: (name, process, { concurrency }) => {
      const options = { connection, concurrency, ...CRASH_RECOVERY };
      return new Worker(name, (job, token) => runJob({ job, token }, process), options, createPostgresBackend);
    },
  };
}

async function openRedis(url: string): Promise<QueueBackend> {
  await checkRedis(url);
  const producing = { url, retryStrategy, maxRetriesPerRequest: PRODUCER_RETRIES };
  // BullMQ requires endless retries on connections that block.
  const consuming = { url, retryStrategy, maxRetriesPerRequest: null };
  return {
    queue: (name) => new Queue(name, { connection: producing }),
    worker: (name, process, { concurrency }) =>
      new Worker(name, (job, token) => runJob({ job, token }, process), {
        connection: consuming,
        concurrency,
        ...CRASH_RECOVERY,
      }),
  };
}

interface HeldJob {
  readonly job: Job;
  /** Shows that this worker holds the job. */
  readonly token: string | undefined;
}

async function runJob({ job, token }: HeldJob, process: BackendProcessor): Promise<void> {
  let againInMs: number | null = null;
  await process(job.data, {
    jobId: job.id ?? "",
    isLast: job.attemptsMade + 1 >= (job.opts.attempts ?? 1),
    postpone: (delayMs) => {
      againInMs = delayMs;
    },
    progress: async (share) => await job.updateProgress({ share }),
  });
  if (againInMs === null) return;
  await job.moveToDelayed(Date.now() + againInMs, token);
  // Tells BullMQ that the job is neither done nor failed.
  throw new DelayedError();
}

function retryStrategy(attempt: number): number {
  return Math.min(attempt * RECONNECT_STEP_MS, MAX_RECONNECT_DELAY_MS);
}

async function checkRedis(url: string): Promise<void> {
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // The rejected promises below carry the error; an unobserved event would end the process.
  probe.on("error", () => {});
  try {
    await probe.connect();
    await probe.ping();
  } catch (cause) {
    throw new PlimsollError({
      code: "REDIS_UNREACHABLE",
      problem: `Redis at ${maskUrl(url)} does not answer.`,
      remedy: "Start it, correct REDIS_URL, or unset REDIS_URL to keep the queues in the database.",
      context: { url: maskUrl(url) },
      cause,
    });
  } finally {
    probe.disconnect();
  }
}
