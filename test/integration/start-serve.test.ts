/** `start --serve`: every route answers during the rounds and after them, readiness is real, SIGTERM ends it. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { locksIn, type MainJob, startMainJob, summaryOf } from "../helpers/main-job.ts";
import { runScript } from "../helpers/run-script.ts";
import { RUN_SUMMARY_SCHEMA } from "../helpers/run-summary-schema.ts";
import { type TemporaryFolder, temporaryFolder } from "../helpers/temporary-folder.ts";

const TEST_MS = 240_000;
const ROUNDS = 3;
const GENESIS_SEC = Date.UTC(2026, 0, 4, 12) / 1_000;
const LOOK_AGAIN_MS = 100;
const OK = 200;
const UNAVAILABLE = 503;

const health = z.object({
  status: z.string(),
  components: z.array(z.object({ name: z.string(), state: z.string(), reason: z.string().nullable() })),
});
const positions = z.object({ positions: z.array(z.object({ id: z.string(), rhoBps: z.number(), score: z.number() })) });
const explained = z.array(z.object({ source: z.string(), id: z.string(), explanation: z.string().nullable() }));
const greeks = z.object({
  report: z.object({
    positions: z.array(
      z.object({
        source: z.string(),
        id: z.string(),
        explanation: z.string(),
        sensitivities: z.object({ impliedVol: z.number().positive() }),
      }),
    ),
    groups: z.array(z.object({ total: z.object({ value: z.number().max(0), vega: z.number().max(0) }) })),
  }),
});
const checked = z.object({
  isVerified: z.boolean(),
  steps: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  explanation: z.object({ completenessGap: z.number(), meanings: z.array(z.object({ text: z.string() })) }),
});
const history = z.object({ history: z.object({ state: z.literal("running"), weeks: z.literal(13) }) });
const requirements = z.object({
  requirements: z.object({ cells: z.array(z.object({ rhoBps: z.number() })) }).nullable(),
});
const reports = z.array(z.object({ epoch: z.string(), state: z.string() }));

describe("start --serve", function () {
  this.timeout(TEST_MS);
  let anvil: Anvil;
  let folder: TemporaryFolder;
  let job: MainJob;
  let url: string;

  before(async () => {
    anvil = await startAnvil(["--timestamp", String(GENESIS_SEC), "--accounts", "20"]);
    folder = temporaryFolder();
    const flags = ["--serve", "--port", "0", "--rounds", String(ROUNDS), "--data-dir", folder.path];
    job = startMainJob({ flags: [...flags, "--rpc-url", anvil.rpcUrl, "--finality-blocks", "2"] });
    url = (await job.line(/^serving (http:\S+)/))[1] ?? "";
  });

  after(async () => {
    job?.child.kill("SIGKILL");
    await anvil?.stop();
    folder?.remove();
  });

  async function get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, text: await response.text() };
  }

  async function readiness() {
    const { status, text } = await get("/readyz");
    const { components, ...rest } = health.parse(JSON.parse(text));
    return { code: status, ...rest, states: Object.fromEntries(components.map(({ name, state }) => [name, state])) };
  }

  /** Asks until the answer is as wanted; the test's own time limit ends it otherwise. */
  async function untilReady(code: number) {
    for (;;) {
      const seen = await readiness();
      if (seen.code === code) return seen;
      await pause(LOOK_AGAIN_MS);
    }
  }

  it("behavior: while it is set up it is live, but not ready", async () => {
    assert.equal((await get("/healthz")).status, OK);
    const seen = await readiness();
    assert.equal(seen.code, UNAVAILABLE);
    assert.equal(seen.status, "starting");
    assert.deepEqual(Object.keys(seen.states).sort(), ["chain", "database", "market", "operators", "queues"]);
  });

  it("behavior: during the rounds every route answers and every part is ok", async () => {
    await job.line(/^\[1\//);
    const seen = await untilReady(OK);
    assert.deepEqual(new Set(Object.values(seen.states)), new Set(["ok"]));
    const page = await get("/");
    assert.equal(page.status, OK);
    assert.match(page.text, /<html/);
    const openApi = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse((await get("/v1/openapi.json")).text));
    for (const path of ["/v1/positions", "/v1/positions/{id}", "/v1/reports", "/healthz", "/readyz"]) {
      assert.ok(path in openApi.paths, path);
    }
    assert.ok(positions.parse(JSON.parse((await get("/v1/positions")).text)).positions.length >= 24);
  });

  it("behavior: after the rounds positions, reports and counters show what happened", async () => {
    await job.line(new RegExp(`^\\[${ROUNDS}/`));
    const listed = positions.parse(JSON.parse((await get("/v1/positions")).text)).positions;
    const one = await get(`/v1/positions/${listed[0]?.id}`);
    assert.equal(one.status, OK);
    assert.ok(listed.every(({ rhoBps }) => rhoBps > 0));
    assert.equal((await get("/v1/positions/999999")).status, 404);
    const { report } = greeks.parse(JSON.parse((await get("/v1/greeks")).text));
    const told = explained.parse(JSON.parse((await get("/v1/positions")).text).positions);
    const words = new Map(report.positions.map(({ source, id, explanation }) => [`${source}:${id}`, explanation]));
    assert.ok(words.size > 0 && report.groups.length > 2);
    for (const { source, id, explanation } of told) {
      assert.equal(explanation, words.get(`${source.toLowerCase()}:${id}`) ?? null);
    }
    const kept = reports.parse(JSON.parse((await get("/v1/reports")).text));
    assert.deepEqual(
      kept.map(({ state }) => state),
      Array(ROUNDS).fill("accepted"),
    );
    const { text } = await get("/metrics");
    assert.match(text, new RegExp(`^plimsoll_rounds_total\\{outcome="quorum"\\} ${ROUNDS}$`, "m"));
    assert.match(text, new RegExp(`^plimsoll_reports_total\\{outcome="accepted"\\} ${ROUNDS}$`, "m"));
    assert.match(text, /^plimsoll_ingestion_accepted_total [1-9]\d*$/m);
    assert.match(text, new RegExp(`^plimsoll_positions\\{status="fresh"\\} ${listed.length}$`, "m"));
    assert.match(text, /^plimsoll_queue_depth\{queue="round-schedule"\} \d+$/m);
  });

  it("behavior: an explanation is checked against the chain by the command; a report that is not kept has none", async () => {
    const [, chainUrl = "", oracle = ""] = await job.line(/^chain 31337 at (\S+), oracle (0x\w+)$/);
    const explain = async (source: string) => {
      const where = ["--node", url, "--rpc-url", chainUrl, "--chain-id", "31337", "--oracle", oracle];
      return await runScript("oracle/main.ts", [
        "explain",
        "--position",
        "1",
        "--json",
        ...where,
        ...source.split(" "),
      ]);
    };
    // The newest round is explained beside everything else; the test's own time limit ends it otherwise.
    while ((await get("/v1/positions/1/explanation")).status !== OK) await pause(LOOK_AGAIN_MS);
    const [first] = explained.parse(JSON.parse((await get("/v1/positions")).text).positions);
    const { code, stdout } = await explain(`--source ${first?.source}`);
    const told = checked.parse(JSON.parse(stdout));
    assert.equal(code, 0);
    assert.ok(told.isVerified && told.steps.every(({ ok }) => ok));
    assert.ok(told.explanation.completenessGap < 1e-9 && told.explanation.meanings.length >= 6);
    assert.match((await explain("--report 1")).stderr, /EXPLANATION_UNKNOWN/);
  });

  it("behavior: simulated days are being made, and new positions have requirements out of a signed round", async () => {
    history.parse(JSON.parse((await get("/v1/history")).text));
    const ask = async () => requirements.parse(JSON.parse((await get("/v1/requirements/BTC")).text)).requirements;
    let found = await ask();
    while (found === null) found = await ask();
    assert.equal(found.cells.length, 216);
  });

  it("behavior: the transactions of the reports are watched until they are final", async () => {
    const isFinal = /^plimsoll_transactions_total\{outcome="final"\} [1-9]$/m;
    // Every transaction is looked at again after some seconds; the test's own time limit ends it otherwise.
    while (!isFinal.test((await get("/metrics")).text)) await pause(LOOK_AGAIN_MS);
    assert.match((await get("/metrics")).text, /^plimsoll_queue_depth\{queue="tx-watch"\} \d$/m);
  });

  it("behavior: when the chain goes away it is live, but no longer ready", async () => {
    await anvil.stop();
    const seen = await untilReady(UNAVAILABLE);
    assert.equal(seen.status, "failed");
    assert.deepEqual(
      Object.entries(seen.states).filter(([, state]) => state !== "ok"),
      [["chain", "failed"]],
    );
    assert.equal((await get("/healthz")).status, OK);
  });

  it("behavior: SIGTERM sums up, ends with 0 and leaves no lock", async () => {
    job.child.kill("SIGTERM");
    const summary = RUN_SUMMARY_SCHEMA.parse(summaryOf(await job.ended));
    assert.equal(summary.rounds, ROUNDS);
    assert.deepEqual(locksIn(folder.path), []);
    await assert.rejects(fetch(`${url}/healthz`));
  });
});
