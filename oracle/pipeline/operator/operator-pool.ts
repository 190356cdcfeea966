/** The operators of this machine: starts their threads, links them, runs rounds in all of them at once. */
import { Worker } from "node:worker_threads";
import { PlimsollError } from "../../domain/errors.ts";
import type { ModelIdentity } from "../../domain/prediction.ts";
import type { Anchor } from "../../domain/report.ts";
import type { Address, Hex } from "../../domain/units.ts";
import type { Closer } from "../../platform/closer.ts";
import { transferOf } from "../../platform/database/database.ts";
import type { OperatorNotice, OperatorOrder, OperatorRoundResult, OperatorSettings } from "./operator-settings.ts";

/** Running operators. */
export interface OperatorPool {
  readonly models: readonly ModelIdentity[];
  readonly bundleHash: Hex;
  /** Every operator's account of the round, in operator order. */
  round(anchor: Anchor): Promise<readonly OperatorRoundResult[]>;
}

/** An open pool that the closer stops. */
interface LinkedPool extends OperatorPool {
  close(): Promise<void>;
}

interface Member {
  readonly address: Address;
  readonly port: number;
  readonly notice: Extract<OperatorNotice, { kind: "ready" }>;
  /** Resolves when the thread has ended, however. */
  readonly exited: Promise<void>;
  order(order: OperatorOrder): void;
  next<Kind extends OperatorNotice["kind"]>(kind: Kind): Promise<Extract<OperatorNotice, { kind: Kind }>>;
}

/**
 * Starts one thread an operator and waits until all are linked to each other. The closer stops them: before the database
 * under them goes away, also when they are still opening.
 *
 * @throws PlimsollError with the code of the operator that failed; no thread is left running then. The closer's abort
 *   reason when closing has begun.
 */
export async function startOperators(settings: readonly OperatorSettings[], closer: Closer): Promise<OperatorPool> {
  closer.signal.throwIfAborted();
  const workers = settings.map(startWorker);
  const terminate = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  let stop: () => Promise<void> = terminate;
  closer.add("operators", async () => await stop());
  try {
    const pool = await linkOperators(await Promise.all(workers.map((worker, index) => meet(worker, settings[index]))));
    stop = pool.close;
    return pool;
  } catch (error) {
    await terminate();
    throw error;
  }
}

async function linkOperators(members: readonly Member[]): Promise<LinkedPool> {
  const peers = members.map(({ address, port }) => ({ address, url: `ws://127.0.0.1:${port}` }));
  for (const member of members) {
    member.order({ kind: "peers", peers: peers.filter(({ address }) => address !== member.address) });
  }
  await Promise.all(members.map((member) => member.next("linked")));
  const [first] = members;
  if (first === undefined) throw new RangeError("A pool needs at least one operator.");
  return {
    models: first.notice.models,
    bundleHash: first.notice.bundleHash,
    round: async (anchor) => {
      for (const member of members) member.order({ kind: "round", anchor });
      const notices = await Promise.all(members.map((member) => member.next("round")));
      return notices.map(({ result }) => result);
    },
    close: async () => {
      for (const member of members) member.order({ kind: "stop" });
      await Promise.all(members.map((member) => member.exited));
    },
  };
}

/** V8 takes twice as much by default; with four operators this saves 0.15 GB of 1.5 and costs no measurable time. */
const YOUNG_GENERATION_MB = 24;

function startWorker(settings: OperatorSettings): Worker {
  return new Worker(new URL("./operator-worker.ts", import.meta.url), {
    workerData: settings,
    transferList: [...transferOf(settings.database)],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

async function meet(worker: Worker, settings: OperatorSettings | undefined): Promise<Member> {
  const address = settings?.operators[settings.index];
  if (settings === undefined || address === undefined) throw new RangeError("An operator has no signer address.");
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const { next } = createPost(worker, settings.index);
  const notice = await next("ready");
  return { address, port: notice.port, notice, exited, next, order: (order) => worker.postMessage(order) };
}

/** Hands each notice of a thread to whoever waits for its kind; a failure reaches every waiter, present and future. */
function createPost(worker: Worker, index: number) {
  const waiting: { readonly kind: string; resolve(notice: OperatorNotice): void; reject(error: Error): void }[] = [];
  let broken: PlimsollError | null = null;
  const fail = (code: string, message: string) => {
    // The first failure explains the others: a thread that failed also ends.
    broken ??= operatorFailed(index, code, message);
    for (const waiter of waiting.splice(0)) waiter.reject(broken);
  };
  worker.on("message", (notice: OperatorNotice) => {
    if (notice.kind === "failed") return fail(notice.code, notice.message);
    const place = waiting.findIndex(({ kind }) => kind === notice.kind);
    waiting.splice(place, place < 0 ? 0 : 1)[0]?.resolve(notice);
  });
  worker.on("error", (error) => fail("OPERATOR_THREAD_FAILED", error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => fail("OPERATOR_THREAD_ENDED", `exit code ${code}`));
  return {
    next: <Kind extends OperatorNotice["kind"]>(kind: Kind): Promise<Extract<OperatorNotice, { kind: Kind }>> => {
      const { promise, resolve, reject } = Promise.withResolvers<Extract<OperatorNotice, { kind: Kind }>>();
      if (broken !== null) reject(broken);
      else waiting.push({ kind, reject, resolve: (notice) => isKind(notice, kind) && resolve(notice) });
      return promise;
    },
  };
}

function isKind<Kind extends OperatorNotice["kind"]>(
  notice: OperatorNotice,
  kind: Kind,
): notice is Extract<OperatorNotice, { kind: Kind }> {
  return notice.kind === kind;
}

function operatorFailed(index: number, code: string, message: string): PlimsollError {
  return new PlimsollError({
    code,
    problem: `Operator ${index} failed: ${message}.`,
    remedy: "See the operator's log lines above; its data folder and guard file are untouched.",
    context: { operator: index },
  });
}
