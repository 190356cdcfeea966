/** Walk-forward baselines: no look-ahead, sensible recovery, bounds. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { qlikeLoss } from "../../../oracle/models/vol-lstm/combine-forecasts.ts";
import { forecastGrid, harForecasts } from "../../../oracle/models/vol-lstm/har-walk-forward.ts";
import { garchForecasts } from "../../../oracle/training/volatility/garch-walk-forward.ts";
import { columnsOf, simulatedBars, simulatedWindows, windowsOf } from "./simulated-bars.ts";

const HOURS = 24 * 420;
const KINDS = ["logHar", "har", "range"] as const;

describe("harForecasts", () => {
  it("error: NaN before 250 days and for a history that is too short", () => {
    const windows = simulatedWindows(24 * 200, "short");
    const grid = forecastGrid(windows, 24);
    for (const kind of KINDS) assert.ok(harForecasts(windows, grid, { kind, hours: 24 }).every(Number.isNaN));
    assert.equal(forecastGrid(simulatedWindows(100, "tiny"), 24).indexes.length, 0);
  });

  it("behavior: other bars after a time change no forecast up to it", () => {
    const bars = simulatedBars(HOURS, { seed: "walk" });
    const kept = 24 * 380;
    const rows = Array.from({ length: HOURS }, (_, hour) => {
      const factor = hour < kept ? 1 : 1 + 0.3 * Math.sin(hour);
      return [
        bars.endSec[hour] ?? 0,
        ...[bars.open, bars.high, bars.low, bars.close].map((column) => factor * (column[hour] ?? 0)),
      ];
    });
    const [plain, changed] = [windowsOf(bars), windowsOf(columnsOf(rows))];
    const grid = forecastGrid(plain, 24);
    const before = grid.indexes.filter((index) => index < kept).length;
    const spec = { variance: "garch", distribution: "t" } as const;
    const pairs = [plain, changed].map((windows) => [
      ...KINDS.flatMap((kind) => [24, 168].map((hours) => harForecasts(windows, grid, { kind, hours }))),
      ...garchForecasts(windows, grid, { spec, horizonDays: [1, 7] }).forecasts,
    ]);
    pairs[0]?.forEach((forecast, which) => {
      assert.deepEqual(pairs[1]?.[which]?.subarray(0, before), forecast.subarray(0, before), `forecast ${which}`);
      assert.ok(forecast.subarray(290).every((value) => value > 0));
    });
    assert.notDeepEqual(pairs[1]?.[0], pairs[0]?.[0]);
  });

  it("default: forecasts beat the constant that fits best, and the range beats squared returns", () => {
    const windows = simulatedWindows(24 * 900, "quality");
    const grid = forecastGrid(windows, 24);
    const realised = Float64Array.from(grid.indexes, (index) => windows.coming("realised", index, 24));
    const loss = (forecast: Float64Array): number => {
      let [sum, count] = [0, 0];
      forecast.forEach((value, time) => {
        const entry = qlikeLoss(realised[time] ?? Number.NaN, value);
        if (time < 300 || !Number.isFinite(entry)) return;
        sum += entry;
        count += 1;
      });
      return sum / count;
    };
    const late = realised.subarray(300).filter(Number.isFinite);
    const constant = late.reduce((a, b) => a + b) / late.length;
    const [logHar, range] = (["logHar", "range"] as const).map((kind) =>
      loss(harForecasts(windows, grid, { kind, hours: 24 })),
    );
    const flat = loss(realised.map(() => constant));
    assert.ok((logHar ?? 9) < 0.9 * flat && (range ?? 9) < (logHar ?? 0), `${flat} ${logHar} ${range}`);
  });
});
