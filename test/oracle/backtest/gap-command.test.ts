/** The gap backtest as a command: what bad data get, what good ones, and the published baselines. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { gapMarket } from "../../../scripts/backtest/gap/gap-market.ts";
import { judgeCell } from "../../../scripts/backtest/gap/judge-cell.ts";
import { runGap } from "../../../scripts/backtest/gap/run-gap.ts";
import { readDailySignals } from "../../../scripts/data/daily-signals.ts";
import { readSpotBars } from "../../../scripts/data/spot-bars.ts";
import { runScript } from "../../helpers/run-script.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const FIRST = Date.parse("2022-01-01T00:00:00Z") / 1_000;
const HOURS = 300 * 24;
const FROM = Date.parse("2022-08-15T00:00:00Z") / 1_000;
const HEADER = "ts,open,high,low,close,volume";

/** Lines of hourly bars, without the header. */
function simulate(seed: string, hours = HOURS): readonly string[] {
  const rng = createRng(seed);
  let price = 20_000;
  return Array.from({ length: hours }, (_, hour) => {
    const open = price;
    price *= Math.exp(0.005 * (rng.uniform() > 0.99 ? 5 : 1) * rng.normal());
    const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999];
    return [FIRST + 3_600 * hour, open, high, low, price, 10].join(",");
  });
}

const good = simulate("BTC");

function replaced(line: number, text: string): readonly string[] {
  return good.map((old, place) => (place === line ? text : old));
}

/** A line with one field changed. */
function withField(line: number, field: number, text: string): readonly string[] {
  const cells = (good[line] ?? "").split(",");
  return replaced(line, cells.map((cell, place) => (place === field ? text : cell)).join(","));
}

let folder: TemporaryFolder;

function write(name: string, lines: readonly string[], header = HEADER): void {
  writeFileSync(join(folder.path, name), [header, ...lines].join("\n"));
}

async function codeOf(lines: readonly string[], fromSec: number | null = FROM): Promise<string> {
  write("BTCUSDT_1h.csv", lines);
  try {
    await runGap({ paths: [folder.path], fromSec });
    return "none";
  } catch (error) {
    assert.ok(error instanceof PlimsollError, String(error));
    return error.message;
  }
}

