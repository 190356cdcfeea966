/** The evaluation of the committed quantile network: bad input, historical simulation, a short window of the files. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../../oracle/domain/prediction.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import { adverseGaps } from "../../../oracle/models/gap/adverse-gaps.ts";
import { historicalMoves } from "../../../oracle/training/quantile-net/historical-moves.ts";
import { evaluateQuantileNet } from "../../../scripts/evaluate/evaluate-quantile.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { gapBars } from "../gap/gap-bars.ts";

const ROWS = 2_000;
/** All history before the window is replayed first. */
const FILES_TIMEOUT_MS = 180_000;
const bars = gapBars(ROWS);

function endOf(row: number): number {
  return bars.endSec[row] ?? Number.NaN;
}

describe("historicalMoves", () => {
  it("error: null for a time without a bar and for a short history", () => {
    const past = historicalMoves(bars);
    assert.deepEqual([past(0), past(endOf(1_000)), past(endOf(1_268))], [null, null, null]);
    assert.equal(historicalMoves(gapBars(0))(0), null);
  });

  it("default: quantiles of every third move that was complete", () => {
    const row = 1_800;
    const found = historicalMoves(bars)(endOf(row));
    QUANTILE_HORIZONS_HOURS.forEach((hours, horizon) => {
      const { fall } = adverseGaps(bars, hours);
      const known = Array.from(fall).filter((_, place) => place <= row - hours && (row - hours - place) % 3 === 0);
      QUANTILE_LEVELS.forEach((level, place) => {
        assert.equal(found?.fall[horizon]?.[place], quantile(known, level));
      });
    });
    // A rise is over spot, not over the high.
    const { rise } = adverseGaps(bars, 1);
    const known = Array.from(rise).filter((_, place) => place <= row - 1 && (row - 1 - place) % 3 === 0);
    const gap = quantile(known, 0.5);
    assert.equal(found?.rise[0]?.[0], gap / (1 - gap));
  });

  it("behavior: what comes later changes nothing", () => {
    const now = 1_700;
    const moved = { ...bars, low: bars.low.map((price, row) => (row > now ? price / 2 : price)) };
    assert.deepEqual(historicalMoves(moved)(endOf(now)), historicalMoves(bars)(endOf(now)));
    assert.notDeepEqual(historicalMoves(moved)(endOf(ROWS - 1)), historicalMoves(bars)(endOf(ROWS - 1)));
  });
});

describe("npm run evaluate -- --model quantile-net", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  function write(asset: string, rows: number, lowFactor = 1): void {
    const { endSec, open, high, low, close } = bars;
    const lines = Array.from({ length: rows }, (_, row) =>
      [(endSec[row] ?? 0) - 3_600, open[row], high[row], (low[row] ?? 0) * lowFactor, close[row], 1].join(","),
    );
    const text = ["ts,open,high,low,close,volume", ...lines].join("\n");
    writeFileSync(join(folder.path, `${asset}USDT_1h.csv`), text);
  }

  it("error: no files, a price below zero, a short history and an empty window", async () => {
    const evaluate = (fromSec: number) => evaluateQuantileNet({ paths: [folder.path], fromSec });
    await assert.rejects(evaluate(endOf(0)), { code: "DATA_NOT_FOUND" });
    write("BTC", 300, -1);
    await assert.rejects(evaluate(endOf(0)), /DATA_IMPLAUSIBLE.*BTCUSDT_1h\.csv, line 2, column low/);
    for (const asset of ["BTC", "ETH"]) write(asset, 300);
    await assert.rejects(evaluate(endOf(200)), /EVALUATION_EMPTY.* 0 rows .*the limit is 200/);
    await assert.rejects(evaluate(endOf(ROWS - 1)), { code: "EVALUATION_EMPTY" });
  });

  const data = process.env.PLIMSOLL_DATA;
  it("default: half a month of the files has every table, and says that the artefact did not train on it", async function () {
    if (data === undefined) {
      process.stderr.write("skipped: PLIMSOLL_DATA is not set, the artefact is not evaluated on files\n");
      this.skip();
    }
    this.timeout(FILES_TIMEOUT_MS);
    const paths = ["spot-hourly", "dvol-onchain-social-daily"].map((name) => join(data ?? "", name));
    const found = await evaluateQuantileNet({ paths, fromSec: Date.parse("2025-02-01T00:00:00Z") / 1_000 });
    assert.equal(found.window.from, "2025-02-01T00:00:00.000Z");
    assert.deepEqual([found.metrics.windowWasTrainedOn, found.metrics.fallbackShare], [false, 0]);
    assert.deepEqual(Object.keys(found.baselines), ["garchQuantile", "historical", "ewmaNormal"]);
    assert.ok(Object.values(found.targets).every(({ value }) => value > 0.5 && value < 1.5));
  });
});
