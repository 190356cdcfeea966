/** Alarms of the drift watch that ask for a retraining: on the real queue and database, in real threads, on a given clock. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { DriftState } from "../../../oracle/domain/drift.ts";
import { openModelLog, WATCHED_MODEL } from "../../../oracle/pipeline/drift/model-log.ts";
import { installedModels } from "../../../oracle/pipeline/installed-models.ts";
import { requestRetraining } from "../../../oracle/pipeline/retraining/request-retraining.ts";
import { ALARM_GAP_SEC, openAlarmRetraining } from "../../../oracle/pipeline/retraining/retrain-on-alarm.ts";
import { runTrainingThread } from "../../../oracle/pipeline/retraining/run-training-thread.ts";
import { createMarketClock, type MarketClock } from "../../../oracle/platform/clock.ts";
import { type Closer, createCloser } from "../../../oracle/platform/closer.ts";
import { loadConfig } from "../../../oracle/platform/config.ts";
import { lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../../oracle/platform/database/database.ts";
import { listRetrainings, type RetrainingRow, readModelEvents } from "../../../oracle/platform/database/model-rows.ts";
import { openSharedStore, type SharedStore } from "../../../oracle/platform/database/store.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { createQueues, type Queues } from "../../../oracle/platform/queue/queues.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const TEST_MS = 120_000;
const LOOK_MS = 5;
const MANY = 100;
const START_SEC = 1_800_000_000;
const ENTRY = new URL("../../helpers/training-stand-in.ts", import.meta.url);
const ARTIFACTS_DIR = join(import.meta.dirname, "../../../oracle/models/artifacts");
const DATA = ["bars"];

type Fate = "keep" | "promote" | "fail" | "hang";

const alarm = (asset: "BTC" | "ETH", atSec: number): DriftState => ({
  asset,
  atSec: atSec + 60,
  sinceSec: 0,
  steps: 50,
  recentLoss: 2,
  alarm: { atSec, detector: "page-hinkley" },
  isDoubted: true,
  widening: [1, 1, 1, 1],
});

interface Node {
  readonly db: SharedStore["db"];
  readonly queues: Queues;
  readonly closer: Closer;
  /** What a round tells of the watch. */
  readonly note: (states: readonly DriftState[]) => Promise<void>;
}

describe("openAlarmRetraining", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  let clock: MarketClock;
  let node: Node;

  beforeEach(() => {
    folder = temporaryFolder();
    clock = createMarketClock(START_SEC);
  });
  afterEach(async () => {
    await node?.closer.close();
    folder.remove();
  });

  async function open(fate: Fate): Promise<Node> {
    const logger = createLogger({ level: "silent" });
    const closer = createCloser(logger);
    const lock = lockDataDir(folder.path);
    closer.add("lock", () => lock.release());
    const database = await openDatabase({ url: null, lock, logger });
    closer.add("database", () => database.close());
    const { db } = await openSharedStore(database.pool);
    const queues = await createQueues({ target: { pool: database.pool }, logger });
    closer.add("queues", () => queues.close());
    let count = (await listRetrainings(db, MANY)).length;
    const onAlarm = await openAlarmRetraining({
      db,
      queues,
      clock,
      logger,
      train: (order, hooks) => runTrainingThread(ENTRY, { ...order, seed: fate }, hooks),
      artifactsDir: ARTIFACTS_DIR,
      retrainingsDir: join(folder.path, "retrainings"),
      stopping: closer.signal,
      lookEveryMs: 20,
      model: WATCHED_MODEL,
      data: DATA,
      newId: () => {
        count += 1;
        return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
      },
    });
    const note = await openModelLog({ db, show: () => {}, onAlarm });
    return { db, queues, closer, note };
  }

  const rows = (): Promise<readonly RetrainingRow[]> => listRetrainings(node.db, MANY);
  const events = async (): Promise<readonly string[]> =>
    (await readModelEvents(node.db, MANY)).map(({ event }) => event).toReversed();
  async function until(condition: (rows: readonly RetrainingRow[]) => boolean): Promise<readonly RetrainingRow[]> {
    for (;;) {
      const found = await rows();
      if (condition(found)) return found;
      await pause(LOOK_MS);
    }
  }
  const allEnded = (found: readonly RetrainingRow[]): boolean =>
    found.every(({ state }) => state !== "waiting" && state !== "running");

  it("error: a training that fails is a failed row, and is not tried again before the gap is over", async () => {
    node = await open("fail");
    await node.note([alarm("BTC", 10)]);
    const [row] = await until(allEnded);
    assert.deepEqual([row?.state, row?.model], ["failed", WATCHED_MODEL]);
    clock.advanceTo(START_SEC + ALARM_GAP_SEC - 1);
    await node.note([alarm("BTC", 20)]);
    assert.equal((await rows()).length, 1);
    clock.advanceTo(START_SEC + ALARM_GAP_SEC);
    await node.note([alarm("BTC", 30)]);
    assert.equal((await until(allEnded)).length, 2);
    assert.deepEqual(await events(), ["requested", "alarm", "failed", "alarm", "requested", "alarm", "failed"]);
  });

  it("behavior: one job an alarm, also for two assets at once, told again, and over a restart", async () => {
    node = await open("keep");
    const states = [alarm("BTC", 10), alarm("ETH", 10)];
    await node.note(states);
    await node.note(states);
    const [row, ...others] = await until(allEnded);
    assert.deepEqual([row?.state, others], ["done", []]);
    assert.deepEqual(row?.request, { data: DATA, seed: "drift-BTC-10" });
    await node.closer.close();
    clock.advanceTo(START_SEC + 2 * ALARM_GAP_SEC);
    node = await open("keep");
    await node.note(states);
    assert.equal((await rows()).length, 1);
    assert.deepEqual((await events()).toSorted(), ["alarm", "alarm", "kept", "requested"]);
  });

  it("behavior: no alarm asks for nothing, and neither does one while a retraining is open", async () => {
    node = await open("hang");
    await node.note([{ ...alarm("BTC", 10), alarm: null, isDoubted: false }]);
    assert.deepEqual(await rows(), []);
    const asked = { id: "00000000-0000-4000-8000-00000000000f", model: WATCHED_MODEL, data: [], seed: "own" };
    await requestRetraining({ db: node.db, queues: node.queues, clock }, asked);
    clock.advanceTo(START_SEC + 2 * ALARM_GAP_SEC);
    await node.note([alarm("BTC", 10)]);
    assert.deepEqual(
      (await rows()).map(({ id }) => id),
      [asked.id],
    );
  });

  it("behavior: a node that stops puts its training back; the next takes it up and promotes nothing by itself", async () => {
    node = await open("hang");
    await node.note([alarm("ETH", 10)]);
    await until(([row]) => row?.state === "running" && row.progress > 0);
    await node.closer.close();
    const before = await installedModels(ARTIFACTS_DIR);
    node = await open("promote");
    const [row] = await until(allEnded);
    assert.deepEqual([row?.state, row?.attempts], ["done", 1]);
    assert.deepEqual(await events(), ["requested", "alarm", "promoted"]);
    assert.deepEqual(await installedModels(ARTIFACTS_DIR), before);
  });

  it("default: without data for it no alarm starts anything", () => {
    assert.deepEqual(loadConfig({}).retrainData, []);
    assert.throws(() => loadConfig({ retrainData: [""] }), { code: "CONFIG_INVALID_VALUE" });
  });
});
