/** The same queue code on the embedded database, on PostgreSQL and on Redis, against real servers. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { hasCode } from "../../oracle/domain/errors.ts";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { type Database, openDatabase } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import type { QueueTarget } from "../../oracle/platform/queue/backend.ts";
import type { JobData } from "../../oracle/platform/queue/jobs.ts";
import { createQueues, type Queues } from "../../oracle/platform/queue/queues.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { startRedis } from "../helpers/redis.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

interface Fixture {
  readonly target: QueueTarget;
  close(): Promise<void>;
}

const logger = createLogger({ level: "silent" });
const DIGEST = `0x${"ab".repeat(32)}`;
/** Attempts of a job of `tx-watch`. */
const ATTEMPTS = 10;

async function databaseFixture(url: string | null, stop: () => Promise<void>): Promise<Fixture> {
  const folder = temporaryFolder();
  const lock = lockDataDir(folder.path);
  const database: Database = await openDatabase({ url, lock, logger });
  const close = async (): Promise<void> => {
    await database.close();
    lock.release();
    await stop();
    folder.remove();
  };
  return { target: { pool: database.pool }, close };
}

const BACKENDS: Readonly<Record<string, () => Promise<Fixture | null>>> = {
  embedded: () => databaseFixture(null, async () => {}),
  postgres: async () => {
    const server = await startPostgres();
    return server === null ? null : await databaseFixture(server.url, server.stop);
  },
  redis: async () => {
    const server = await startRedis();
    return server === null ? null : { target: { redisUrl: server.url }, close: server.stop };
  },
};

/** A promise and its switch. */
function signal(): { readonly promise: Promise<void>; readonly fire: () => void } {
  let fire = (): void => {};
  const promise = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { promise, fire };
}

for (const [name, open] of Object.entries(BACKENDS)) {
  describe(`createQueues on ${name}`, () => {
    let fixture: Fixture;
    let queues: Queues;

    before(async function () {
      const opened = await open();
      if (opened === null) return this.skip();
      fixture = opened;
      queues = await createQueues({ target: fixture.target, logger });
    });

    after(async () => {
      await queues?.close();
      await fixture?.close();
    });

    it("error: QUEUE_JOB_INVALID before anything is stored", async () => {
      const invalid = { operator: -1, epoch: "1", digest: DIGEST };
      await assert.rejects(queues.queue("tx-submit").add(invalid), (error) => hasCode(error, "QUEUE_JOB_INVALID"));
      assert.equal(await queues.queue("tx-submit").depth(), 0);
    });

    it("default: every job reaches the worker once and leaves nothing behind", async () => {
      const queue = queues.queue("round-schedule");
      const wanted = Array.from({ length: 50 }, (_, round) => round);
      await Promise.all(wanted.map((round) => queue.add({ round, atSec: 0 })));
      const seen: number[] = [];
      const done = signal();
      const worker = queues.worker("round-schedule", async ({ round }) => {
        seen.push(round);
        if (seen.length === wanted.length) done.fire();
      });
      await done.promise;
      await worker.close();
      assert.deepEqual(
        seen.toSorted((a, b) => a - b),
        wanted,
      );
      assert.equal(await queue.depth(), 0);
    });

    it("behavior: while one submission runs, only the newest of the later ones is kept", async () => {
      const queue = queues.queue("tx-submit");
      const started = signal();
      const release = signal();
      const finished = signal();
      const seen: string[] = [];
      const worker = queues.worker("tx-submit", async ({ epoch }: JobData<"tx-submit">) => {
        seen.push(epoch);
        started.fire();
        if (seen.length === 1) await release.promise;
        else finished.fire();
      });
      await queue.add({ operator: 0, epoch: "1", digest: DIGEST });
      await started.promise;
      for (const epoch of ["2", "3", "4"]) await queue.add({ operator: 0, epoch, digest: DIGEST });
      release.fire();
      await finished.promise;
      await worker.close();
      assert.deepEqual(seen, ["1", "4"]);
    });

    it("behavior: a job that failed is tried again", async () => {
      const succeeded = signal();
      let attempts = 0;
      const worker = queues.worker("settlement-keeper", async () => {
        attempts += 1;
        if (attempts === 1) throw new Error("first attempt");
        succeeded.fire();
      });
      await queues.queue("settlement-keeper").add({ seriesId: "7", expirySec: 8 });
      await succeeded.promise;
      await worker.close();
      assert.equal(attempts, 2);
    });

    it("behavior: a postponed job frees its worker, keeps its key, uses up no attempt, and comes again", async () => {
      const [first, second] = ["1", "2"].map((digit) => ({ digest: DIGEST, transactionHash: `0x${digit.repeat(64)}` }));
      assert.ok(first !== undefined && second !== undefined);
      const queue = queues.queue("tx-watch");
      const [isPut, isDone] = [signal(), signal()];
      let looks = 0;
      let isFinal = false;
      const worker = queues.worker("tx-watch", async ({ transactionHash }, { isLast, postpone }) => {
        if (transactionHash === second.transactionHash) return isPut.fire();
        assert.equal(isLast, false);
        looks += 1;
        if (!isFinal || looks <= ATTEMPTS) postpone(1);
        else isDone.fire();
      });
      const id = await queue.add(first);
      await queue.add(second);
      await isPut.promise;
      assert.equal(await queue.add(first), id);
      isFinal = true;
      await isDone.promise;
      await worker.close();
      assert.ok(looks > ATTEMPTS);
      assert.equal(await queue.depth(), 0);
    });

    it("behavior: a postponed job is still there for the next worker", async () => {
      const queue = queues.queue("tx-watch");
      const looked = signal();
      const worker = queues.worker("tx-watch", async (_data, { postpone }) => {
        postpone(1);
        looked.fire();
      });
      await queue.add({ digest: DIGEST, transactionHash: DIGEST });
      await looked.promise;
      await worker.close();
      assert.equal(await queue.depth(), 1);
      const again = signal();
      const next = queues.worker("tx-watch", async () => again.fire());
      await again.promise;
      await next.close();
      assert.equal(await queue.depth(), 0);
    });

    it("behavior: a waiting worker takes a job as soon as it is added", async () => {
      const done = signal();
      const worker = queues.worker("explain", async () => done.fire());
      await queues.queue("explain").add({ operator: 0, epoch: "1" });
      await done.promise;
      await worker.close();
    });
  });
}
