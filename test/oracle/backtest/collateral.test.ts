/** The collateral backtest as a command and its look-ahead test. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { z } from "zod";
import { cellWindows } from "../../../scripts/backtest/collateral/cell-windows.ts";
import { measureCell } from "../../../scripts/backtest/collateral/measure-cell.ts";
import { plimsollMargins } from "../../../scripts/backtest/collateral/plimsoll-margins.ts";
import { POLICY_NAMES } from "../../../scripts/backtest/collateral/policies.ts";
import { snapshotPairs } from "../../../scripts/backtest/collateral/snapshot-pairs.ts";
import { readOptionChains } from "../../../scripts/data/option-chains.ts";
import { runScript } from "../../helpers/run-script.ts";
import { CHAIN_START_SEC, chainCsv } from "../../helpers/synthetic-chain.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

const HOUR = 3_600;
let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "deribit-options"));
});
afterEach(() => folder.remove());

function writeChain(asset: string, text: string): void {
  writeFileSync(join(folder.path, "deribit-options", `${asset}_2026-01.csv`), text);
}

const figures = z.object({ excessAt1pct: z.number(), shortfallMeanAt1pct: z.number() });
const cell = figures.extend({
  n: z.number(),
  valueMean: z.number(),
  breach: z.number(),
  excess: z.number(),
  baselines: z.object({
    static: figures,
    pctSpot: figures,
    exchange: figures,
    ewmaGap: figures,
    impliedGap: figures,
  }),
});
const answer = z.object({
  cells: z.object({ BTC_6h: cell, BTC_24h: cell, ETH_6h: cell, ETH_24h: cell }),
  mean: z.object({ vsBest: z.number(), vsExchange: z.number(), vsStatic: z.number() }),
});

describe("npm run backtest:collateral", () => {
  const run = async (...args: readonly string[]) =>
    await runScript("scripts/backtest/collateral.ts", ["--data", folder.path, ...args]);

  it("error: DATA_NOT_FOUND without chains, BACKTEST_WINDOW_EMPTY for a window after the data", async () => {
    const without = await run();
    assert.deepEqual([without.code, without.stderr.split(":")[0]], [1, "DATA_NOT_FOUND"]);
    writeChain("BTC", chainCsv({ seed: "late", snapshots: 60 }));
    const late = await run("--from", "2027-01-01");
    assert.deepEqual([late.code, late.stderr.split(":")[0]], [1, "BACKTEST_WINDOW_EMPTY"]);
  });

  it("default: --json ends with the object of all cells, --out writes the page", async () => {
    writeChain("BTC", chainCsv({ seed: "btc", snapshots: 90 }));
    writeChain("ETH", chainCsv({ seed: "eth", snapshots: 90 }));
    const page = join(folder.path, "page.html");
    const { code, stdout } = await run("--json", "--out", page);
    assert.equal(code, 0);
    const { cells, mean } = answer.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    for (const { n, breach, excessAt1pct, baselines } of Object.values(cells)) {
      assert.ok(n > 500 && breach >= 0 && breach < 0.2 && excessAt1pct > 0);
      assert.ok(baselines.static.excessAt1pct > excessAt1pct);
    }
    assert.ok(mean.vsStatic > 0.5);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>/);
  });
});

describe("margins of the collateral backtest", () => {
  it("behavior: a later window reads the earlier chains as history and gives the same margins", () => {
    writeChain("BTC", chainCsv({ seed: "history", snapshots: 90 }));
    const from = CHAIN_START_SEC + 30 * 6 * HOUR;
    const [whole] = cellWindows({ paths: [folder.path], fromSec: null });
    const [late] = cellWindows({ paths: [folder.path], fromSec: from });
    assert.ok(whole !== undefined && late !== undefined);
    const expected = whole.margins.filter((_, place) => (whole.pairs[place]?.snapshot.atSec ?? 0) >= from);
    assert.deepEqual(late.margins, expected);
  });

  it("behavior: margins at t stay when everything after t is replaced by noise", () => {
    const marginsAt20 = (noiseFrom: number): Float64Array => {
      writeChain("BTC", chainCsv({ seed: "ahead", snapshots: 40, noiseFrom }));
      const snapshots = readOptionChains([folder.path]).get("BTC") ?? [];
      const pairs = snapshotPairs(snapshots, 6);
      const margins = plimsollMargins(snapshots, pairs);
      return margins.filter((_, place) => (pairs[place]?.snapshot.atSec ?? 0) <= CHAIN_START_SEC + 19 * 6 * HOUR);
    };
    const found = marginsAt20(20);
    assert.ok(found.length > 300);
    assert.deepEqual(found, marginsAt20(40));
  });

  it("behavior: every policy is compared at no more than one percent of breaches", () => {
    writeChain("BTC", chainCsv({ seed: "rate", snapshots: 60 }));
    for (const window of cellWindows({ paths: [folder.path], fromSec: null })) {
      const { scaled } = measureCell(window);
      for (const name of POLICY_NAMES) {
        const { breach } = scaled[name].figures;
        assert.ok(breach <= 0.01, `${name} ${breach}`);
      }
    }
  });
});
