/** Hours, windows and inputs of the volatility network: bad bars, gaps, no look-ahead, no scale. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { BarSeries } from "../../../oracle/domain/market.ts";
import { hourlyVariance } from "../../../oracle/models/vol-lstm/hourly-variance.ts";
import { VOL_HISTORY_HOURS, volInput } from "../../../oracle/models/vol-lstm/vol-inputs.ts";
import { columnsOf, HOUR_SEC, START_SEC, simulatedBars, simulatedWindows, windowsOf } from "./simulated-bars.ts";

const HOURS = VOL_HISTORY_HOURS + 400;
const LAST = VOL_HISTORY_HOURS + 200;

/** Bars with a changed column. */
function withColumn(
  bars: BarSeries,
  name: "open" | "high" | "low" | "close",
  map: (value: number, index: number) => number,
): BarSeries {
  return { ...bars, [name]: bars[name].map(map) };
}

describe("hourlyVariance", () => {
  it("error: null for no bars, bars longer than an hour, and no usable bar", () => {
    const bars = simulatedBars(5, { seed: "a" });
    assert.equal(hourlyVariance(columnsOf([])), null);
    assert.equal(hourlyVariance({ ...bars, spanSec: 2 * HOUR_SEC }), null);
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(hourlyVariance(withColumn(bars, "close", () => bad)), null);
    assert.equal(hourlyVariance({ ...bars, high: bars.low, low: bars.high }), null);
  });

  it("behavior: a bad bar is a missing hour, and the move across a gap falls into the first hour after it", () => {
    const rows = [100, 101, 102, 110].map((close, hour) => [START_SEC + (hour + 1) * HOUR_SEC, 100, 120, 90, close]);
    const hours = hourlyVariance(
      columnsOf(rows.map((row, hour) => (hour === 2 ? [row[0] ?? 0, 100, 120, 90, -5] : row))),
    );
    assert.deepEqual([...(hours?.observed ?? [])], [1, 1, 0, 1]);
    assert.ok(Math.abs((hours?.logReturn[3] ?? 0) - Math.log(110 / 101)) < 1e-12);
    assert.deepEqual([hours?.realised[2], hours?.range[2], hours?.logReturn[2]], [0, 0, 0]);
  });

  it("default: squared return and Parkinson's range of an hour; a given realised measure replaces the square", () => {
    const bars = columnsOf([
      [START_SEC + HOUR_SEC, 100, 104, 98, 102],
      [START_SEC + 2 * HOUR_SEC, 102, 103, 99, 100],
    ]);
    const hours = hourlyVariance(bars, Float64Array.of(0.5, Number.NaN));
    assert.deepEqual([hours?.firstEndSec, hours?.realised[0]], [START_SEC + HOUR_SEC, 0.5]);
    assert.ok(Math.abs((hours?.realised[1] ?? 0) - Math.log(100 / 102) ** 2) < 1e-15);
    assert.ok(Math.abs((hours?.range[0] ?? 0) - Math.log(104 / 98) ** 2 / (4 * Math.log(2))) < 1e-15);
  });

  it("behavior: quarters of an hour make the same hours, with the sum of their squares as realised variance", () => {
    const coarse = hourlyVariance(simulatedBars(50, { seed: "fine" }));
    const fine = hourlyVariance(simulatedBars(50, { seed: "fine", isFine: true }));
    assert.ok(coarse && fine);
    coarse.range.forEach((value, hour) => {
      assert.ok(Math.abs(value - (fine.range[hour] ?? 0)) < 1e-12);
    });
    coarse.logReturn.forEach((value, hour) => {
      assert.ok(Math.abs(value - (fine.logReturn[hour] ?? 0)) < 1e-12);
    });
    const sum = (values: Float64Array): number => values.reduce((a, b) => a + b);
    assert.ok(sum(fine.realised) > 0 && fine.realised.some((value, hour) => value > 2 * (coarse.realised[hour] ?? 0)));
  });
});

