/** The evaluation of the drift watch: what bad, short and late data get, and the shape of its last line. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { HOURLY_FIRST_SEC, hourlyCsv } from "../../helpers/hourly-csv.ts";
import { runScript, type ScriptRun } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Two replays of every break. */
const TEST_MS = 180_000;
const DAY_SEC = 86_400;
/** A watch behind the window, then 200 steps of 4 hours after a break, then the outcome of the last. */
const [LEAD_DAYS, STEP_DAYS, OUTCOME_DAYS] = [58, 34, 3];
const DAYS = LEAD_DAYS + STEP_DAYS + OUTCOME_DAYS;
const FROM = isoDay(LEAD_DAYS);
const HORIZONS = ["1h", "4h", "24h", "72h"];

const byHorizon = z.record(z.string(), z.number().min(0).max(1)).refine((row) => HORIZONS.every((name) => name in row));
const tables = z.object({ coverage95: byHorizon, coverage99: byHorizon });
const breakShape = z.object({
  breaks: z.number().int().positive(),
  delayStepsMedian: z.number().min(0).nullable(),
  seenWithin60: z.number().min(0).max(1),
  seenWithin200: z.number().min(0).max(1),
  first60: tables,
  first200: tables,
});
const shape = z.object({
  model: z.literal("drift"),
  window: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  metrics: z.object({
    stepHours: z.literal(4),
    calm: tables.extend({
      steps: z.number(),
      alarms: z.number(),
      meanWidening: z.record(z.string(), z.number().min(1)),
    }),
    breaks: z.object({ "x1.5": breakShape, x2: breakShape, x3: breakShape }),
  }),
  baselines: z.object({ uncorrected: tables.loose() }),
  targets: z.record(z.string(), z.object({ value: z.number().nullable(), target: z.number(), pass: z.boolean() })),
});

function isoDay(day: number): string {
  return new Date((HOURLY_FIRST_SEC + day * DAY_SEC) * 1_000).toISOString();
}

describe("npm run evaluate -- --model drift", function () {
  this.timeout(TEST_MS);
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const evaluate = (...args: readonly string[]): Promise<ScriptRun> =>
    runScript("scripts/evaluate/evaluate.ts", ["--model", "drift", "--data", folder.path, "--json", ...args]);
  const write = (asset: string, text: string): Promise<void> =>
    writeFile(join(folder.path, `${asset}USDT_1h_2021.csv`), text);

  it("error: no hourly bars, a cell that is no number, and a window without room for a break", async () => {
    const none = await evaluate("--from", FROM);
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /^DATA_NOT_FOUND: /);
    const good = hourlyCsv(24 * 40, "BTC");
    await write("BTC", good.replace(/,1000$/m, ",many"));
    assert.match((await evaluate("--from", FROM)).stderr, /^DATA_[A-Z]+: .*line 2, column volume/);
    await write("BTC", good);
    for (const [from, reason] of [
      [isoDay(20), /^EVALUATION_EMPTY: .*200 steps after a break/],
      [isoDay(2 * DAYS), /^DATA_SPAN_EMPTY: .*none between 2021-07-10.* and any time/],
    ] as const) {
      const { code, stdout, stderr } = await evaluate("--from", from);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, reason);
    }
  });

  it("default: calm and broken markets of one asset, the same to the byte from the same files", async () => {
    await write("BTC", hourlyCsv(24 * DAYS, "BTC"));
    const { code, stdout, stderr } = await evaluate("--from", FROM);
    assert.equal(code, 0, stderr);
    const { window, metrics, targets } = shape.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    assert.deepEqual([window.from, window.to], [FROM, isoDay(LEAD_DAYS + STEP_DAYS)]);
    assert.equal(metrics.calm.steps, (STEP_DAYS * 24) / metrics.stepHours);
    const { x2, x3 } = metrics.breaks;
    assert.equal(x2.breaks, 1);
    // A break makes moves larger, never smaller.
    assert.ok(HORIZONS.every((name) => (x3.first60.coverage95[name] ?? 1) <= (metrics.calm.coverage95[name] ?? 0)));
    assert.deepEqual(Object.keys(targets), [
      "calmCoverage95AtLeast",
      "calmCoverage95AtMost",
      "doubledFirst60Coverage95",
      "doubledDelaySteps",
      "alarmsPer2000Steps",
    ]);
    assert.equal((await evaluate("--from", FROM)).stdout, stdout);
  });
});
