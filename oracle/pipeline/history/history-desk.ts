/** Where the history is made week by week through a queue, and replayed on request. */
import { setTimeout as pause } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { PlimsollError } from "../../domain/errors.ts";
import type { HistoryReplay, HistoryState, HistoryView, ReplayQuestion } from "../../domain/history.ts";
import type { AssetSymbol } from "../../domain/market.ts";
import type { Clock } from "../../platform/clock.ts";
import { readWeeks, saveWeek } from "../../platform/database/history-rows.ts";
import type { SharedTables } from "../../platform/database/schema.ts";
import type { Queues } from "../../platform/queue/queues.ts";
import { type HistorySpec, WEEK_SEC } from "../../simulation/history/history-plan.ts";
import type { VaultTerms } from "../../simulation/vault/vault-terms.ts";
import { type HistoryThread, runHistoryThread } from "./history-thread.ts";

/** What a desk is opened with. */
export interface HistoryDeskOptions {
  readonly db: Kysely<SharedTables>;
  readonly queues: Queues;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
  readonly spec: HistorySpec;
  /** Hash of the models and of the scoring: with another one the history is made anew. */
  readonly bundleHash: string;
  readonly terms: ReadonlyMap<AssetSymbol, VaultTerms>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, "warn">;
  /** Absent: the thread of this program. */
  readonly run?: HistoryThread;
}

/** Answers that are kept: a page asks for the same one every time it draws. */
const KEPT_REPLAYS = 16;
/** Replays under way and waiting; each takes a core for seconds. */
const GREATEST_WAITING = 4;
const MILLISECONDS = 1_000;
const RETRY_AFTER_SEC = 5;
/** Who asks is not kept longer: the answer is there when he asks again. */
const PATIENCE_MS = 1_000;

/** Opens the desk and begins, or goes on, to make the history. */
export async function openHistoryDesk(options: HistoryDeskOptions): Promise<HistoryView> {
  const { db, queues, spec, bundleHash } = options;
  const history = `simulator-${spec.seed}-${spec.fromSec}-${spec.weeks}-${spec.perDay}-${bundleHash}`;
  const making: Making = { history, weeks: [...(await readWeeks(db, history))], tookMs: [], fault: null };
  const queue = queues.queue("history");
  const isDone = (): boolean => making.weeks.length >= spec.weeks;
  queues.worker("history", async (job, { isLast }) => {
    // A job of other models, which an older run has left.
    if (job.history !== history || isDone()) return;
    await makeWeek(options, making).catch((error: unknown) => noteFailure(options, making, { error, isLast }));
    if (!isDone()) await queue.add({ history });
  });
  if (!isDone()) await queue.add({ history });
  const replays = createReplays(options, making);
  return { state: () => stateOf(spec, making), replay: replays };
}

/** What is made so far; the worker adds to it. */
interface Making {
  readonly history: string;
  readonly weeks: string[];
  /** How long the weeks took that this process has made, milliseconds. */
  readonly tookMs: number[];
  fault: string | null;
}

async function makeWeek(
  { db, spec, terms, signal, clock, run = runHistoryThread }: HistoryDeskOptions,
  making: Making,
): Promise<void> {
  const { history, weeks, tookMs } = making;
  const begunAtMs = clock.nowMs();
  const notice = await run({ kind: "record", spec, terms, weeks: [...weeks] }, signal);
  if (notice.kind !== "week") throw new RangeError(`A week was asked for, not ${notice.kind}.`);
  await saveWeek(db, { history, week: weeks.length, payload: notice.text });
  weeks.push(notice.text);
  tookMs.push(clock.nowMs() - begunAtMs);
  making.fault = null;
}

/** @throws what was thrown, so that the queue tries again; a node that stops is no failure. */
function noteFailure(
  { signal, logger }: HistoryDeskOptions,
  making: Making,
  { error, isLast }: { readonly error: unknown; readonly isLast: boolean },
): never {
  if (!signal.aborted) logger.warn({ err: error }, "a week of the history was not made");
  if (isLast && !signal.aborted) making.fault = error instanceof Error ? error.message : String(error);
  throw error;
}

function labelOf({ seed }: HistorySpec): string {
  return `simulator crash-recovery seed ${seed}`;
}

function stateOf(spec: HistorySpec, { weeks, tookMs, fault }: Making): HistoryState {
  const left = spec.weeks - weeks.length;
  const meanMs = tookMs.length === 0 ? null : tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length;
  return {
    state: left === 0 ? "done" : fault === null ? "running" : "failed",
    label: labelOf(spec),
    fromSec: spec.fromSec,
    toSec: spec.fromSec + spec.weeks * WEEK_SEC,
    weeks: spec.weeks,
    weeksDone: weeks.length,
    etaSec: left === 0 ? 0 : meanMs === null ? null : Math.ceil((left * meanMs) / MILLISECONDS),
    fault,
  };
}

/** One replay at a time; equal questions share an answer, which is waited for a moment only. */
function createReplays(options: HistoryDeskOptions, { weeks }: Making): HistoryView["replay"] {
  const kept = new Map<string, Promise<HistoryReplay>>();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const begin = (key: string, question: ReplayQuestion): Promise<HistoryReplay> => {
    if (waiting >= GREATEST_WAITING) throw replayBusy(waiting);
    waiting += 1;
    const leave = (): void => {
      waiting -= 1;
    };
    const answer = last.then(async () => await replay(options, [...weeks], question));
    last = answer.then(leave, leave);
    kept.set(key, answer);
    // A failure is no answer to keep.
    answer.catch(() => kept.delete(key));
    const [oldest] = kept.keys();
    if (kept.size > KEPT_REPLAYS && oldest !== undefined) kept.delete(oldest);
    return answer;
  };
  return async (question) => {
    if (weeks.length === 0) throw historyEmpty();
    const key = JSON.stringify([weeks.length, question]);
    const answer = kept.get(key) ?? begin(key, question);
    return await Promise.race([answer, pause(PATIENCE_MS, null, { ref: false })]);
  };
}

async function replay(
  { spec, terms, signal, run = runHistoryThread }: HistoryDeskOptions,
  weeks: readonly string[],
  question: ReplayQuestion,
): Promise<HistoryReplay> {
  const notice = await run({ kind: "replay", spec, terms, weeks, label: labelOf(spec), question }, signal);
  if (notice.kind !== "replay") throw new RangeError(`A replay was asked for, not ${notice.kind}.`);
  if (notice.replay === null) throw classUnknown(question.classId);
  return notice.replay;
}

function historyEmpty(): PlimsollError<"HISTORY_EMPTY"> {
  return new PlimsollError({
    code: "HISTORY_EMPTY",
    problem: "The first week of the history is being made.",
    remedy: "Ask /v1/history how far it is, then again.",
    context: { retryAfterSec: RETRY_AFTER_SEC },
  });
}

function replayBusy(waiting: number): PlimsollError<"REPLAY_BUSY"> {
  return new PlimsollError({
    code: "REPLAY_BUSY",
    problem: `${waiting} replays wait; at most ${GREATEST_WAITING} may.`,
    remedy: `Ask again in ${RETRY_AFTER_SEC} seconds.`,
    context: { waiting, retryAfterSec: RETRY_AFTER_SEC },
  });
}

function classUnknown(classId: number): PlimsollError<"REPLAY_CLASS_UNKNOWN"> {
  return new PlimsollError({
    code: "REPLAY_CLASS_UNKNOWN",
    problem: `No market of the history has class ${classId}.`,
    remedy: "Choose a class of /v1/classes.",
    context: { classId },
  });
}
