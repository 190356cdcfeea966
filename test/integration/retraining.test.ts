/** Retrainings on the real queue and database, in real threads: failures, cancelling and kills first, then both decisions. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { decodeFunctionData } from "viem";
import { z } from "zod";
import { riskOracleAbi } from "../../oracle/chain/abi/risk-oracle.ts";
import type { DriftState } from "../../oracle/domain/drift.ts";
import { hasCode } from "../../oracle/domain/errors.ts";
import type { ModelEvent } from "../../oracle/domain/model-event.ts";
import { openModelLog } from "../../oracle/pipeline/drift/model-log.ts";
import { installedModels } from "../../oracle/pipeline/installed-models.ts";
import { openRetrainingDesk, type RetrainingDesk } from "../../oracle/pipeline/retraining/retraining-desk.ts";
import { runTrainingThread } from "../../oracle/pipeline/retraining/run-training-thread.ts";
import { type Closer, createCloser } from "../../oracle/platform/closer.ts";
import { appendModelEvent, openRetraining } from "../../oracle/platform/database/model-rows.ts";
import { openSharedStore, type SharedStore } from "../../oracle/platform/database/store.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { readDatabase } from "../helpers/read-database.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 120_000;
const ROOT = join(import.meta.dirname, "../..");
const ARTIFACTS_DIR = join(ROOT, "oracle/models/artifacts");
const ENTRY = new URL("../helpers/training-stand-in.ts", import.meta.url);
const CHILD = join(ROOT, "test/helpers/retraining-child.ts");
const MODEL = "quantile-net";

const promotionSchema = z.object({
  promotion: z.object({
    modelsDir: z.string(),
    bundleHash: z.string(),
    calldata: z.custom<`0x${string}`>((value) => typeof value === "string" && value.startsWith("0x")),
    propose: z.string(),
  }),
});

const request = (seed: string, id: string = randomUUID()) => ({ id, model: MODEL, data: [], seed });

async function open(dataDir: string): Promise<{ readonly desk: RetrainingDesk; readonly closer: Closer }> {
  const logger = createLogger({ level: "silent" });
  const closer = createCloser(logger);
  const desk = await openRetrainingDesk({
    config: { dataDir, databaseUrl: null, redisUrl: null },
    artifactsDir: ARTIFACTS_DIR,
    closer,
    logger,
    train: (order, hooks) => runTrainingThread(ENTRY, order, hooks),
    lookEveryMs: 20,
  });
  return { desk, closer };
}

describe("retraining", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  let closer: Closer;
  let desk: RetrainingDesk;

  before(async () => {
    folder = temporaryFolder();
    ({ desk, closer } = await open(folder.path));
  });
  after(async () => {
    await closer.close();
    folder.remove();
  });

  it("error: a training that fails, and a thread that just ends, are failed rows with the reason in the log", async () => {
    for (const [seed, reason] of [
      ["fail", /TRAINING_DIVERGED/],
      ["leave", /RETRAINING_THREAD_ENDED/],
    ] as const) {
      const row = await desk.run(request(seed), () => {});
      assert.equal(row.state, "failed");
      assert.match(row.error ?? "", reason);
    }
    assert.deepEqual(await newest(desk, 4), ["failed", "requested", "failed", "requested"]);
  });

  it("behavior: a cancelled retraining ends its thread and says so; an ended one cannot be cancelled", async () => {
    const hanging = request("hang");
    const running = desk.run(hanging, () => {});
    await untilRunning(desk, hanging.id);
    assert.equal(await desk.cancel(hanging.id), true);
    const row = await running;
    assert.equal(row.state, "cancelled");
    assert.match(row.error ?? "", /RETRAINING_CANCELLED/);
    assert.equal(await desk.cancel(hanging.id), false);
    assert.deepEqual(await newest(desk, 1), ["cancelled"]);
  });

  it("behavior: a better challenger is promoted: models, card and the call of the DAO are written, nothing in use changes", async () => {
    const seen: number[] = [];
    const row = await desk.run(request("promote"), ({ progress }) => seen.push(progress));
    assert.deepEqual([row.state, row.progress, row.attempts], ["done", 1, 1]);
    assert.deepEqual(
      seen,
      seen.toSorted((left, right) => left - right),
    );
    const { promotion } = promotionSchema.parse(row.result);
    const { bundleHash } = await installedModels(promotion.modelsDir);
    assert.equal(promotion.bundleHash, bundleHash);
    const call = decodeFunctionData({ abi: riskOracleAbi, data: promotion.calldata });
    assert.deepEqual([call.functionName, call.args], ["setModelAllowed", [bundleHash, true]]);
    assert.ok(promotion.propose.includes(`--call riskOracle.setModelAllowed --args '["${bundleHash}",true]'`));
    const text = readFileSync(join(promotion.modelsDir, "../promotion.md"), "utf8");
    assert.ok(text.startsWith("# diff") && text.includes(bundleHash) && text.includes(promotion.calldata));
    const [event] = await desk.events();
    assert.deepEqual([event?.event, event?.champion, event?.challenger], ["promoted", "0x01", "0x02"]);
  });

  it("behavior: a challenger that is not better is kept out", async () => {
    const row = await desk.run(request("keep"), () => {});
    assert.equal(row.state, "done");
    assert.equal(existsSync(join(folder.path, "retrainings", row.id, "promotion")), false);
    assert.deepEqual(await newest(desk, 2), ["kept", "requested"]);
  });

  it("behavior: a process that stops in order puts its training back, and the next one begins it again", async () => {
    const hanging = request("hang");
    const running = desk.run(hanging, () => {});
    const stopped = assert.rejects(running);
    await untilRunning(desk, hanging.id);
    await Promise.all([closer.close(), stopped]);
    ({ desk, closer } = await open(folder.path));
    const row = (await desk.list()).find(({ id }) => id === hanging.id);
    assert.deepEqual([row?.state, row?.attempts, row?.progress], ["waiting", 0, 0]);
  });
});

describe("retraining after a death", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it("error: one open retraining a model, a log that only grows, and two deaths are enough", async () => {
    const id = randomUUID();
    await readDatabase(folder.path, async (pool) => {
      const { db } = await openSharedStore(pool);
      const row = { model: MODEL, request: { data: [], seed: "keep" }, atSec: 1 };
      await openRetraining(db, { id, ...row });
      const again = openRetraining(db, { id: randomUUID(), ...row });
      await assert.rejects(again, (error) => hasCode(error, "RETRAINING_RUNNING"));
      await pool.query("UPDATE plimsoll.retrainings SET attempts = 2 WHERE id = $1", [id]);
      const event = { recordedAtSec: 1, model: MODEL, event: "kept", champion: null, challenger: null } as const;
      await appendModelEvent(db, { ...event, detail: {} });
      for (const change of ["UPDATE plimsoll.model_events SET model = 'x'", "DELETE FROM plimsoll.model_events"])
        await assert.rejects(pool.query(change), /append-only/);
      await logAlarms(db);
    });
    const { desk, closer } = await open(folder.path);
    await desk.run(request("keep"), () => {});
    const given = (await desk.list()).find((row) => row.id === id);
    await closer.close();
    assert.equal(given?.state, "failed");
    assert.match(given?.error ?? "", /RETRAINING_DIED/);
  });

  it("behavior: the training of a killed process is begun again by the next", async () => {
    const id = randomUUID();
    await startAndKill(folder.path, id);
    const { desk, closer } = await open(folder.path);
    const next = await desk.run(request("keep"), () => {});
    const resumed = (await desk.list()).find((row) => row.id === id);
    await closer.close();
    assert.deepEqual([resumed?.state, resumed?.attempts], ["done", 2]);
    assert.deepEqual([next.state, next.attempts], ["done", 1]);
  });
});

/** An alarm is logged once, also by a log that is opened again. */
async function logAlarms(db: SharedStore["db"]): Promise<void> {
  const state: DriftState = {
    asset: "BTC",
    atSec: 20,
    sinceSec: 0,
    steps: 50,
    recentLoss: 2,
    alarm: { atSec: 10, detector: "page-hinkley" },
    isDoubted: true,
    widening: [1, 1, 1, 1],
  };
  for (const atSec of [20, 30]) {
    let shown: readonly ModelEvent[] = [];
    const show = (events: readonly ModelEvent[]): void => {
      shown = events;
    };
    const note = await openModelLog({ db, show });
    await note([{ ...state, atSec }]);
    await note([
      { ...state, atSec: atSec + 1 },
      { ...state, asset: "ETH", isDoubted: false },
    ]);
    assert.deepEqual(
      shown.map(({ event }) => event),
      ["alarm", "kept"],
    );
  }
}

async function newest(desk: RetrainingDesk, count: number): Promise<readonly string[]> {
  return (await desk.events()).slice(0, count).map(({ event }) => event);
}

async function untilRunning(desk: RetrainingDesk, id: string): Promise<void> {
  for (;;) {
    const row = (await desk.list()).find((found) => found.id === id);
    if (row !== undefined && row.state === "running" && row.progress > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function startAndKill(dataDir: string, id: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dataDir, id], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  child.kill("SIGKILL");
  await once(child, "exit");
}