describe("npm run backtest:gap", () => {
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it("error: DATA_NOT_FOUND without hourly bars, and with other assets alone", async () => {
    await assert.rejects(runGap({ paths: [folder.path], fromSec: null }), { code: "DATA_NOT_FOUND" });
    write("BNBUSDT_1h.csv", good);
    await assert.rejects(runGap({ paths: [folder.path], fromSec: null }), /DATA_NOT_FOUND.*of BNB;.*BTC, ETH/);
  });

  it("error: an empty file, other columns and cells that are no numbers name file, line and column", async () => {
    writeFileSync(join(folder.path, "BTCUSDT_1h.csv"), "");
    await assert.rejects(runGap({ paths: [folder.path], fromSec: FROM }), /DATA_MALFORMED.*BTCUSDT_1h\.csv, line 1/);
    write("BTCUSDT_1h.csv", good, "ts,open,high,close,low,volume");
    await assert.rejects(runGap({ paths: [folder.path], fromSec: FROM }), /DATA_MALFORMED.*column 4: found "close"/);
    assert.match(await codeOf(withField(7, 4, "soon")), /DATA_MALFORMED.*line 9, column close: found "soon"/);
    assert.match(await codeOf(withField(7, 0, "1.5")), /DATA_MALFORMED.*line 9, column ts: found "1\.5"/);
  });

  it("error: DATA_IMPLAUSIBLE for NaN, zero, a price outside of its bar, a digit too many and a broken hour", async () => {
    const cases = [
      [withField(7, 4, "NaN"), /line 9, column close: found "NaN"; the limit is a finite price above 0/],
      [withField(7, 1, ""), /line 9, column open: found ""/],
      [withField(7, 3, "-5"), /line 9, column low: found "-5"/],
      [withField(7, 2, "1"), /line 9, column high: found "1"; the limit is at least open and close/],
      [withField(7, 3, "90000"), /line 9, column low: .*at most open and close/],
      [withField(7, 2, "900000"), /line 9, column high: .*at most 5 times the low/],
      [withField(7, 0, `${FIRST + 1}`), /line 9, column ts: .*the limit is a full hour/],
      [replaced(7, `${FIRST + 7 * 3_600},2,2,2,2,1`), /ts \d+, column close: BTC goes from .* to 2 within an hour/],
    ] as const;
    for (const [lines, reason] of cases) {
      const message = await codeOf(lines);
      assert.match(message, /^DATA_IMPLAUSIBLE: .*BTCUSDT_1h\.csv/);
      assert.match(message, reason);
    }
  });

  it("error: DATA_CONFLICT where a file gives an hour twice and differently", async () => {
    const again = (good[7] ?? "").replace(/,10$/, ",11");
    assert.match(await codeOf([...good, again]), /^DATA_CONFLICT: .*BTCUSDT_1h\.csv.*10 against 11/);
  });

  it("error: EVALUATION_EMPTY for a short history and an empty window; DATA_GAP for a hole in the window", async () => {
    assert.match(await codeOf(good.slice(0, 100)), /^EVALUATION_EMPTY: BTC has 0 moments.*limit is 200.*100 bars/);
    assert.match(await codeOf(good, Date.parse("2030-01-01T00:00:00Z") / 1_000), /^EVALUATION_EMPTY/);
    const holed = good.filter((_, hour) => hour < 6_000 || hour > 6_100);
    assert.match(await codeOf(holed), /^DATA_GAP: .*BTC stop for 102 hours.*the limit inside of the window is 48/);
  });

  it("default: the documented keys; the order of lines, repeated lines and packed files change nothing", async () => {
    write("BTCUSDT_1h.csv", good);
    write("ETHUSDT_1h.csv", simulate("ETH"));
    const { json, report } = await runGap({ paths: [folder.path], fromSec: FROM });
    const scaled = z.strictObject({ gapAt1pct: z.number(), pinball: z.number() });
    const cell = z.object({
      n: z.number().positive(),
      breach: z.number(),
      gap: z.number(),
      gapAt1pct: z.number(),
      pinball: z.number(),
      baselines: z.strictObject({ static: scaled, ewma: scaled, har: scaled }),
    });
    const interval = z.tuple([z.number(), z.number()]);
    const parsed = z
      .object({
        cells: z.strictObject({ BTC_6h: cell, BTC_24h: cell, ETH_6h: cell, ETH_24h: cell }),
        mean: z.object({ vsBest: z.number(), vsStatic: z.number(), ci: interval }),
        ablation: z.record(
          z.string(),
          z.object({ gapChange: z.number().nullable(), ci: z.tuple([z.number().nullable(), z.number().nullable()]) }),
        ),
      })
      .parse(JSON.parse(JSON.stringify(json)));
    // Without files of signals their families have no moments.
    assert.equal(parsed.ablation.funding?.gapChange, null);
    assert.equal(typeof parsed.ablation.calendar?.gapChange, "number");
    assert.equal(report.sections.length, 4);

    write("BTCUSDT_1h.csv", [...good, ...good.slice(0, 50)].reverse());
    const packed = [HEADER, ...simulate("ETH")].join("\n");
    writeFileSync(join(folder.path, "ETHUSDT_1h.csv"), gzipSync(packed));
    assert.deepEqual((await runGap({ paths: [folder.path], fromSec: FROM })).json, json);
  });

  it("behavior: the command prints one JSON line and a page, and one line of error", async () => {
    write("BTCUSDT_1h.csv", good);
    const page = join(folder.path, "pages", "gap.html");
    const args = ["--data", folder.path, "--from", "2022-08-15", "--json", "--out", page];
    const { code, stdout, stderr } = await runScript("scripts/backtest/gap.ts", args);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout.trimEnd().split("\n").length, 1);
    assert.ok("BTC_6h" in z.object({ cells: z.record(z.string(), z.unknown()) }).parse(JSON.parse(stdout)).cells);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>[\s\S]*Gap backtest/);
    const bad = await runScript("scripts/backtest/gap.ts", ["--data", folder.path, "--from", "soon"]);
    assert.deepEqual([bad.code, bad.stdout], [1, ""]);
    assert.match(bad.stderr, /^EVALUATE_BAD_TIME: [^\n]*\n$/);
  });
});

describe("the gap backtest on the development files", () => {
  const data = process.env.PLIMSOLL_DATA;
  before(function () {
    if (data !== undefined) return;
    process.stderr.write("skipped: PLIMSOLL_DATA is not set, the published baselines are not reproduced\n");
    this.skip();
  });

  it("default: the baselines of design/models.md §2b to its four digits; the forecast is 5 % below them", () => {
    const paths = ["spot-hourly", "dvol-onchain-social-daily"].map((name) => join(data ?? "", name));
    const [bars, signals] = [readSpotBars(paths), readDailySignals(paths)];
    const window = {
      fromSec: Date.parse("2022-11-17T00:00:00Z") / 1_000,
      toSec: Date.parse("2024-11-20T00:00:00Z") / 1_000,
    };
    const published = [
      ["BTC", 6, [0.0465, 0.0464, 0.0447, 0.0453]],
      ["BTC", 24, [0.0891, 0.0951, 0.0927, 0.0865]],
      ["ETH", 6, [0.0534, 0.0498, 0.0501, 0.0508]],
      ["ETH", 24, [0.0967, 0.1018, 0.1041, 0.0908]],
    ] as const;
    let [ours, best] = [0, 0];
    for (const [asset, hours, expected] of published) {
      const series = bars.get(asset);
      assert.ok(series !== undefined);
      const cell = judgeCell(gapMarket(asset, series, signals), hours, window);
      const found = (["static", "ewma", "har", "dvol"] as const).map((name) => cell.baselines[name]?.gapAt1pct);
      assert.deepEqual(
        found.map((gap) => Math.round(1e4 * (gap ?? Number.NaN)) / 1e4),
        expected,
      );
      ours += cell.scaled.gapAt1pct;
      best += Math.min(...expected);
      assert.ok(cell.breach > 0.005 && cell.breach < 0.015);
    }
    assert.ok(ours < 0.95 * best, `${ours} against ${best}`);
  });
});
