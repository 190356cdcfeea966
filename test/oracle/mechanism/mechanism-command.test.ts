/** `npm run mechanism` on its smallest budget, its log, and its calls. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { parseDeploymentConfig, readDeploymentConfig } from "../../../scripts/deploy/deployment-config.ts";
import { memoryLog, openEvaluationLog } from "../../../scripts/mechanism/evaluation-log.ts";
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

  it("behavior: prints findings, writes a page and a configuration that can be deployed", async () => {
    const [page, config] = [join(folder.path, "report.html"), join(folder.path, "config.json")];
    const { code, stdout, stderr } = await runScript(SCRIPT, [
      "--size",
      "tiny",
      "--json",
      "--out",
      page,
      "--config",
      config,
    ]);
    assert.equal(code, 0, stderr);
    const answer = answerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.ok(answer.calls.length > 0 && answer.stresses.length > 3 && answer.heldOut.lenders.length > 3);
    assert.match(readFileSync(page, "utf8"), /<h1>/);
    const found = parseDeploymentConfig(readFileSync(config, "utf8"), config);
    const reviewed = await readDeploymentConfig(STUDY_CONFIG);
    assert.equal(found.classCommon.betaBps, answer.recommended.betaBps);
    assert.deepEqual(found.markets, reviewed.markets);
  });

  it("behavior: a study that goes on from its log repeats no evaluation and finds the same", async () => {
    const path = join(folder.path, "evaluations.jsonl");
    const order = { size: "tiny", data: [], fromSec: null, seed: "resumed" } as const;
    const once = async () => {
      const log = openEvaluationLog(path);
      try {
        return (await study(order, { log, onProgress: () => {}, nowSec: () => 0 })).json;
      } finally {
        log.close();
      }
    };
    const first = await once();
    // A kill in the middle of a line: half of the evaluations are left, and a torn last line.
    const lines = readFileSync(path, "utf8").trim().split("\n");
    const kept = lines.slice(0, Math.floor(lines.length / 2));
    writeFileSync(path, `${kept.join("\n")}\n`);
    appendFileSync(path, '{"key":"torn","figu');
    const second = await once();
    assert.equal(second.run.made, lines.length - kept.length);
    assert.deepEqual({ ...second, run: null }, { ...first, run: null });
  });
});
