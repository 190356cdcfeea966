/** The hedge of a fund over hours: its losses to the cent, and two ways that must agree where the band has no width. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import type { Hedger } from "../../../oracle/models/hedger/hedger.ts";
import { type FundMonth, hedgedFund } from "../../../scripts/backtest/fund-hedge/hedged-fund.ts";
import { runFundHedge } from "../../../scripts/backtest/fund-hedge/run-fund-hedge.ts";
import { hourlyCsv } from "../../helpers/hourly-csv.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** 2024-01-01 00:00 UTC. */
const START_SEC = 1_704_067_200;
const HOUR_SEC = 3_600;
const HOURS = 39 * 24;
/** Noon of the twenty-fourth day: two weeks of sales before it, two weeks of expiries after it. */
const FALL_HOUR = 23 * 24 + 12;
const OPEN = { fromSec: Number.NEGATIVE_INFINITY, toSec: Number.POSITIVE_INFINITY };

const HEDGER: Hedger = {
  identity: null,
  reason: "artefact-missing",
  knowledge: { forecast: true, surface: true },
  bands: async (requests) => requests.map(({ delta }) => ({ lower: delta, upper: delta, fallback: null })),
  close: async () => {},
};

function barsOf(price: (hour: number) => number): BarSeries {
  const close = Float64Array.from({ length: HOURS }, (_, hour) => price(hour));
  const endSec = close.map((_, hour) => START_SEC + hour * HOUR_SEC);
  return { spanSec: HOUR_SEC, endSec, open: close, high: close, low: close, close, volume: close };
}

function total(months: readonly FundMonth[], of: (month: FundMonth) => number): number {
  return months.reduce((sum, month) => sum + of(month), 0);
}

describe("hedgedFund", () => {
  const fall = barsOf((hour) => (hour < FALL_HOUR ? 100 : 70));
  let months: readonly FundMonth[] = [];

  before(async () => {
    months = await hedgedFund({ asset: "BTC", bars: fall, hedger: HEDGER, ...OPEN });
  });

  it("error: EVALUATION_EMPTY for a window without sales", async () => {
    const folder = temporaryFolder();
    try {
      writeFileSync(join(folder.path, "BTCUSDT_1h_2021.csv"), hourlyCsv(200, "fund hedge"));
      await assert.rejects(runFundHedge({ paths: [folder.path], fromSec: 4_000_000_000 }), (error) =>
        hasCode(error, "EVALUATION_EMPTY"),
      );
    } finally {
      folder.remove();
    }
  });

  it("default: a fall costs what the collateral of the open puts leaves unpaid", () => {
    // Ten coins a put, struck at 85 and 80.75; seven days of sales of the short tenor are open, fourteen of the long.
    assert.ok(Math.abs(total(months, ({ lossUsd }) => lossUsd) - 21 * 10 * (15 + 10.75)) < 1e-6);
    assert.deepEqual(
      months.map(({ month }) => month),
      ["2024-01", "2024-02"],
    );
  });

  it("behavior: a short hedge gains by the fall, and a band without width is the delta", () => {
    for (const { hedges } of months) {
      assert.ok(Math.abs(hedges.band.resultUsd - hedges.delta.resultUsd) < 1e-6);
      assert.ok(Math.abs(hedges.band.costUsd - hedges.delta.costUsd) < 1e-6);
      assert.ok(hedges.band.costUsd > 0);
    }
    const [january] = months;
    assert.ok(january && january.hedges.band.resultUsd + january.hedges.band.costUsd > 0);
  });

  it("behavior: without a fall nothing is lost but what the hedge costs", async () => {
    const toSec = START_SEC + 15 * 86_400;
    const flat = await hedgedFund({ ...OPEN, asset: "BTC", bars: barsOf(() => 100), hedger: HEDGER, toSec });
    assert.equal(
      total(flat, ({ lossUsd }) => lossUsd),
      0,
    );
    for (const { hedges } of flat) assert.ok(Math.abs(hedges.delta.resultUsd + hedges.delta.costUsd) < 1e-9);
  });

  it("behavior: hours outside of the window are not looked at", async () => {
    const from = START_SEC + 30 * 24 * HOUR_SEC;
    const day = await hedgedFund({ asset: "BTC", bars: fall, hedger: HEDGER, fromSec: from, toSec: from + 86_400 });
    assert.deepEqual(
      day.map(({ soldUsd, lossUsd }) => ({ soldUsd, lossUsd })),
      [{ soldUsd: 4_000, lossUsd: 0 }],
    );
  });
});
