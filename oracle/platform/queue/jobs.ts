/** The jobs that survive a restart: their data, checked on both sides, and how repeats of each are treated. */
import type { JobsOptions } from "bullmq";
import { z } from "zod";

const hash = z.string().regex(/^0x[0-9a-f]{64}$/i);
const address = z.string().regex(/^0x[0-9a-f]{40}$/i);
/** Integers that may exceed 2^53 travel as decimal text: job data is JSON. */
const bigintText = z.string().regex(/^\d{1,78}$/);
const seconds = z.number().int().nonnegative();
const operator = z.number().int().min(0).max(30);

/** Data of each queue's jobs: ids and hashes only, never secrets or payloads. */
export const JOB_SCHEMAS = {
  /** Run round `round` at market time `atSec`. */
  "round-schedule": z.strictObject({ round: z.number().int().nonnegative(), atSec: seconds }),
  /** Bring the report of `epoch` to the chain. */
  "tx-submit": z.strictObject({ operator, epoch: bigintText, digest: hash }),
  /** Watch the transaction that carried the report of `digest` until it is final, or another one carries it. */
  "tx-watch": z.strictObject({ digest: hash, transactionHash: hash }),
  /** Settle a series that has expired. */
  "settlement-keeper": z.strictObject({ seriesId: bigintText, expirySec: seconds }),
  /** Look at an unhealthy position: flag it, or liquidate it if that pays. */
  "liquidation-keeper": z.strictObject({ source: address, positionId: bigintText }),
  /** Work out the reasons behind the scores that an operator has signed in round `epoch`. */
  explain: z.strictObject({ operator, epoch: bigintText }),
  /** Train a challenger as the retraining of this id asks, and compare it with the model in use. */
  retrain: z.strictObject({ id: z.uuid() }),
  /** Make the next week of the history of this name. */
  history: z.strictObject({ history: z.string().min(1).max(200) }),
  /** Search the mechanism's numbers as the order in the study's folder asks. */
  mechanism: z.strictObject({ id: z.uuid() }),
} as const;

/** Name of a queue. */
export type QueueName = keyof typeof JOB_SCHEMAS;
/** Data of a queue's jobs. */
export type JobData<Name extends QueueName> = z.infer<(typeof JOB_SCHEMAS)[Name]>;

interface RepeatPolicy<Name extends QueueName> {
  /** Jobs with the same key are the same work. */
  readonly key: (data: JobData<Name>) => string;
  /** Keep one more with the newest data while one runs ("submit the latest report"). */
  readonly keepLastIfActive: boolean;
  readonly attempts: number;
}

type Policies = { readonly [Name in QueueName]: RepeatPolicy<Name> };

/** First pause before an attempt is repeated, milliseconds; it doubles each time. */
const RETRY_DELAY_MS = 500;

const POLICIES: Policies = {
  "round-schedule": { key: ({ round }) => `round-${round}`, keepLastIfActive: false, attempts: 1 },
  "tx-submit": { key: (job) => `operator-${job.operator}`, keepLastIfActive: true, attempts: 3 },
  "tx-watch": { key: ({ transactionHash }) => transactionHash.toLowerCase(), keepLastIfActive: false, attempts: 10 },
  "settlement-keeper": { key: ({ seriesId }) => `series-${seriesId}`, keepLastIfActive: false, attempts: 5 },
  "liquidation-keeper": {
    key: ({ source, positionId }) => `${source.toLowerCase()}-${positionId}`,
    keepLastIfActive: true,
    attempts: 3,
  },
  // Behind the rounds the newest one is explained, and those before it when somebody asks.
  explain: { key: (job) => `operator-${job.operator}`, keepLastIfActive: true, attempts: 2 },
  // A failed training would fail again; a killed one is begun again by the rule for stalled jobs.
  retrain: { key: ({ id }) => id, keepLastIfActive: false, attempts: 1 },
  // One after the other: the week that runs stores the next one itself.
  history: { key: ({ history }) => history, keepLastIfActive: true, attempts: 2 },
  mechanism: { key: ({ id }) => id, keepLastIfActive: false, attempts: 1 },
};

/** BullMQ options of one job: deduplication and retries by queue, nothing kept once it is completed. */
export function jobOptions<Name extends QueueName>(name: Name, data: JobData<Name>): JobsOptions {
  const policy = POLICIES[name];
  return {
    deduplication: { id: policy.key(data), keepLastIfActive: policy.keepLastIfActive },
    attempts: policy.attempts,
    backoff: { type: "exponential", delay: RETRY_DELAY_MS },
    // `true`, not a number: counted retention deadlocks on PostgreSQL (research/oracle-nodes.md §3.1).
    removeOnComplete: true,
    removeOnFail: { count: 1_000 },
  };
}
