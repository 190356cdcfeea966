/** `npm run mechanism` on its smallest budget, its log, and its calls. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { parseDeploymentConfig, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { memoryLog } from "../../../scripts/mechanism/evaluation-log.ts";
import { STUDY_CONFIG } from "../../../scripts/mechanism/run-task.ts";
import { study } from "../../../scripts/mechanism/study.ts";
import { runScript } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const SCRIPT = "scripts/mechanism/mechanism.ts";
const figures = z.object({ name: z.string(), cost: z.number(), locked: z.number(), badDebtBps: z.number() });
const answerSchema = z.object({
  model: z.literal("mechanism"),
  recommended: z.object({ classScale: z.number(), betaBps: z.number() }),
  heldOut: z.object({ configured: figures, recommended: figures, lenders: z.array(figures), front: z.array(figures) }),
  stresses: z.array(z.object({ name: z.string() })),
  sweeps: z.record(z.string(), z.array(z.object({ value: z.number(), cost: z.number() }))),
  calls: z.array(z.object({ contract: z.string(), calldata: z.string().regex(/^0x[0-9a-f]+$/) })),
});

describe("npm run mechanism", () => {
  let folder: TemporaryFolder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  it("error: DATA_NOT_FOUND for data without hourly files", async () => {
    const order = { size: "tiny", data: [folder.path], fromSec: null, seed: "none" } as const;
    const asked = study(order, { log: memoryLog(), onProgress: () => {}, nowSec: () => 0 });
    await assert.rejects(asked, (error: unknown) => hasCode(error, "DATA_NOT_FOUND"));
  });

  it("behavior: a killed study goes on without repeating an evaluation, and writes what an undisturbed one finds", async () => {
    const [page, config] = [join(folder.path, "report.html"), join(folder.path, "config.json")];
    const dataDir = join(folder.path, "state");
    const args = ["--size", "tiny", "--json", "--data-dir", dataDir, "--out", page, "--config", config];
    const script = fileURLToPath(new URL(`../../../${SCRIPT}`, import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { stdio: "ignore" });
    const exited = once(child, "exit");
    const lines = await firstEvaluations(dataDir, child);
    child.kill("SIGKILL");
    await exited;
    const { code, stdout, stderr } = await runScript(SCRIPT, args);
    assert.equal(code, 0, stderr);
    const printed: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    const { calls, stresses, heldOut, recommended } = answerSchema.parse(printed);
    assert.ok(calls.length > 0 && stresses.length === 2 && heldOut.lenders.length > 3);
    assert.match(readFileSync(page, "utf8"), /<h1>/);
    const found = parseDeploymentConfig(readFileSync(config, "utf8"), config);
    assert.equal(found.classCommon.betaBps, recommended.betaBps);
    assert.deepEqual(found.markets, (await readDeploymentConfig(STUDY_CONFIG)).markets);
    const order = { size: "tiny", data: [], fromSec: null, seed: "mechanism-1" } as const;
    const { json } = await study(order, { log: memoryLog(), onProgress: () => {}, nowSec: () => 0 });
    const resumed = z.looseObject({ run: runSchema }).parse(printed);
    assert.ok(lines > 0 && resumed.run.made <= json.run.made - lines);
    assert.deepEqual({ ...resumed, run: null }, JSON.parse(JSON.stringify({ ...json, run: null })));
  });
});

const runSchema = z.looseObject({ made: z.number() });

/** Waits until the study has kept some evaluations; how many. Ends with the child, should it end first. */
async function firstEvaluations(dataDir: string, child: ChildProcess): Promise<number> {
  const parent = join(dataDir, "mechanism");
  for (;;) {
    const [id] = existsSync(parent) ? readdirSync(parent) : [];
    const path = join(parent, id ?? "none", "evaluations.jsonl");
    const count = existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
    if (count > 10 || child.exitCode !== null) return count;
    await pause(20);
  }
}
