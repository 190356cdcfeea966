/** Bad input to the main job: one readable error before anything expensive happens, and nothing half-written. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { FALLBACK_BIT } from "../../oracle/domain/prediction.ts";
import { lockDataDir } from "../../oracle/platform/data-dir-lock.ts";
import { startAnvil } from "../helpers/anvil.ts";
import { freePort } from "../helpers/free-port.ts";
import { locksIn, type MainJobOptions, runMainJob, summaryOf } from "../helpers/main-job.ts";
import { readDatabase } from "../helpers/read-database.ts";
import { RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 240_000;
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2022, 5, 1);
const OTHER_CHAIN = "0x539";
/** A day after the simulator's start. */
const LATE_SEC = Date.UTC(2026, 0, 6) / 1_000;

describe("start with bad input", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  let dataDir: string;

  before(() => {
    folder = temporaryFolder();
    dataDir = join(folder.path, "state");
  });

  after(() => folder.remove());

  /** Runs the job and checks the form of its failure; returns all that it said. */
  async function fails(code: string, options: MainJobOptions): Promise<string> {
    const end = await runMainJob({ ...options, flags: ["--data-dir", dataDir, ...options.flags] });
    const said = end.stderr.join("\n");
    assert.equal(end.code, 1, said);
    assert.equal(end.stdout, "");
    assert.equal(end.stderr.length, 1, said);
    assert.match(said, new RegExp(`^${code}: \\S.+\\. \\S.+\\.$`));
    if (existsSync(dataDir)) assert.deepEqual(locksIn(dataDir), []);
    return said;
  }

  it("error: SCENARIO_NEEDS_DATA and SCENARIO_UNKNOWN name the scenario", async () => {
    assert.ok((await fails("SCENARIO_NEEDS_DATA", { flags: ["--scenario", "nope"] })).includes("nope"));
    const flags = ["--scenario", "nope", "--data", folder.path];
    assert.ok((await fails("SCENARIO_UNKNOWN", { flags })).includes("nope"));
  });

  it("error: CONFIG_INVALID_VALUE names flag or variable, value and limit", async () => {
    assert.match(await fails("CONFIG_INVALID_VALUE", { flags: ["--rounds", "0"] }), /rounds.*0.*1/);
    assert.match(await fails("CONFIG_INVALID_VALUE", { flags: ["--operators", "3"] }), /operators.*3.*4/);
    const environment = { PLIMSOLL_LOG_LEVEL: "loud" };
    assert.match(await fails("CONFIG_INVALID_VALUE", { flags: [], environment }), /logLevel.*loud.*silent/);
  });

  it("error: DATA_UNREADABLE names the path", async () => {
    const path = join(folder.path, "absent");
    assert.ok((await fails("DATA_UNREADABLE", { flags: ["--data", path] })).includes(path));
  });

  it("error: DATA_MALFORMED names file, line and value", async () => {
    const path = join(folder.path, "BTCUSDT-1h-2022-06.csv");
    const row = (hour: number, close: string) => [START_MS + hour * HOUR_MS, 1, 1, 1, close, 1, 0, 0, 0, 0, 0, 0];
    writeFileSync(path, [row(0, "1"), row(1, "twelve"), row(2, "1")].map((cells) => cells.join(",")).join("\n"));
    const said = await fails("DATA_MALFORMED", { flags: ["--data", path] });
    assert.ok(said.includes(path) && said.includes("2") && said.includes("twelve"));
  });

  it("error: DATA_DIR_UNUSABLE for a file in the place of the data folder", async () => {
    const path = join(folder.path, "a-file");
    writeFileSync(path, "");
    assert.ok((await fails("DATA_DIR_UNUSABLE", { flags: ["--data-dir", path] })).includes(path));
  });

  it("error: DATA_DIR_LOCKED names the process that holds it", async () => {
    const held = join(folder.path, "held");
    const lock = lockDataDir(held);
    const said = await fails("DATA_DIR_LOCKED", { flags: ["--data-dir", held] });
    assert.ok(said.includes(String(process.pid)));
    assert.equal(locksIn(held).length, 1);
    lock.release();
  });

  it("error: API_PORT_BUSY names the port", async () => {
    const server = createServer();
    const port = await listen(server);
    assert.ok((await fails("API_PORT_BUSY", { flags: ["--serve", "--port", String(port)] })).includes(String(port)));
    server.close();
  });

  it("error: RPC_UNREACHABLE and CHAIN_ID_MISMATCH name the URL and both ids", async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    assert.ok((await fails("RPC_UNREACHABLE", { flags: ["--rpc-url", nowhere] })).includes(nowhere));
    const server = createServer(answerOtherChain);
    const url = `http://127.0.0.1:${await listen(server)}`;
    const said = await fails("CHAIN_ID_MISMATCH", { flags: ["--rpc-url", url] });
    assert.ok(said.includes(url) && said.includes("1337") && said.includes("31337"));
    server.close();
  });

  it("error: CHAIN_AHEAD_OF_MARKET and CHAIN_ACCOUNTS_MISSING before anything is deployed", async () => {
    const late = await startAnvil(["--timestamp", String(LATE_SEC)]);
    await fails("CHAIN_AHEAD_OF_MARKET", { flags: ["--rpc-url", late.rpcUrl] });
    await late.stop();
    const poor = await startAnvil(["--accounts", "3"]);
    await fails("CHAIN_ACCOUNTS_MISSING", { flags: ["--rpc-url", poor.rpcUrl] });
    await poor.stop();
  });

  it("error: DATABASE_UNREACHABLE and REDIS_UNREACHABLE show the URL without its password", async () => {
    const at = `127.0.0.1:${await freePort()}`;
    const database = { DATABASE_URL: `postgres://user:s3cret@${at}/db` };
    const redis = { REDIS_URL: `redis://:s3cret@${at}` };
    for (const said of [
      await fails("DATABASE_UNREACHABLE", { flags: [], environment: database }),
      await fails("REDIS_UNREACHABLE", { flags: [], environment: redis }),
    ]) {
      assert.ok(said.includes(at) && !said.includes("s3cret"));
    }
  });

  it("behavior: after all these failures the same data folder works; a missing artefact is flagged, not fatal", async () => {
    const models = join(folder.path, "no-models");
    mkdirSync(models);
    const flags = ["--data-dir", dataDir, "--rounds", "1", "--models-dir", models];
    const summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(await runMainJob({ flags })));
    assert.deepEqual(summary.reports, { signed: 1, accepted: 1, held: 0, rejected: 0 });
    assert.deepEqual(
      summary.models.map(({ id }) => id),
      ["garch"],
    );
    for (const { payload } of await observationsOf(dataDir)) {
      assert.notEqual(payload.fallbackBits & (1 << FALLBACK_BIT["artefact-missing"]), 0);
    }
  });
});

const observationRows = z.array(z.object({ payload: z.object({ fallbackBits: z.number() }) })).min(1);

async function observationsOf(dataDir: string) {
  return await readDatabase(dataDir, async (pool) => {
    const { rows } = await pool.query("SELECT payload FROM operator_0.observations");
    return observationRows.parse(rows);
  });
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

const rpcRequest = z.object({ id: z.union([z.number(), z.string()]) });

/** Answers every JSON-RPC request, single or in a batch, with another chain's id. */
const answerOtherChain: Parameters<typeof createServer>[1] = async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
  const answer = (call: unknown) => ({ jsonrpc: "2.0", id: rpcRequest.parse(call).id, result: OTHER_CHAIN });
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(Array.isArray(body) ? body.map(answer) : answer(body)));
};
