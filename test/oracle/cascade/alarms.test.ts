/** Alarms of a hazard: what counts as one, and how many were followed. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { HazardForecast } from "../../../oracle/training/cascade/hazard-walk.ts";
import { countAlarms } from "../../../scripts/evaluate/cascade/alarm-report.ts";

const HOUR = 3_600;

function forecast(hour: number, probability: number, isHit = false): HazardForecast {
  return { atSec: hour * HOUR, raw: probability, probability, isHit };
}

describe("countAlarms", () => {
  it("behavior: no forecasts raise none, and no share is stated of none", () => {
    for (const { alarms, followed, hours } of countAlarms([])) {
      assert.deepEqual([alarms, hours], [0, 0]);
      assert.ok(Number.isNaN(followed));
    }
  });

  it("behavior: an alarm lasts until a day has passed below the threshold, and is judged by its first hour", () => {
    const year = Array.from({ length: 8_760 }, (_, hour) => forecast(hour, 0.1));
    year[10] = forecast(10, 0.5, true);
    year[30] = forecast(30, 0.9);
    year[54] = forecast(54, 0.55);
    year[79] = forecast(79, 0.5);
    const at = countAlarms(year).find(({ threshold }) => threshold === 0.5);
    assert.deepEqual(at, { threshold: 0.5, alarms: 2, alarmsPerYear: 2, followed: 0.5, hoursFollowed: 0.25, hours: 4 });
  });
});
