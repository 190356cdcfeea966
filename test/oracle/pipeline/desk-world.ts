/** A submission desk on a test's chain with a database and queues of its own, as a run has it. */
import { keccak256, stringToHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { type ChainClient, connectChain } from "../../../oracle/chain/client.ts";
import type { Address, Hex } from "../../../oracle/domain/units.ts";
import type { ReportRow } from "../../../oracle/domain/view.ts";
import { createRunMetrics, type RunMetrics } from "../../../oracle/pipeline/local/run-metrics.ts";
import {
  openSubmissionDesk,
  type SubmissionDesk,
  type SubmissionDeskOptions,
} from "../../../oracle/pipeline/local/submission-desk.ts";
import type { OperatorKeys } from "../../../oracle/pipeline/operator-keys.ts";
import { createRunCounters } from "../../../oracle/pipeline/run-summary.ts";
import { lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { type Database, openDatabase } from "../../../oracle/platform/database/database.ts";
import {
  type OperatorStore,
  openOperatorStore,
  openSharedStore,
  type SharedStore,
} from "../../../oracle/platform/database/store.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { createMetrics, type NodeMetrics } from "../../../oracle/platform/metrics.ts";
import { openBackend } from "../../../oracle/platform/queue/backend.ts";
import { openQueues, type Queues } from "../../../oracle/platform/queue/queues.ts";
import { SIGNERS } from "../chain/oracle-fixture.ts";

/** Where a world stands. */
export interface WorldOptions {
  readonly dataDir: string;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly oracle: Address;
  readonly configDigest: Hex;
  readonly finalityBlocks: number;
  /** Jobs of one scope are not seen by another. */
  readonly scope?: string;
}

/** Outcomes that the watch counts. */
export type TransactionOutcome = Parameters<RunMetrics["transaction"]>[0];

/** An open world. */
export interface DeskWorld {
  readonly chain: ChainClient;
  readonly database: Database;
  readonly shared: SharedStore;
  readonly queues: Queues;
  readonly metrics: NodeMetrics;
  /** What a desk is opened with; nothing is opened yet. */
  readonly options: SubmissionDeskOptions;
  openDesk(): Promise<SubmissionDesk>;
  /** Transaction outcomes so far, in order. */
  readonly outcomes: readonly TransactionOutcome[];
  /** Rows that were shown so far, in order. */
  readonly rows: readonly ReportRow[];
  /** Messages of the log at level warn. */
  readonly warnings: readonly string[];
  /** Resolves when `isThere` holds; it is asked whenever a look begins, an outcome is counted or a line is logged. */
  until(isThere: () => boolean | Promise<boolean>): Promise<void>;
  /** Empties outcomes, rows and warnings. */
  forget(): void;
  close(): Promise<void>;
}

const OPERATORS = 4;
const LOOK_EVERY_MS = 20;
const POLLING_MS = 20;

/** Keys of the operators in these tests; the signer's parts are not used by a desk. */
export const OPERATOR_KEYS = Array.from({ length: OPERATORS }, (_, index): OperatorKeys => {
  const transmitterKey = keccak256(stringToHex(`test transmitter ${index}`));
  const signer = SIGNERS[index]?.address ?? privateKeyToAddress(transmitterKey);
  return { index, signerKey: transmitterKey, signer, transmitterKey, guardPath: "", guardMustExist: false };
});

/** Addresses that pay, in operator order. */
export const TRANSMITTERS = OPERATOR_KEYS.map(({ transmitterKey }) => privateKeyToAddress(transmitterKey));

/** Opens a world; the transmitters' balances are the caller's business. */
export async function openWorld(options: WorldOptions): Promise<DeskWorld> {
  const lock = lockDataDir(options.dataDir);
  const silent = createLogger({ level: "silent" });
  const database = await openDatabase({ url: null, lock, logger: silent });
  const backend = await openBackend({ pool: database.pool });
  const queues = openQueues(backend, { scope: options.scope ?? "", logger: silent });
  const stores: OperatorStore[] = [];
  for (let index = 0; index < OPERATORS; index += 1) stores.push(await openOperatorStore(database.pool, index));
  const { rpcUrl, chainId } = options;
  const chain = await connectChain({ rpcUrl, chainId, pollingIntervalMs: POLLING_MS, retries: 0 });
  const shared = await openSharedStore(database.pool);
  const metrics = createMetrics({ processMetrics: false });
  const watcher = createWatcher(shared, metrics);
  const ending = new AbortController();
  const deskOptions: SubmissionDeskOptions = {
    ...watcher.sinks,
    chain,
    oracle: options.oracle,
    signers: SIGNERS.map(({ address }) => address),
    keys: OPERATOR_KEYS,
    stores,
    lanes: { queues, signal: ending.signal },
    configDigest: options.configDigest,
    counters: createRunCounters(),
    finalityBlocks: options.finalityBlocks,
    lookEveryMs: LOOK_EVERY_MS,
  };
  return {
    ...watcher.seen,
    chain,
    database,
    shared,
    queues,
    metrics,
    options: deskOptions,
    openDesk: async () => await openSubmissionDesk(deskOptions),
    close: async () => {
      ending.abort();
      await queues.close();
      await database.close();
      lock.release();
    },
  };
}

/** Sees everything that the watch does, and asks those who wait whether it was what they wait for. */
function createWatcher(shared: SharedStore, metrics: NodeMetrics) {
  const outcomes: TransactionOutcome[] = [];
  const rows: ReportRow[] = [];
  const warnings: string[] = [];
  const waiting = new Set<() => Promise<void>>();
  const ask = () => {
    for (const look of waiting) void look();
  };
  const write = (line: string) => {
    warnings.push(String(JSON.parse(line).msg));
    ask();
  };
  const inner = createRunMetrics(metrics);
  const transaction: RunMetrics["transaction"] = (outcome) => {
    inner.transaction(outcome);
    outcomes.push(outcome);
    ask();
  };
  const report: SharedStore["report"] = async (digest) => {
    ask();
    return await shared.report(digest);
  };
  const until: DeskWorld["until"] = (isThere) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = async () => {
      try {
        if (await isThere()) resolve();
      } catch (error) {
        reject(error);
      }
    };
    waiting.add(look);
    void look();
    return promise.finally(() => waiting.delete(look));
  };
  const forget = () => {
    for (const seen of [outcomes, rows, warnings]) seen.length = 0;
  };
  return {
    sinks: {
      shared: { ...shared, report },
      metrics: { ...inner, transaction },
      logger: createLogger({ level: "warn", destination: { write } }),
      onReport: (row: ReportRow) => void rows.push(row),
    },
    seen: { outcomes, rows, warnings, until, forget },
  };
}
