/** The history is made week by week through the queue, goes on after a stop, begins anew with other models, and answers replays. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { HistoryView, ReplayQuestion } from "../../../oracle/domain/history.ts";
import { openHistoryDesk } from "../../../oracle/pipeline/history/history-desk.ts";
import { type HistoryThread, runHistoryThread } from "../../../oracle/pipeline/history/history-thread.ts";
import { WALL_CLOCK } from "../../../oracle/platform/clock.ts";
import { type DataDirLock, lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { type Database, openDatabase } from "../../../oracle/platform/database/database.ts";
import { openSharedStore, type SharedStore } from "../../../oracle/platform/database/store.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { openBackend } from "../../../oracle/platform/queue/backend.ts";
import { openQueues, type Queues } from "../../../oracle/platform/queue/queues.ts";
import { encodeWeek } from "../../../oracle/simulation/history/recorded-week.ts";
import type { VaultTerms } from "../../../oracle/simulation/vault/vault-terms.ts";
import { btcTerms, WEEK_SPEC, weekByHand } from "../../helpers/history-week.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const CLASS = 131;
/** Between two looks how far the queue is. */
const LOOK_MS = 10;
const SILENT = createLogger({ level: "silent" });

describe("openHistoryDesk", function () {
  this.timeout(60_000);
  let folder: TemporaryFolder;
  let lock: DataDirLock;
  let database: Database;
  let shared: SharedStore;
  let queues: Queues;
  let terms: ReadonlyMap<string, VaultTerms>;
  let ending: AbortController;
  /** Weeks that were asked for. */
  let asked: number[];

  beforeEach(async () => {
    terms = await btcTerms();
    folder = temporaryFolder();
    lock = lockDataDir(folder.path);
    database = await openDatabase({ url: null, lock, logger: SILENT });
    shared = await openSharedStore(database.pool);
    queues = openQueues(await openBackend({ pool: database.pool }), { scope: "test", logger: SILENT });
    ending = new AbortController();
    asked = [];
  });
  afterEach(async () => {
    ending.abort();
    await queues.close();
    await database.close();
    lock.release();
    folder.remove();
  });

  /** Makes weeks by hand, which the models would take long for; replays as the node does. */
  const byHand: HistoryThread = async (order, signal) => {
    if (order.kind === "replay") return await runHistoryThread(order, signal);
    asked.push(order.weeks.length);
    return { kind: "week", text: encodeWeek(weekByHand(terms, order.weeks.length, 600)) };
  };

  async function open(run: HistoryThread, bundleHash = "0xaa"): Promise<HistoryView> {
    const ground = { db: shared.db, queues, signal: ending.signal, clock: WALL_CLOCK, logger: SILENT };
    return await openHistoryDesk({ ...ground, spec: { ...WEEK_SPEC, weeks: 2 }, bundleHash, terms, run });
  }

  async function until(view: HistoryView, weeksDone: number): Promise<void> {
    while (view.state().weeksDone < weeksDone) await pause(LOOK_MS);
  }
  function question(): ReplayQuestion {
    const present = terms.get("BTC")?.classes.get(CLASS);
    assert.ok(present !== undefined);
    return { classId: CLASS, present, proposed: { ...present, rhoFloorBps: present.rhoFloorBps + 100 } };
  }

  it("error: HISTORY_EMPTY before the first week; a week that cannot be made is tried again and then said to have failed", async () => {
    let tries = 0;
    const view = await open(async () => {
      tries += 1;
      throw new Error("no memory");
    });
    await assert.rejects(view.replay(question()), (error) => hasCode(error, "HISTORY_EMPTY"));
    while (view.state().state !== "failed") await pause(LOOK_MS);
    assert.deepEqual(
      [view.state().fault, view.state().weeksDone, view.state().etaSec, tries],
      ["no memory", 0, null, 2],
    );
  });

  it("default: made through the queue, with the time that is left; a restart goes on, other models begin anew", async () => {
    const stopping: HistoryThread = async (order, signal) => {
      if (order.weeks.length === 0) return await byHand(order, signal);
      ending.abort();
      throw new Error("the node stops");
    };
    const first = await open(stopping);
    await until(first, 1);
    assert.deepEqual([first.state().state, first.state().weeks], ["running", 2]);
    assert.ok((first.state().etaSec ?? -1) >= 0);
    await queues.close();

    ending = new AbortController();
    queues = openQueues(await openBackend({ pool: database.pool }), { scope: "again", logger: SILENT });
    const again = await open(byHand);
    await until(again, 2);
    assert.deepEqual([again.state().state, again.state().etaSec, asked], ["done", 0, [0, 1]]);
    await queues.close();

    queues = openQueues(await openBackend({ pool: database.pool }), { scope: "other", logger: SILENT });
    const other = await open(byHand, "0xbb");
    await until(other, 2);
    assert.deepEqual(asked, [0, 1, 0, 1]);
  });

  it("default: equal questions share one replay; a class of no market is refused", async () => {
    let replays = 0;
    const view = await open(async (order, signal) => {
      replays += order.kind === "replay" ? 1 : 0;
      return await byHand(order, signal);
    });
    await until(view, 2);
    let found = await view.replay(question());
    while (found === null) found = await view.replay(question());
    assert.equal(found.label, "simulator crash-recovery seed 3");
    assert.ok(found.shorts.length > 0);
    assert.deepEqual(await view.replay(question()), found);
    assert.equal(replays, 1);
    const foreign = { ...question(), classId: 9 };
    await assert.rejects(
      async () => {
        while ((await view.replay(foreign)) === null);
      },
      (error) => hasCode(error, "REPLAY_CLASS_UNKNOWN"),
    );
  });

  it("error: REPLAY_BUSY beyond four that wait", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const view = await open(async (order, signal) => {
      if (order.kind === "replay") await released;
      return await byHand(order, signal);
    });
    await until(view, 2);
    const questions = [1, 2, 3, 4, 5].map((bps) => ({
      ...question(),
      proposed: { ...question().present, piStepBps: bps },
    }));
    const answers = questions.map(async (one) => await view.replay(one));
    await assert.rejects(answers[4] ?? Promise.resolve(), (error) => hasCode(error, "REPLAY_BUSY"));
    assert.deepEqual(await Promise.all(answers.slice(0, 4)), [null, null, null, null]);
    ending.abort();
    release();
  });
});