describe("varianceWindows", () => {
  it("default: means of trailing and coming hours per day, NaN where hours are not there", () => {
    const windows = simulatedWindows(60, "windows");
    const { realised } = windows.hours;
    const sum = (from: number, to: number): number => realised.slice(from, to).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(windows.trailing("realised", 29, 24) - sum(6, 30)) < 1e-15);
    assert.ok(Math.abs(windows.coming("realised", 29, 12) - 2 * sum(30, 42)) < 1e-15);
    assert.ok(Number.isNaN(windows.trailing("range", 22, 24)) && Number.isNaN(windows.coming("range", 50, 10)));
    assert.equal(windows.observedShare(59, 24), 1);
  });
});

describe("volInput", () => {
  it("error: null for short, gappy and constant histories", () => {
    const bars = simulatedBars(HOURS, { seed: "bad" });
    assert.equal(volInput(windowsOf(bars), VOL_HISTORY_HOURS - 2), null);
    assert.notEqual(volInput(windowsOf(bars), VOL_HISTORY_HOURS - 1), null);
    const gappy = withColumn(bars, "close", (value, hour) =>
      hour > LAST - 700 && hour % 7 === 0 ? Number.NaN : value,
    );
    assert.equal(volInput(windowsOf(gappy), LAST), null);
    const flat = columnsOf(Array.from({ length: HOURS }, (_, hour) => [START_SEC + (hour + 1) * HOUR_SEC, 5, 5, 5, 5]));
    assert.equal(volInput(windowsOf(flat), LAST), null);
  });

  it("behavior: a future of noise, or none, changes no input", () => {
    const bars = simulatedBars(HOURS, { seed: "future" });
    const noise = simulatedBars(HOURS, { seed: "noise" });
    const splice = (name: "open" | "high" | "low" | "close"): Float64Array =>
      bars[name].map((value, hour) => (hour <= LAST ? value : 7 * (noise[name][hour] ?? value)));
    const changed = { ...bars, open: splice("open"), high: splice("high"), low: splice("low"), close: splice("close") };
    const cut = columnsOf(
      Array.from({ length: LAST + 1 }, (_, hour) =>
        [bars.endSec, bars.open, bars.high, bars.low, bars.close].map((column) => column[hour] ?? 0),
      ),
    );
    const expected = volInput(windowsOf(bars), LAST);
    assert.ok(expected);
    assert.deepEqual(volInput(windowsOf(changed), LAST), expected);
    assert.deepEqual(volInput(windowsOf(cut), LAST), expected);
  });

  it("behavior: prices in another currency change no input; wild moves leave all finite and bounded", () => {
    const bars = simulatedBars(HOURS, { seed: "scale" });
    const scaled = {
      ...bars,
      ...Object.fromEntries(
        (["open", "high", "low", "close"] as const).map((name) => [name, bars[name].map((value) => 1e6 * value)]),
      ),
    };
    const [plain, large] = [volInput(windowsOf(bars), LAST), volInput(windowsOf(scaled), LAST)];
    assert.ok(plain && large);
    for (const name of ["hours", "days", "state"] as const)
      plain[name].forEach((value, place) => {
        assert.ok(Math.abs(value - (large[name][place] ?? 0)) < 1e-5, name);
      });
    const wild = withColumn(bars, "high", (value, hour) => (hour % 100 === 0 ? 1e9 * value : value));
    const found = volInput(windowsOf(wild), LAST);
    assert.ok(found?.state.every((value) => Math.abs(value) <= 10));
    assert.ok(found?.hours.every((value) => Math.abs(value) <= 6));
  });

  it("behavior: the calendar is that of the coming hour", () => {
    const windows = simulatedWindows(HOURS, "calendar");
    // The bars begin on a Monday at midnight: 2 184 hours later it is Monday 00:00 again.
    const state = volInput(windows, 13 * 168 - 1)?.state;
    const [sine, cosine] = [state?.at(-10), state?.at(-9)];
    assert.ok(Math.abs(sine ?? 1) < 1e-6 && Math.abs((cosine ?? 0) - 1) < 1e-6);
  });
});
