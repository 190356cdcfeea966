/** What the collateral backtest reports: curves, intervals, groups and published formulas. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { SECONDS_PER_DAY } from "../../../oracle/domain/units.ts";
import { byDelta, byKind, byTenor, worstDay } from "../../../scripts/backtest/collateral/breach-groups.ts";
import { cellWindows } from "../../../scripts/backtest/collateral/cell-windows.ts";
import { curvePoints, type DayCurve, excessAt } from "../../../scripts/backtest/collateral/day-curves.ts";
import { PUBLISHED_FORMULAS } from "../../../scripts/backtest/collateral/published-formulas.ts";
import type { OptionPair } from "../../../scripts/backtest/collateral/snapshot-pairs.ts";
import { summarise } from "../../../scripts/backtest/collateral/summarise.ts";
import { chainCsv } from "../../helpers/synthetic-chain.ts";
import { type TemporaryFolder, temporaryFolder } from "../../helpers/temporary-folder.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const AT_SEC = 20_500 * SECONDS_PER_DAY;

function pairOf(kind: "call" | "put", strike: number, change: Partial<OptionPair> = {}): OptionPair {
  const quote = {
    kind,
    strike,
    expirySec: AT_SEC + 365 * SECONDS_PER_DAY,
    bid: null,
    ask: null,
    mark: 0.1,
    impliedVol: 0.5,
    future: 100,
    index: 100,
  };
  const snapshot = { asset: "BTC", atSec: AT_SEC, index: 100, quotes: [quote] };
  const base = {
    snapshot,
    quote,
    laterSec: AT_SEC + 21_600,
    value: 0.1,
    intrinsic: 0,
    laterValue: 0.1,
    laterIndex: 100,
  };
  return { ...base, ...change };
}

describe("curvePoints and excessAt", () => {
  const grid = (values: readonly number[]): Float64Array =>
    Float64Array.from({ length: 17 }, (_, knob) => values[Math.min(knob, values.length - 1)] ?? 0);
  const curve: DayCurve = {
    knobs: new Float64Array(17),
    days: [1, 2],
    pairs: Float64Array.of(100, 100),
    breaches: [grid([4, 1, 0]), grid([0])],
    excess: [grid([1, 2, 4]), grid([3, 4, 6])],
  };

  it("error: NaN for a rate that the grid does not reach, and for no day", () => {
    assert.ok(Number.isNaN(excessAt(curvePoints(curve, [0, 1]), 0.5)));
    assert.ok(Number.isNaN(excessAt(curvePoints(curve, []), 0.01)));
  });

  it("default: means over the days, which may repeat, and linear between the knobs", () => {
    const [first, second] = curvePoints(curve, [0, 1]);
    assert.deepEqual(
      [first, second],
      [
        { breach: 0.02, excess: 0.02 },
        { breach: 0.005, excess: 0.03 },
      ],
    );
    assert.ok(Math.abs(excessAt(curvePoints(curve, [0, 1]), 0.0125) - 0.025) < 1e-12);
    assert.equal(curvePoints(curve, [0, 0])[0]?.breach, 0.04);
  });
});

describe("groups of breaches", () => {
  it("error: no worst day without a breach; an empty group has no pairs", () => {
    const pairs = [pairOf("call", 100)];
    assert.equal(worstDay(pairs, Float64Array.of(0.2)), null);
    assert.equal(byKind(pairs, Float64Array.of(0.2))[1]?.pairs, 0);
  });

  it("default: every pair is in one tenor, one delta and one kind; the worst day has its share and move", () => {
    const pairs = [
      pairOf("call", 100, { laterValue: 0.3, laterIndex: 110 }),
      pairOf("put", 100, { laterValue: 0.3, laterIndex: 95 }),
      pairOf("put", 60),
    ];
    const margins = Float64Array.of(0.2, 0.25, 0.2);
    for (const by of [byTenor, byDelta, byKind]) {
      assert.equal(
        by(pairs, margins).reduce((sum, group) => sum + group.pairs, 0),
        3,
      );
    }
    const worst = worstDay(pairs, margins);
    assert.deepEqual([worst?.day, worst?.share], [20_500, 1]);
    assert.ok(Math.abs((worst?.move ?? 0) - 0.1) < 1e-12);
  });
});

describe("PUBLISHED_FORMULAS", () => {
  const margin = (name: string, pair: OptionPair): number =>
    PUBLISHED_FORMULAS.find((formula) => formula.name === name)?.rule(pair, 1) ?? Number.NaN;

  it("default: margins by hand, as published", () => {
    const call = pairOf("call", 101);
    const put = pairOf("put", 80);
    const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-4, `${actual}`);
    near(margin("Derive, initial", call), 0.1 + 0.14);
    near(margin("Derive, initial", put), 0.1 + 0.13 * (100 / 80));
    near(margin("Derive, maintenance", put), 0.1 + 0.09 * (100 / 80));
    const bound = 0.382925;
    near(margin("Gamma", put), bound * (75 / 80) + 5 / 80);
    near(margin("Gamma", call), bound * (75.75 / 100) + 24.25 / 100);
  });
});

describe("summarise", () => {
  it("behavior: the interval holds the growing windows' last figure, and stated rates are realised in their order", () => {
    writeFileSync(join(folder.path, "BTC_2026-01.csv"), chainCsv({ seed: "summary", snapshots: 260 }));
    const { cells, interval, growing } = summarise(cellWindows({ paths: [folder.path], fromSec: null }));
    assert.equal(cells.length, 2);
    assert.ok(interval[0] < interval[1]);
    const last = growing.at(-1)?.vsBest ?? Number.NaN;
    assert.ok(last > interval[0] && last < interval[1], `${last} in ${interval.join("…")}`);
    for (const { calibration } of cells) {
      assert.ok(calibration.every(({ realised }, place) => realised <= (calibration[place - 1]?.realised ?? 1)));
    }
  });
});
