/** The evaluation of the tail of daily returns: what bad data get, and what good ones. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { createRng } from "../../../oracle/math/rng.ts";
import { runScript, type ScriptRun } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const DAYS = 760;
const FIRST_MS = Date.parse("2019-01-01T00:00:00Z");
const DAY_MS = 86_400_000;
const HEADER = "date,price,volume";

interface Row {
  readonly date: string;
  readonly price: string;
}

/** Days with volatility clusters. */
function simulate(drift = 0): readonly Row[] {
  const rng = createRng("var-quantile-command");
  let [price, variance] = [10_000, 4e-4];
  return Array.from({ length: DAYS }, (_, day) => {
    const move = Math.sqrt(variance) * rng.normal();
    variance = 2e-5 + 0.1 * move * move + 0.85 * variance;
    price *= Math.exp(drift + move);
    return { date: new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10), price: price.toString() };
  });
}

describe("npm run evaluate -- --model var-quantile", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  async function evaluate(rows: readonly Row[], ...args: readonly string[]): Promise<ScriptRun> {
    const lines = [HEADER, ...rows.map(({ date, price }) => `${date},${price},1`)];
    await writeFile(join(folder.path, "btc_daily_macro.csv"), lines.join("\n"));
    return await runScript("scripts/evaluate/evaluate.ts", ["--model", "var-quantile", "--data", folder.path, ...args]);
  }

  it("error: DATA_NOT_FOUND without the file", async () => {
    const { code, stderr } = await runScript("scripts/evaluate/evaluate.ts", [
      "--model",
      "var-quantile",
      "--data",
      folder.path,
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /^DATA_NOT_FOUND: .*btc_daily_macro\.csv/);
  });

  it("error: a missing day, a repeated one, a price of zero, of another unit and one that is no number name day and limit", async () => {
    const good = simulate();
    const at = (day: number, price: string): readonly Row[] =>
      good.map((row, place) => (place === day ? { ...row, price } : row));
    const [before = good[0], fifth] = [good[4], good[5]];
    assert.ok(before !== undefined && fifth !== undefined);
    const cases = [
      [
        good.filter((_, day) => day !== 5),
        /DATA_IMPLAUSIBLE: .*2 days after the row before on 2019-01-07; the limit is 1/,
      ],
      [[...good, { ...before, price: fifth.price }], /DATA_IMPLAUSIBLE: .*0 days after the row before/],
      [at(5, "0"), /DATA_IMPLAUSIBLE: .*a close of 0 on 2019-01-06; the limit is above 0/],
      [at(5, ""), /DATA_IMPLAUSIBLE: .*a close of NaN on 2019-01-06/],
      [at(5, "1"), /DATA_IMPLAUSIBLE: .*log move of -9.* on 2019-01-06; the limit is within/],
      [at(5, "soon"), /DATA_MALFORMED: .*line 7, column price: found "soon"/],
      [[{ date: "someday", price: "1" }, ...good], /DATA_MALFORMED: .*line 2, column date: found "someday"/],
    ] as const;
    for (const [rows, reason] of cases) {
      const { code, stdout, stderr } = await evaluate(rows);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.match(stderr, reason);
    }
  });

  it("error: EVALUATE_NO_WINDOW for too little history and for a window after the data", async () => {
    for (const run of [await evaluate(simulate().slice(0, 500)), await evaluate(simulate(), "--from", "2030-01-01")]) {
      assert.equal(run.code, 1);
      assert.match(run.stderr, /^EVALUATE_NO_WINDOW: /);
    }
  });

  it("error: EVALUATE_TAIL_UNUSABLE for a series that hardly ever falls", async () => {
    const { code, stderr } = await evaluate(simulate(0.045));
    assert.equal(code, 1);
    assert.match(stderr, /^EVALUATE_TAIL_UNUSABLE: .*shortfall/);
  });

  it("default: three levels of the model and of six baselines, over the days on which all have a forecast", async () => {
    const { code, stdout, stderr } = await evaluate(simulate(), "--json");
    assert.equal(code, 0, stderr);
    const level = z.object({
      level: z.number(),
      violations: z.number(),
      pinball: z.number().positive(),
      fz0: z.number(),
    });
    const shape = z.object({
      model: z.literal("var-quantile"),
      window: z.object({ from: z.string(), to: z.string() }),
      metrics: z.object({
        days: z.number(),
        levels: z.array(level).length(3),
        tenAssets: z.record(z.string(), z.unknown()),
      }),
      baselines: z.record(z.string(), z.object({ levels: z.array(level).length(3) })),
    });
    const found = shape.parse(JSON.parse(stdout));
    assert.deepEqual(Object.keys(found.baselines).sort(), [
      "ewma",
      "filteredHistorical",
      "garchNormal",
      "garchT",
      "historical",
      "quantileHar",
    ]);
    assert.deepEqual(found.metrics.tenAssets, {}, "without a panel there is nothing to say");
    assert.equal(found.window.to, "2021-01-29T00:00:00.000Z");
    assert.ok(found.metrics.days > 50 && found.metrics.days < DAYS - 500);
  });

  it("default: ten perpetuals of a panel are judged as one portfolio", async () => {
    await writeFile(join(folder.path, "perp_4h.csv"), panelCsv(720));
    const { code, stdout, stderr } = await evaluate(simulate(), "--json");
    assert.equal(code, 0, stderr);
    const scores = z.object({ dynamic: z.number(), constant: z.number(), none: z.number() });
    const shape = z.object({
      metrics: z.object({
        tenAssets: z.object({ assets: z.array(z.string()).length(10), steps: z.int().positive(), likelihood: scores }),
      }),
    });
    const { tenAssets } = shape.parse(JSON.parse(stdout)).metrics;
    assert.ok(!tenAssets.assets.includes("A04"), "an asset with a gap takes no part");
    assert.ok(tenAssets.likelihood.constant < tenAssets.likelihood.none, "correlated residuals");
  });
});

const BAR_SEC = 14_400;

/** Twelve coins with one common shock a bar; the fifth lacks a bar. */
function panelCsv(bars: number): string {
  const rng = createRng("panel");
  const prices = Array.from({ length: 12 }, () => 100);
  const lines = ["ts,sym,open,high,low,close,quote_volume,trades"];
  for (let bar = 0; bar < bars; bar += 1) {
    const common = rng.normal();
    prices.forEach((open, coin) => {
      const close = open * Math.exp(0.01 * (common + rng.normal()));
      prices[coin] = close;
      const [high, low] = [Math.max(open, close), Math.min(open, close)];
      const isGap = coin === 4 && bar === 50;
      const name = `A${String(coin).padStart(2, "0")}`;
      if (!isGap) lines.push([bar * BAR_SEC, name, open, high, low, close, 1, 1].join(","));
    });
  }
  return lines.join("\n");
}
