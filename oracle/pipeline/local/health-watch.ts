/** Asks chain, database and queues again and again whether they answer, and how delivery stands, between and after the rounds. */
import { setTimeout as pause } from "node:timers/promises";
import type { ChainClient } from "../../chain/client.ts";
import type { Database } from "../../platform/database/database.ts";
import type { NodeMetrics } from "../../platform/metrics.ts";
import type { JOB_SCHEMAS, QueueName } from "../../platform/queue/jobs.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import type { LocalDao } from "../governance/local-dao.ts";
import type { ComponentBoard, ComponentName } from "./component-board.ts";
import type { DeliveryWatch } from "./delivery-watch.ts";

/** What is watched. */
export interface HealthWatchOptions {
  readonly board: ComponentBoard;
  readonly chain: ChainClient;
  readonly database: Database;
  readonly queues: Queues;
  readonly metrics: NodeMetrics;
  readonly delivery: Pick<DeliveryWatch, "look">;
  readonly dao: Pick<LocalDao, "look">;
}

/** A running watch. */
export interface HealthWatch {
  /** Ends after the look that is under way. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
const REASON_LENGTH = 160;
/** Queues that a local run serves; looking at others would only open connections. */
const SERVED = [
  "round-schedule",
  "tx-submit",
  "tx-watch",
  "settlement-keeper",
  "liquidation-keeper",
  "explain",
  "history",
] as const satisfies readonly (keyof typeof JOB_SCHEMAS)[];

/** Starts to watch. The first look is over when this resolves. */
export async function startHealthWatch(options: HealthWatchOptions): Promise<HealthWatch> {
  const ending = new AbortController();
  await look(options);
  const running = keepLooking(options, ending.signal);
  return {
    close: async () => {
      ending.abort();
      await running;
    },
  };
}

async function keepLooking(options: HealthWatchOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // An aborted pause ends the watch; nothing else can fail here.
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await look(options);
  }
}

async function look({ board, chain, database, queues, metrics, delivery, dao }: HealthWatchOptions): Promise<void> {
  const check = async (name: ComponentName, ask: () => Promise<unknown>) => {
    try {
      await ask();
      board.note(name, "ok");
    } catch (error) {
      board.note(name, "failed", shortReason(error));
    }
  };
  await Promise.all([
    check("chain", () => chain.reader.getBlockNumber()),
    check("database", () => database.pool.query("SELECT 1")),
    check("queues", () => Promise.all(SERVED.map((name) => countJobs(queues, name, metrics)))),
    delivery.look(),
    dao.look(),
  ]);
}

async function countJobs(queues: Queues, name: QueueName, metrics: NodeMetrics): Promise<void> {
  metrics.queueDepth.set({ queue: name }, await queues.queue(name).depth());
}

/** First line of an error: the rest is for the log. */
function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n")[0] ?? text).slice(0, REASON_LENGTH);
}
