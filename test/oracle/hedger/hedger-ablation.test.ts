/** The ablation of the hedger: windows that are too short, then four networks on hours that none of them has learned from. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { HEDGER_SETTINGS } from "../../../oracle/training/hedger/train-hedger.ts";
import { evaluateHedgerAblation } from "../../../scripts/evaluate/evaluate-hedger-ablation.ts";
import { windowMarkets } from "../../../scripts/evaluate/hedger/window-markets.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const SECONDS_PER_HOUR = 3_600;
const START = Date.parse("2023-04-01T00:00:00Z") / 1_000;
const SPLIT = START + 4_600 * SECONDS_PER_HOUR;
const HOURS = 9_400;
const SMALL = {
  settings: { ...HEDGER_SETTINGS, hidden: [4], steps: 3, pathsPerGroup: 8, updates: 2 },
  paths: 60,
  stretches: 40,
};

function bars(hours: number) {
  const rng = createRng("ablation-bars");
  let price = 100;
  return {
    endSec: Float64Array.from({ length: hours }, (_, hour) => START + (hour + 1) * SECONDS_PER_HOUR),
    close: Float64Array.from({ length: hours }, () => (price *= Math.exp(0.006 * rng.normal()))),
  };
}

describe("hedger ablation", () => {
  it("error: HEDGER_TOO_SHORT where no asset is long enough before the split; DATA_NOT_FOUND without bars", async () => {
    const folder = writtenBars(HOURS);
    await assert.rejects(
      evaluateHedgerAblation({ paths: [folder.path], fromSec: START + 100 * SECONDS_PER_HOUR }, SMALL),
      (error) => hasCode(error, "HEDGER_TOO_SHORT"),
    );
    folder.remove();
    await assert.rejects(evaluateHedgerAblation({ paths: [import.meta.dirname], fromSec: null }, SMALL), (error) =>
      hasCode(error, "DATA_NOT_FOUND"),
    );
  });

  it("error: windows with less than half a year of an asset leave it out", () => {
    const all = new Map([
      ["LONG", bars(HOURS)],
      ["SHORT", bars(3_000)],
    ]);
    const within = windowMarkets(all, { fromSec: START, toSec: START + 5_000 * SECONDS_PER_HOUR });
    assert.deepEqual(
      [...within].map(([asset, { log }]) => [asset, log.length]),
      [["LONG", 5_000]],
    );
    assert.equal(windowMarkets(all, { fromSec: START, toSec: SPLIT - 700 * SECONDS_PER_HOUR }).size, 0);
    assert.equal(windowMarkets(all, { fromSec: SPLIT * 2, toSec: Number.POSITIVE_INFINITY }).size, 0);
  });

  it("default: four families in every world at every cost", async () => {
    const folder = writtenBars(HOURS);
    const found = await evaluateHedgerAblation({ paths: [folder.path], fromSec: SPLIT }, SMALL);
    folder.remove();
    const families = ["both", "withoutForecast", "withoutSurface", "withoutBoth"];
    assert.deepEqual(Object.keys(found.metrics), families);
    const cells = Object.keys(found.baselines);
    assert.equal(cells.length, 5 * 3);
    assert.ok(cells.includes("hours of TEST-0.0005") && cells.includes("bootstrap-0.005"));
    for (const family of families) assert.deepEqual(Object.keys(Object(found.metrics[family])), cells);
  });
});

function writtenBars(hours: number) {
  const folder = temporaryFolder();
  const { endSec, close } = bars(hours);
  const rows = Array.from(endSec, (end, hour) => {
    const price = close[hour] ?? Number.NaN;
    return [end - SECONDS_PER_HOUR, price, price, price, price, 1].join(",");
  });
  mkdirSync(join(folder.path, "spot-hourly"));
  const text = `${["ts,open,high,low,close,volume", ...rows].join("\n")}\n`;
  writeFileSync(join(folder.path, "spot-hourly", "TESTUSDT_1h.csv"), text);
  return folder;
}
