/** The evaluation of the position score: what short data get, and the shape of its last line. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { hourlyCsv } from "../../helpers/hourly-csv.ts";
import { runScript, type ScriptRun } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const probabilities = z.object({ meanProbability: z.number().min(0).max(1), logLoss: z.number(), ece: z.number() });
const shape = z.object({
  model: z.literal("score"),
  metrics: z.object({
    rows: z.array(z.object({ asset: z.string(), positions: z.number(), product: probabilities })).length(6),
    cascadeHorizon: z.object({ positions: z.int().positive(), requirement: z.number().min(1), logLoss: z.number() }),
    coverage: z.object({ aboveQuantile: z.number(), aboveRequirement: z.number() }),
    procyclicality: z.object({ withFloor: z.record(z.string(), z.unknown()), withoutFloor: z.unknown() }),
  }),
  baselines: z.object({ filtered: z.object({ rows: z.array(probabilities).length(6) }) }),
  targets: z.record(z.string(), z.object({ value: z.number().nullable(), target: z.number(), pass: z.boolean() })),
});

describe("npm run evaluate -- --model score", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  async function evaluate(days: number): Promise<ScriptRun> {
    for (const asset of ["BTC", "ETH"]) {
      await writeFile(join(folder.path, `${asset}USDT_1h_2021.csv`), hourlyCsv(24 * days, asset));
    }
    return await runScript("scripts/evaluate/evaluate.ts", ["--model", "score", "--data", folder.path, "--json"]);
  }

  it("error: DATA_NOT_FOUND without hourly bars", async () => {
    const args = ["--model", "score", "--data", folder.path];
    const { code, stderr } = await runScript("scripts/evaluate/evaluate.ts", args);
    assert.equal(code, 1);
    assert.match(stderr, /^DATA_NOT_FOUND: /);
  });

  it("error: EVALUATE_NO_WINDOW for less history than a first forecast needs", async () => {
    const { code, stderr } = await evaluate(60);
    assert.equal(code, 1);
    assert.match(stderr, /^EVALUATE_NO_WINDOW: /);
  });

  it("default: six rows of both policies, coverage, swings and targets", async () => {
    const { code, stdout, stderr } = await evaluate(97);
    assert.equal(code, 0, stderr);
    const found = shape.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.ok(found.metrics.rows.every(({ positions }) => positions >= 10));
    assert.ok("window" in found.metrics.procyclicality.withFloor && "rowsLogLossNotAboveFiltered" in found.targets);
  });
});
