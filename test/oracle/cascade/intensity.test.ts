/** Forced closures of many perpetuals: reading the panel, rows without a look ahead, the walk. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { explainedShare, walkIntensity } from "../../../oracle/training/cascade/intensity-walk.ts";
import { intensityRows, OWN_INPUTS } from "../../../oracle/training/cascade/perp-panel.ts";
import { readPerpPanel } from "../../../scripts/data/perp-panel.ts";
import { windowStart } from "../../../scripts/evaluate/cascade/window.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const HEADER = "date,sym,close,volume,oi,funding,ls_ratio,long_liq,short_liq";
const DAY_MS = 86_400_000;
const DAYS = 190;

function panelCsv(spoilFrom = DAYS): string {
  const lines = ["BTC", "DOGE", "ETH"].flatMap((symbol) => {
    let price = 100;
    let heat = 1;
    return Array.from({ length: DAYS }, (_, day) => {
      const draw = createRng(`${symbol}:${day}:${day >= spoilFrom ? "other" : "same"}`);
      price *= Math.exp(0.03 * draw.normal());
      heat = 0.8 * heat + 0.5 * draw.uniform();
      const date = new Date(Date.UTC(2022, 0, 1) + day * DAY_MS).toISOString().slice(0, 10);
      return [date, symbol, price, 1_000, 5_000, 0.01 * draw.normal(), 1 + draw.uniform(), heat, draw.uniform()].join(
        ",",
      );
    });
  });
  return [HEADER, ...lines].join("\n");
}

function panelOf(text: string) {
  const folder = temporaryFolder();
  writeFileSync(join(folder.path, "perp_daily.csv"), text);
  try {
    return readPerpPanel([folder.path]);
  } finally {
    folder.remove();
  }
}

describe("readPerpPanel", () => {
  it("error: DATA_MALFORMED for a date that is none, DATA_IMPLAUSIBLE for a negative open interest", () => {
    assert.throws(
      () => panelOf(`${HEADER}\nnever,BTC,1,1,1,0,1,1,1`),
      (error) => hasCode(error, "DATA_MALFORMED"),
    );
    const isNegative = (error: unknown) => hasCode(error, "DATA_IMPLAUSIBLE") && error.context.column === "oi";
    assert.throws(() => panelOf(`${HEADER}\n2022-01-01,BTC,1,1,-1,0,1,1,1`), isNegative);
  });

  it("error: DATA_CONFLICT where two lines disagree about a day; a line that is repeated counts once", () => {
    const line = "2022-01-01,BTC,1,1,1,0,1,,1";
    assert.equal(panelOf(`${HEADER}\n${line}\n${line}`)?.days, 1);
    const isConflict = (error: unknown) => hasCode(error, "DATA_CONFLICT") && error.context.column === "long_liq";
    assert.throws(() => panelOf(`${HEADER}\n${line}\n2022-01-01,BTC,1,1,1,0,1,2,1`), isConflict);
  });

  it("behavior: missing cells and days are NaN, funding may be negative", () => {
    const panel = panelOf(`${HEADER}\n2022-01-03,BTC,2,1,1,-0.01,1,1,1\n2022-01-01,BTC,1,1,1,0,1,,1`);
    assert.ok(panel !== null && panel.days === 3);
    assert.deepEqual([...panel.fields.close], [1, Number.NaN, 2]);
    assert.ok(Number.isNaN(panel.fields.longLiquidated[0]) && panel.fields.funding[2] === -0.01);
    const folder = temporaryFolder();
    assert.equal(readPerpPanel([folder.path]), null);
    folder.remove();
  });
});

describe("walkIntensity", () => {
  const panel = panelOf(panelCsv());
  assert.ok(panel !== null);
  const rows = intensityRows(panel);

  it("behavior: rows and forecasts are the same when the future is replaced by noise", () => {
    const other = panelOf(panelCsv(160));
    assert.ok(other !== null);
    const lastSec = panel.firstDaySec + 158 * 86_400;
    const upTo = (found: typeof rows) => found.filter(({ daySec }) => daySec <= lastSec);
    assert.deepEqual(upTo(intensityRows(other)), upTo(rows));
    const stated = (found: typeof rows) =>
      walkIntensity(found, { width: OWN_INPUTS, ridge: 0.1 })
        .filter(({ row }) => row.daySec <= lastSec)
        .map(({ expected }) => expected);
    assert.ok(stated(rows).length > 10);
    assert.deepEqual(stated(intensityRows(other)), stated(rows));
  });

  it("behavior: no rows give no forecasts; expectations are never negative; persistence of noise explains nothing", () => {
    assert.deepEqual(walkIntensity([], { width: 1, ridge: 0.1 }), []);
    const forecasts = walkIntensity(rows, { width: rows[0]?.inputs.length ?? 0, ridge: 0.1 });
    assert.ok(forecasts.every(({ expected }) => expected >= 0));
    assert.equal(explainedShare([1, 2, 3], [1, 2, 3]), 1);
    assert.equal(explainedShare([1, 2, 3], [2, 2, 2]), 0);
  });
});

describe("windowStart", () => {
  it("behavior: the given time, else what came after development, else the last fifth", () => {
    const span = { firstSec: 0, lastSec: 100 * 86_400, developedToSec: 100 * 86_400 };
    assert.equal(windowStart(span, 5), 5);
    assert.equal(windowStart(span, null), 80 * 86_400);
    assert.equal(windowStart({ ...span, developedToSec: 50 * 86_400 }, null), 50 * 86_400);
  });
});
