/** The hedger on perpetuals that it was not trained on: gaps and known assets are left out, bars of any span count alike. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { createHedger } from "../../../oracle/models/hedger/hedger.ts";
import { openSession } from "../../../oracle/models/onnx-runtime.ts";
import { hourlyMarket } from "../../../oracle/training/hedger/real-world.ts";
import { panelScores } from "../../../scripts/evaluate/hedger/panel-scores.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const ARTEFACT = join(import.meta.dirname, "../../../oracle/models/artifacts/hedger");
const START = Date.parse("2024-03-01T00:00:00Z") / 1_000;
const SPAN_SEC = 14_400;
const BARS = 1_200;
const SIZE = { pooled: 60, single: 20 };

/** Bars of four assets: one has a gap, one was trained on. */
function panelText(): string {
  const rng = createRng("panel-scores");
  const prices = new Map(["AAA", "BBB", "BTC", "GAP"].map((asset) => [asset, 100]));
  const rows = Array.from({ length: BARS }, (_, bar) =>
    [...prices].flatMap(([asset, before]) => {
      const price = before * Math.exp(0.01 * rng.normal());
      prices.set(asset, price);
      const isGap = asset === "GAP" && bar === 700;
      return isGap ? [] : [[START + bar * SPAN_SEC, asset, price, price, price, price, 1, 1].join(",")];
    }),
  );
  return `${["ts,sym,open,high,low,close,quote_volume,trades", ...rows.flat()].join("\n")}\n`;
}

describe("panelScores", () => {
  it("error: DATA_NOT_FOUND without a panel; nothing where the window is too short", async () => {
    const folder = temporaryFolder();
    const judged = await openJudged();
    await assert.rejects(panelScores(judged, { paths: [folder.path], fromSec: START }), (error) =>
      hasCode(error, "DATA_NOT_FOUND"),
    );
    writeFileSync(join(folder.path, "perp_4h.csv"), panelText());
    assert.deepEqual(await panelScores(judged, { paths: [folder.path], fromSec: START + 600 * SPAN_SEC }), []);
    folder.remove();
    await judged.close();
  });

  it("default: two of four assets at three costs", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder.path, "perp_4h.csv"), panelText());
    const judged = await openJudged();
    const scores = await panelScores(judged, { paths: [folder.path], fromSec: START, ...SIZE });
    folder.remove();
    await judged.close();
    assert.deepEqual(
      scores.map(({ cost, assets }) => [cost, assets]),
      [0.0005, 0.002, 0.005].map((cost) => [cost, 2]),
    );
    for (const { notWorse, pooled } of scores) {
      assert.ok([0, 0.5, 1].includes(notWorse));
      assert.ok(pooled.served > 0 && pooled.fallbackShare < 0.5);
    }
  });
});

describe("hourlyMarket", () => {
  it("behavior: a day's deviation is the same from hours and from every fourth hour", () => {
    const rng = createRng("spans");
    let price = 100;
    const hours = Float64Array.from({ length: 8_000 }, () => (price *= Math.exp(0.005 * rng.normal())));
    const every = hours.filter((_, hour) => hour % 4 === 0);
    const [fine, coarse] = [hourlyMarket(hours, "FINE"), hourlyMarket(every, "COARSE", 4)];
    assert.deepEqual([fine.barsADay, coarse.barsADay], [24, 6]);
    const ratio = (coarse.slow.at(-1) ?? 0) / (fine.slow.at(-1) ?? 1);
    assert.ok(Math.abs(ratio - 1) < 0.15, String(ratio));
  });
});

async function openJudged() {
  const hedger = await createHedger(ARTEFACT);
  const session = await openSession(readFileSync(join(ARTEFACT, "model.onnx")));
  const close = async (): Promise<void> => {
    await hedger.close();
    await session.release();
  };
  return { hedger, session, close };
}
