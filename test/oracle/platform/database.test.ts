import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { after, before, describe, it } from "mocha";
import type { Pool } from "pg";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { Hex } from "../../../oracle/domain/units.ts";
import { type DataDirLock, lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import {
  connectDatabase,
  type Database,
  openDatabase,
  transferOf,
} from "../../../oracle/platform/database/database.ts";
import { migrate } from "../../../oracle/platform/database/migrate.ts";
import { SHARED_0001_INITIAL } from "../../../oracle/platform/database/migrations/shared-0001-initial.ts";
import { SHARED_0002_SLOTS } from "../../../oracle/platform/database/migrations/shared-0002-slots.ts";
import { SHARED_0003_FINALITY } from "../../../oracle/platform/database/migrations/shared-0003-finality.ts";
import { openOperatorStore, openSharedStore } from "../../../oracle/platform/database/store.ts";
import { createLogger } from "../../../oracle/platform/logger.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const logger = createLogger({ level: "silent" });
const SLOT = { configDigest: "0xc1", epoch: 5n } as const;
const COUNTER_WORKER = new URL("../../helpers/counter-worker.ts", import.meta.url);

describe("the embedded database", () => {
  let folder: TemporaryFolder;
  let lock: DataDirLock;
  let database: Database;
  let pool: Pool;

  before(async () => {
    folder = temporaryFolder();
    lock = lockDataDir(folder.path);
    database = await openDatabase({ url: null, lock, logger });
    pool = database.pool;
  });
  after(async () => {
    await database.close();
    lock.release();
    folder.remove();
  });

  it("error: DATABASE_UNREACHABLE masks the password of a server that does not answer", async () => {
    const url = "postgres://user:secret@127.0.0.1:1/db";
    await assert.rejects(
      openDatabase({ url, lock, logger }),
      (error) => hasCode(error, "DATABASE_UNREACHABLE") && !error.message.includes("secret"),
    );
  });

  it("error: a failed statement carries its SQLSTATE and leaves the connection usable", async () => {
    await assert.rejects(pool.query("SELECT * FROM nowhere WHERE x = $1", [1]), { code: "42P01" });
    assert.deepEqual((await pool.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
  });

  it("default: values come back as the driver gives them from a server", async () => {
    const { rows } = await pool.query("SELECT 9007199254740993::bigint AS big, $1::jsonb AS json, $2::text[] AS list", [
      { a: 1 },
      ["x", "y"],
    ]);
    assert.deepEqual(rows, [{ big: "9007199254740993", json: { a: 1 }, list: ["x", "y"] }]);
  });

  it("behavior: a query of another connection never runs inside an open transaction", async () => {
    await pool.query("CREATE TABLE public.apart (n int)");
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO public.apart VALUES (1)");
    const outside = pool.query("INSERT INTO public.apart VALUES (2)");
    await client.query("ROLLBACK");
    client.release();
    await outside;
    assert.deepEqual((await pool.query("SELECT n FROM public.apart")).rows, [{ n: 2 }]);
  });

  it("behavior: a connection that is lost inside a transaction is rolled back", async () => {
    await pool.query("CREATE TABLE public.lost (n int)");
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO public.lost VALUES (1)");
    client.release(true);
    assert.deepEqual((await pool.query("SELECT n FROM public.lost")).rows, []);
  });

  it("behavior: transactions of several threads do not lose updates", async () => {
    await pool.query("CREATE TABLE public.counter (n int)");
    await pool.query("INSERT INTO public.counter VALUES (0)");
    const workers = [0, 1, 2].map(() => {
      const handle = database.openHandle();
      return new Worker(COUNTER_WORKER, {
        workerData: { handle, increments: 20 },
        transferList: [...transferOf(handle)],
      });
    });
    const codes = await Promise.all(workers.map(async (worker) => (await once(worker, "exit"))[0]));
    assert.deepEqual(codes, [0, 0, 0]);
    assert.deepEqual((await pool.query("SELECT n FROM public.counter")).rows, [{ n: 60 }]);
  });

  it("behavior: a notification reaches listeners on other connections only", async () => {
    const listener = await pool.connect();
    await listener.query("LISTEN news");
    const notified = once(listener, "notification");
    await pool.query("SELECT pg_notify('news', 'payload')");
    const [message] = await notified;
    assert.equal(message.payload, "payload");
    listener.release(true);
  });

  it("behavior: a second pool over the same database sees the same data", async () => {
    const second = connectDatabase(database.openHandle(), logger);
    await pool.query("CREATE TABLE public.seen (n int)");
    assert.deepEqual((await second.query("SELECT n FROM public.seen")).rows, []);
    await second.end();
  });

  it("error: DATABASE_SCHEMA_NEWER when a newer program migrated the schema", async () => {
    const steps = [1, 2].map((version) => ({
      version,
      name: `step-${version}`,
      sql: `CREATE TABLE t${version} (n int)`,
    }));
    assert.equal(await migrate(pool, "newer", steps), 2);
    await assert.rejects(migrate(pool, "newer", steps.slice(0, 1)), (error) => hasCode(error, "DATABASE_SCHEMA_NEWER"));
  });

  it("error: DATABASE_SCHEMA_NAME for a name that would need quoting", async () => {
    await assert.rejects(migrate(pool, 'x"; DROP', []), (error) => hasCode(error, "DATABASE_SCHEMA_NAME"));
  });

  it("behavior: a migration that fails half-way leaves nothing", async () => {
    const broken = [{ version: 1, name: "broken", sql: "CREATE TABLE half (n int); SELECT nonsense" }];
    await assert.rejects(migrate(pool, "halfway", broken));
    const { rows } = await pool.query("SELECT 1 FROM pg_namespace WHERE nspname = 'halfway'");
    assert.deepEqual(rows, []);
  });

  it("openOperatorStore: a signed submission is found again after a restart, the last one saved", async () => {
    const store = await openOperatorStore(pool, 0);
    assert.equal(await store.submission("0xd"), null);
    await store.saveSubmission("0xd", { epoch: 7n, nonce: 3 });
    await store.saveSubmission("0xd", { epoch: 7n, nonce: 4 });
    const reopened = await openOperatorStore(pool, 0);
    assert.deepEqual(await reopened.submission("0xd"), { epoch: "7", nonce: 4 });
  });

  it("openOperatorStore: operators do not see each other, observations and cursors are kept", async () => {
    const [zero, one] = [await openOperatorStore(pool, 0), await openOperatorStore(pool, 1)];
    const record = { slot: SLOT, operator: "0xa", digest: "0xd", payload: { big: 2n ** 70n }, observedAtSec: 1 };
    assert.equal(await zero.saveObservation(record), true);
    assert.equal(await zero.saveObservation({ ...record, digest: "0xother" }), false);
    // A new deployment begins its epochs anew.
    const elsewhere = { ...record, slot: { ...SLOT, configDigest: "0xc2" } as const };
    assert.equal(await zero.saveObservation(elsewhere), true);
    assert.deepEqual(await one.db.selectFrom("observations").selectAll().execute(), []);
    await zero.saveCursor("0xv", { blockNumber: 9n, blockHash: "0xb" });
    await zero.saveCursor("0xv", { blockNumber: 10n, blockHash: "0xc" });
    assert.deepEqual(await zero.cursor("0xv"), { blockNumber: "10", blockHash: "0xc" });
    assert.equal(await one.cursor("0xv"), null);
  });

  it("openOperatorStore: rounds to explain are kept as they were written, the newest 96 of a deployment", async () => {
    const store = await openOperatorStore(pool, 0);
    const slotAt = (epoch: bigint, configDigest: Hex = "0xC1") => ({ configDigest, epoch });
    assert.equal(await store.newestExplained("0xC1"), null);
    await store.saveExplained({ slot: slotAt(1n, "0xC2"), inputs: "other", observedAtSec: 1 });
    for (let epoch = 1n; epoch <= 97n; epoch += 1n)
      await store.saveExplained({ slot: slotAt(epoch), inputs: `{"b":1.0,"a":${epoch}}`, observedAtSec: 1 });
    await store.saveExplained({ slot: slotAt(97n), inputs: "later", observedAtSec: 1 });
    assert.equal(await store.newestExplained("0xc1"), 97n);
    assert.equal(await store.explained(slotAt(1n)), null);
    assert.deepEqual(await store.explained(slotAt(2n)), { inputs: '{"b":1.0,"a":2}', explanations: null });
    await store.saveExplanations(slotAt(97n), "[]");
    assert.deepEqual(await store.explained(slotAt(97n)), { inputs: '{"b":1.0,"a":97}', explanations: "[]" });
    assert.equal((await store.explained(slotAt(1n, "0xC2")))?.inputs, "other");
  });

  it("openSharedStore: a report and its outcomes are replaced as one", async () => {
    const store = await openSharedStore(pool);
    assert.equal(await store.saveReport({ slot: SLOT, digest: "0xd", payload: {}, observedAtSec: 1 }), true);
    assert.deepEqual(await store.pendingReports(SLOT.configDigest), [{}]);
    assert.deepEqual(await store.pendingReports("0xc2"), []);
    const entry = { sourceIndex: 0, positionId: 2n ** 80n, epoch: 1, rhoBps: 500, piBps: 100, score: 200 };
    const receipt = { transactionHash: "0x2", blockNumber: 4n, blockHash: "0x4", gasUsed: 21_000n };
    const result = { state: "accepted", ...receipt, entries: [{ entry, outcome: "applied" }] } as const;
    await store.saveReportResult(SLOT, result);
    await store.saveReportResult(SLOT, result);
    const outcomes = await store.db.selectFrom("entry_outcomes").select(["position_id", "outcome"]).execute();
    assert.deepEqual(outcomes, [{ position_id: String(2n ** 80n), outcome: "applied" }]);
    assert.deepEqual(await store.pendingReports(SLOT.configDigest), []);
  });

  it("openSharedStore: a result is final only as it was seen, and a new one is not final", async () => {
    const store = await openSharedStore(pool);
    const slot = { configDigest: "0xC7", epoch: 7n } as const;
    const seen = { transactionHash: "0x7", blockHash: "0xb7" };
    assert.equal(await store.report("0xd7"), null);
    await store.saveReport({ slot, digest: "0xd7", payload: { n: 7 }, observedAtSec: 1 });
    assert.deepEqual(await store.watchedReports("0xC7"), []);
    const result = { state: "accepted", ...seen, blockNumber: 4n, gasUsed: 1n, entries: [] } as const;
    await store.saveReportResult(slot, result);
    const kept = { digest: "0xd7", payload: { n: 7 }, state: "accepted", ...seen, isFinal: false };
    assert.deepEqual(await store.watchedReports("0xC7"), [kept]);
    assert.equal(await store.markFinal(slot, { ...seen, blockHash: "0xother" }), false);
    assert.equal(await store.markFinal(slot, { ...seen, transactionHash: "0xother" }), false);
    assert.deepEqual(await store.report("0xd7"), kept);
    assert.equal(await store.markFinal(slot, seen), true);
    assert.equal(await store.markFinal(slot, seen), false);
    assert.deepEqual(await store.watchedReports("0xC7"), []);
    await store.saveReportResult(slot, result);
    assert.deepEqual(await store.watchedReports("0xc7"), [kept]);
  });

  it("openSharedStore: what is on its way again is not submitted as new", async () => {
    const store = await openSharedStore(pool);
    const slot = { configDigest: "0xc8", epoch: 8n } as const;
    await store.saveReport({ slot, digest: "0xd8", payload: {}, observedAtSec: 1 });
    const nowhere = { blockNumber: null, blockHash: null, gasUsed: null, entries: [] };
    await store.saveReportResult(slot, { state: "pending", transactionHash: "0x8", ...nowhere });
    assert.deepEqual(await store.pendingReports("0xc8"), []);
    await store.saveReportResult(slot, { state: "pending", transactionHash: null, ...nowhere });
    assert.deepEqual(await store.pendingReports("0xc8"), [{}]);
  });

  it("openSharedStore: reports of before the watch count as final", async () => {
    const { rows } = await pool.query("SELECT version FROM plimsoll.migrations ORDER BY version");
    assert.deepEqual(
      rows.map(({ version }) => version),
      [1, 2, 3, 4, 5],
    );
    await migrate(pool, "older", [SHARED_0001_INITIAL, SHARED_0002_SLOTS]);
    const columns = "config_digest, epoch, digest, state, payload, observed_at";
    await pool.query(`INSERT INTO older.reports (${columns}) VALUES ('0xc', 1, '0xd', 'accepted', '{}', 1)`);
    await migrate(pool, "older", [SHARED_0001_INITIAL, SHARED_0002_SLOTS, SHARED_0003_FINALITY]);
    await pool.query(`INSERT INTO older.reports (${columns}) VALUES ('0xc', 2, '0xe', 'pending', '{}', 1)`);
    const reports = await pool.query("SELECT is_final FROM older.reports ORDER BY epoch");
    assert.deepEqual(reports.rows, [{ is_final: true }, { is_final: false }]);
  });
});
