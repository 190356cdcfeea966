/** The command line of the evaluations: what bad input gets, and the shape of the last line. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "mocha";
import { z } from "zod";
import { createRng } from "../../../oracle/math/rng.ts";
import { atLeast, atMost } from "../../../oracle/training/evaluate/evaluation.ts";
import { runScript } from "../../helpers/run-script.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const evaluationSchema = z.strictObject({
  model: z.string(),
  window: z.strictObject({ from: z.iso.datetime().nullable(), to: z.iso.datetime().nullable() }),
  metrics: z.record(z.string(), z.unknown()),
  baselines: z.record(z.string(), z.record(z.string(), z.unknown())),
  targets: z.record(
    z.string(),
    z.strictObject({ value: z.number().nullable(), target: z.number(), pass: z.boolean() }),
  ),
});

const run = async (...args: readonly string[]) => await runScript("scripts/evaluate/evaluate.ts", args);

/** A year of simulated hourly bars in the format of spot-hourly. */
function hourlyCsv(hours: number): string {
  const rng = createRng("evaluate-command");
  const lines = ["ts,open,high,low,close,volume"];
  let close = 100;
  for (let hour = 0; hour < hours; hour += 1) {
    const open = close;
    close *= Math.exp(0.005 * rng.normal());
    const [low, high] = [0.999 * Math.min(open, close), 1.001 * Math.max(open, close)];
    lines.push([1_600_000_000 - (1_600_000_000 % 3_600) + 3_600 * hour, open, high, low, close, 1].join(","));
  }
  return lines.join("\n");
}

/** The last line of a run on simulated hours of one asset, evaluated from 2021-07-25 on. */
async function evaluated(model: string, { asset, days }: { readonly asset: string; readonly days: number }) {
  const folder = temporaryFolder();
  await writeFile(join(folder.path, `${asset}USDT_1h_2021.csv`), hourlyCsv(24 * days));
  const { code, stdout, stderr } = await run("--model", model, "--data", folder.path, "--from", "2021-07-25", "--json");
  folder.remove();
  assert.equal(code, 0, stderr);
  return evaluationSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

describe("evaluate command", () => {
  it("error: MODEL_UNKNOWN, EVALUATE_BAD_TIME, DATA_UNREADABLE and DATA_NOT_FOUND, without a stack trace", async () => {
    const folder = temporaryFolder();
    const cases = [
      { args: ["--model", "nonsense", "--data", folder.path], code: "MODEL_UNKNOWN" },
      { args: ["--model", "garch", "--data", folder.path, "--from", "soon"], code: "EVALUATE_BAD_TIME" },
      { args: ["--model", "garch", "--data", "/nowhere/at/all"], code: "DATA_UNREADABLE" },
      { args: ["--model", "garch", "--data", folder.path], code: "DATA_NOT_FOUND" },
    ];
    for (const { args, code } of cases) {
      const result = await run(...args, "--json");
      assert.deepEqual([result.code, result.stdout], [1, ""], code);
      assert.ok(result.stderr.startsWith(`${code}: `) && !result.stderr.includes("    at "), result.stderr);
    }
    folder.remove();
  });

  it("error: DATA_MALFORMED names file, line and column", async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder.path, "BTCUSDT_1h_2021.csv"), "ts,open,high,low,close,volume\n3600,1,x,1,1,1\n");
    const { code, stderr } = await run("--model", "garch", "--data", folder.path);
    assert.equal(code, 1);
    assert.ok(stderr.startsWith("DATA_MALFORMED: ") && stderr.includes("line 2") && stderr.includes("high"), stderr);
    folder.remove();
  });

  it("error: EVALUATION_EMPTY for a window without complete forecasts of vol-lstm", async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder.path, "AAAUSDT_1h_2021.csv"), hourlyCsv(24 * 100));
    const { code, stderr } = await run("--model", "vol-lstm", "--data", folder.path, "--from", "2020-10-01");
    assert.equal(code, 1);
    assert.ok(stderr.startsWith("EVALUATION_EMPTY: "), stderr);
    folder.remove();
  });

  it("default: vol-lstm is measured on an asset that it never saw", async () => {
    const evaluation = await evaluated("vol-lstm", { asset: "AAA", days: 400 });
    assert.deepEqual(Object.keys(evaluation.targets).sort(), [
      "qlikeToBestSimple30d",
      "qlikeToGarchT1And7d",
      "qlikeToLogHar1And7d",
      "unseenToLogHar1And7d",
    ]);
    assert.equal(evaluation.metrics.windowWasTrainedOn, false);
  });

  it("default: the last line is one JSON object of the agreed shape; --from moves the window", async () => {
    const evaluation = await evaluated("garch", { asset: "BTC", days: 330 });
    assert.equal(evaluation.model, "garch");
    assert.equal(evaluation.window.from, "2021-07-25T00:00:00.000Z");
  });
});

describe("targets", () => {
  it("error: NaN never passes", () => {
    assert.deepEqual([atMost(Number.NaN, 1).pass, atLeast(Number.NaN, 1).pass], [false, false]);
    assert.deepEqual([atMost(1, 1).pass, atLeast(1, 1).pass, atMost(2, 1).pass], [true, true, false]);
  });
});
