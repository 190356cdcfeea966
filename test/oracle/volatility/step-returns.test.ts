/** Resampling of bars to model steps, and the EWMA fallback. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ewmaVariance, heavyTailedSample } from "../../../oracle/models/volatility/ewma-variance.ts";
import { stepReturns } from "../../../oracle/models/volatility/step-returns.ts";
import { cutBars, makeBars, START_SEC } from "./bars.ts";

const HOUR = 3_600;
const bars = makeBars({ count: 48, spanSec: 900 });

function closeAt(endSec: number): number {
  return bars.close[bars.endSec.indexOf(endSec)] ?? Number.NaN;
}

describe("stepReturns", () => {
  it("error: no or one bar gives no returns", () => {
    const options = { untilSec: Number.POSITIVE_INFINITY, stepSec: HOUR, maxReturns: 10 };
    assert.equal(
      stepReturns(
        cutBars(bars, () => false),
        options,
      ).length,
      0,
    );
    assert.equal(
      stepReturns(
        cutBars(bars, (_, index) => index === 0),
        options,
      ).length,
      0,
    );
    assert.equal(stepReturns(bars, { ...options, untilSec: Number.NaN }).length, 0);
  });

  it("default: hours are counted back from the newest bar, not from the clock", () => {
    const untilSec = START_SEC + 11 * HOUR + 1_800;
    const returns = stepReturns(bars, { untilSec, stepSec: HOUR, maxReturns: 3 });
    assert.equal(returns.length, 3);
    const expected = Math.log(closeAt(untilSec) / closeAt(untilSec - HOUR));
    assert.ok(Math.abs((returns[2] ?? 0) - expected) < 1e-15);
  });

  it("behavior: a return across a gap of k steps is divided by √k", () => {
    const lastSec = START_SEC + 12 * HOUR;
    const holed = cutBars(bars, (endSec) => endSec <= lastSec - 5 * HOUR || endSec > lastSec - 2 * HOUR);
    const returns = stepReturns(holed, { untilSec: lastSec, stepSec: HOUR, maxReturns: 100 });
    const expected = Math.log(closeAt(lastSec - HOUR) / closeAt(lastSec - 5 * HOUR)) / 2;
    assert.ok(Math.abs((returns.at(-2) ?? 0) - expected) < 1e-15);
  });
});

describe("ewmaVariance", () => {
  it("default: the prior's weight halves in five days", () => {
    assert.ok(Math.abs(ewmaVariance(new Float64Array(120), HOUR, 4) - 2) < 1e-12);
    assert.equal(ewmaVariance(new Float64Array(), HOUR, 4), 4);
  });

  it("behavior: constant squares are reproduced", () => {
    assert.ok(Math.abs(ewmaVariance(new Float64Array(2_000).fill(-3), HOUR, 4) - 9) < 1e-4);
  });
});

describe("heavyTailedSample", () => {
  it("default: symmetric, ascending, almost unit variance, heavy tails", () => {
    const sample = heavyTailedSample();
    assert.equal(sample.length, 999);
    const moment = (power: number): number => sample.reduce((sum, value) => sum + value ** power, 0) / sample.length;
    assert.ok(Math.abs(moment(1)) < 1e-9);
    assert.ok(moment(2) > 0.95 && moment(2) < 1);
    assert.ok(moment(4) / moment(2) ** 2 > 5);
    assert.ok(sample.every((value, index) => index === 0 || value > (sample[index - 1] ?? 0)));
  });
});
