/** Injected breaks of volatility: the past stays, moves after it are scaled, the order inside of a bar holds. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { breakBars } from "../../../scripts/evaluate/break-bars.ts";
import { NOW_SEC, randomBars } from "../features/snapshot-fixtures.ts";

const COUNT = 200;
const BREAK_SEC = NOW_SEC - 100 * 3_600;

describe("breakBars", () => {
  const bars = randomBars(5, COUNT);
  it("default: a factor of 1 changes nothing beyond rounding", () => {
    const same = breakBars(bars, BREAK_SEC, 1);
    for (const name of ["open", "high", "low", "close"] as const)
      same[name].forEach((value, index) => {
        assert.ok(Math.abs(value / (bars[name][index] ?? 0) - 1) < 1e-12);
      });
  });
  it("behavior: log moves after the break are scaled, earlier prices and the bars that were given stay", () => {
    const before = bars.close.slice();
    const broken = breakBars(bars, BREAK_SEC, 3);
    assert.deepEqual(bars.close, before);
    for (let index = 1; index < COUNT; index += 1) {
      const isLater = (bars.endSec[index] ?? 0) > BREAK_SEC;
      const move = (close: Float64Array): number => Math.log((close[index] ?? 0) / (close[index - 1] ?? 0));
      assert.ok(Math.abs(move(broken.close) - (isLater ? 3 : 1) * move(bars.close)) < 1e-12);
      assert.ok((broken.high[index] ?? 0) >= Math.max(broken.open[index] ?? 0, broken.close[index] ?? 0));
      assert.ok((broken.low[index] ?? 9e9) <= Math.min(broken.open[index] ?? 0, broken.close[index] ?? 0));
    }
  });
});
