/** Jobs and lock survive a SIGKILL; a living holder is respected; Redis may go away and come back. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, it } from "mocha";
import { hasCode } from "../../oracle/domain/errors.ts";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../oracle/platform/database/database.ts";
import { createLogger } from "../../oracle/platform/logger.ts";
import { createQueues } from "../../oracle/platform/queue/queues.ts";
import { startRedis } from "../helpers/redis.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const logger = createLogger({ level: "silent" });
const CHILD = fileURLToPath(new URL("../helpers/queue-child.ts", import.meta.url));
const WANTED_JOBS = 100;

function spawnChild(dataDir: string): ChildProcess {
  return spawn(process.execPath, [CHILD, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Reads acknowledged rounds until there are enough, then kills the child mid-work; returns all that were written. */
async function killAfter(child: ChildProcess, jobs: number): Promise<readonly number[]> {
  assert.ok(child.stdout);
  const acknowledged: number[] = [];
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === jobs) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}

async function processedRounds(dataDir: string, atLeast: number): Promise<ReadonlySet<number>> {
  const lock = lockDataDir(dataDir);
  const database = await openDatabase({ url: null, lock, logger });
  const queues = await createQueues({ target: { pool: database.pool }, logger });
  const seen = new Set<number>();
  await new Promise<void>((resolve) => {
    queues.worker(
      "round-schedule",
      async ({ round }) => {
        seen.add(round);
        if (seen.size >= atLeast) resolve();
      },
      { concurrency: 8 },
    );
  });
  await queues.close();
  await database.close();
  lock.release();
  return seen;
}

describe("a killed node", () => {
  it("behavior: every acknowledged job is found again and the stale lock is taken over", async () => {
    const folder = temporaryFolder();
    const acknowledged = await killAfter(spawnChild(folder.path), WANTED_JOBS);
    assert.ok(acknowledged.length >= WANTED_JOBS);
    const seen = await processedRounds(folder.path, acknowledged.length);
    assert.deepEqual(
      acknowledged.filter((round) => !seen.has(round)),
      [],
    );
    folder.remove();
  });

  it("error: DATA_DIR_LOCKED names the living process, whose data stays intact", async () => {
    const folder = temporaryFolder();
    const child = spawnChild(folder.path);
    assert.ok(child.stdout);
    await once(child.stdout, "data");
    assert.throws(
      () => lockDataDir(folder.path),
      (error) => hasCode(error, "DATA_DIR_LOCKED") && error.context.pid === child.pid,
    );
    child.kill("SIGKILL");
    await once(child, "exit");
    lockDataDir(folder.path).release();
    folder.remove();
  });
});

describe("createQueues on a Redis that is killed", () => {
  it("behavior: the worker goes on after the restart, without a new process", async function () {
    const server = await startRedis();
    if (server === null) return this.skip();
    const queues = await createQueues({ target: { redisUrl: server.url }, logger });
    const seen: number[] = [];
    const waiters = new Map<number, () => void>();
    queues.worker("round-schedule", async ({ round }) => {
      seen.push(round);
      waiters.get(round)?.();
    });
    const processed = (round: number) => new Promise<void>((resolve) => waiters.set(round, resolve));
    const first = processed(1);
    await queues.queue("round-schedule").add({ round: 1, atSec: 0 });
    await first;
    await server.kill();
    await server.restart();
    const second = processed(2);
    await queues.queue("round-schedule").add({ round: 2, atSec: 0 });
    await second;
    assert.deepEqual(seen, [1, 2]);
    await queues.close();
    await server.stop();
  });

  it("error: REDIS_UNREACHABLE masks the password", async () => {
    const target = { redisUrl: "redis://user:secret@127.0.0.1:1" };
    await assert.rejects(
      createQueues({ target, logger }),
      (error) => hasCode(error, "REDIS_UNREACHABLE") && !String(error.context.url).includes("secret"),
    );
  });
});
