/** The main job on servers instead of the embedded database: only the environment changes. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { after, before, describe, it } from "mocha";
import { Client } from "pg";
import { runMainJob, summaryOf } from "../helpers/main-job.ts";
import { type PostgresServer, startPostgres } from "../helpers/postgres.ts";
import { type RedisServer, startRedis } from "../helpers/redis.ts";
import { RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 240_000;
const ROUNDS = 2;
const OPERATORS = 4;

describe("start on servers", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  let postgres: PostgresServer;
  let redis: RedisServer;

  before(async function () {
    const servers = [await startPostgres(), await startRedis()] as const;
    const [database, queues] = servers;
    if (database === null || queues === null) {
      await Promise.all(servers.map((server) => server?.stop()));
      return this.skip();
    }
    postgres = database;
    redis = queues;
    folder = temporaryFolder();
  });

  after(async () => {
    await postgres?.stop();
    await redis?.stop();
    folder?.remove();
  });

  async function run(environment: Readonly<Record<string, string>>): Promise<void> {
    const flags = ["--rounds", String(ROUNDS), "--data-dir", folder.path];
    const summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(await runMainJob({ flags, environment })));
    assert.deepEqual(summary.reports, { signed: ROUNDS, accepted: ROUNDS, held: 0, rejected: 0 });
    assert.equal(summary.observations, ROUNDS * OPERATORS);
  }

  async function count(table: string): Promise<number> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    await client.end();
    return rows[0]?.n ?? 0;
  }

  it("behavior: DATABASE_URL keeps state and queues on PostgreSQL, nothing in the data folder", async () => {
    await run({ DATABASE_URL: postgres.url });
    assert.equal(await count("plimsoll.reports"), ROUNDS);
    for (let index = 0; index < OPERATORS; index += 1) {
      assert.equal(await count(`operator_${index}.observations`), ROUNDS);
    }
    assert.equal(existsSync(join(folder.path, "db")), false);
  });

  it("behavior: REDIS_URL beside it keeps the queues on Redis", async () => {
    await run({ DATABASE_URL: postgres.url, REDIS_URL: redis.url });
    assert.equal(await count("plimsoll.reports"), 2 * ROUNDS);
    const client = new Redis(redis.url);
    const keys = await client.keys("bull:*");
    client.disconnect();
    assert.ok(keys.some((key) => key.includes("round-schedule")));
    assert.ok(keys.some((key) => key.includes("tx-submit")));
  });
});
