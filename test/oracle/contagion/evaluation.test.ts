/** Tests of `evaluate --model contagion-gnn` on a drawn panel: bad windows first, then what it reports; later files change nothing before. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { MarketPanel } from "../../../oracle/models/contagion/market-panel.ts";
import type { Evaluation } from "../../../oracle/training/evaluate/evaluation.ts";
import { evaluateContagion } from "../../../scripts/evaluate/evaluate-contagion.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { syntheticPanel } from "./synthetic-panel.ts";

const PANEL = syntheticPanel({ assets: 6, bars: 640, seed: "evaluation" });
const CUT = 560;

function csv({ assets, endSec, spanSec, high, low, close }: MarketPanel, from: number, to: number): string {
  const rows: string[] = ["ts,sym,open,high,low,close,quote_volume,trades"];
  for (let bar = from; bar < to; bar += 1) {
    assets.forEach((asset, column) => {
      const place = bar * assets.length + column;
      const prices = [close, high, low, close].map((matrix) => matrix[place]);
      rows.push([(endSec[bar] ?? 0) - spanSec, asset, ...prices, 1, 1].join(","));
    });
  }
  return `${rows.join("\n")}\n`;
}

describe("evaluateContagion", () => {
  const temporary = temporaryFolder();
  const [early, late] = ["early", "late"].map((name) => join(temporary.path, name));
  let found: Evaluation;
  before(async () => {
    for (const [path, from, to] of [
      [early, 0, CUT],
      [late, CUT, 640],
    ] as const) {
      mkdirSync(path ?? "", { recursive: true });
      writeFileSync(join(path ?? "", "perp_4h.csv"), csv(PANEL, from, to));
    }
    found = await evaluateContagion({ paths: [early ?? "", late ?? ""], fromSec: PANEL.endSec[CUT - 1] ?? null });
  });
  after(() => temporary.remove());

  it("error: EVALUATE_NO_WINDOW after the data, TRAINING_TOO_FEW_ROWS before there is history", async () => {
    const paths = [early ?? ""];
    await assert.rejects(evaluateContagion({ paths, fromSec: 9e9 }), (error) => hasCode(error, "EVALUATE_NO_WINDOW"));
    const fromSec = PANEL.endSec[200] ?? null;
    await assert.rejects(evaluateContagion({ paths, fromSec }), (error) => hasCode(error, "TRAINING_TOO_FEW_ROWS"));
  });
  it("default: the window, every rival, every target", () => {
    assert.equal(found.window.from, new Date(1_000 * (PANEL.endSec[CUT - 1] ?? 0)).toISOString());
    assert.deepEqual(Object.keys(found.baselines), ["own", "edgesCut", "deep"]);
    assert.deepEqual(Object.keys(found.targets), [
      "crashAuc",
      "crashAveragePrecision",
      "aucAboveOwnFeatures",
      "aucAboveEdgesCut",
      "surrogateRSquared",
      "surrogateRankCorrelation",
    ]);
    assert.ok(found.targets.surrogateRSquared?.pass && found.targets.surrogateRankCorrelation?.pass);
    const { committed, flows, crash } = found.metrics;
    assert.deepEqual([committed, flows], ["has seen the window", "no flow graph in the data"]);
    assert.ok(typeof crash === "object" && crash !== null && "moments" in crash && crash.moments === 75);
  });
});
