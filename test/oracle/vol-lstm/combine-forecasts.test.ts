/** The combination: prior without a past, no look-ahead, weights that follow the losses. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../oracle/math/rng.ts";
import {
  combineForecasts,
  type MemberForecasts,
  qlikeLoss,
} from "../../../oracle/models/vol-lstm/combine-forecasts.ts";

const DAY = 86_400;
const SETTINGS = { prior: [0.5, 0.3, 0.2], halfLifeDays: 60, priorDays: 10, power: 2 };

/** Member 0 is right up to noise, member 1 twice too high, member 2 four times too low. */
function stream(count: number, horizonDays: number): MemberForecasts {
  const rng = createRng("combine");
  const realised = Float64Array.from({ length: count }, () => 1e-3 * Math.exp(0.4 * rng.normal()));
  const constant = (value: number): Float64Array => new Float64Array(count).fill(value);
  return {
    atSec: Float64Array.from({ length: count }, (_, time) => time * DAY),
    forecasts: [constant(1e-3), constant(2e-3), constant(2.5e-4)],
    realised,
    horizonSec: horizonDays * DAY,
  };
}

describe("qlikeLoss", () => {
  it("default: zero where they agree, harder on too low forecasts, NaN for nothing", () => {
    assert.equal(qlikeLoss(2, 2), 0);
    assert.ok(qlikeLoss(2, 1) > qlikeLoss(1, 2));
    assert.ok(Number.isNaN(qlikeLoss(Number.NaN, 1)));
  });
});

describe("combineForecasts", () => {
  it("behavior: the prior holds until the first label is complete", () => {
    const { weights, forecast } = combineForecasts(stream(12, 7), SETTINGS);
    for (let time = 0; time < 7; time += 1)
      SETTINGS.prior.forEach((weight, member) => {
        assert.equal(weights[member]?.[time], weight);
      });
    assert.notEqual(weights[0]?.[7], SETTINGS.prior[0]);
    assert.ok(Math.abs((forecast[0] ?? 0) - 1e-3 ** 0.5 * 2e-3 ** 0.3 * 2.5e-4 ** 0.2) < 1e-15);
  });

  it("behavior: labels that end after a time do not touch its weights", () => {
    const plain = stream(100, 7);
    const { forecast } = combineForecasts(plain, SETTINGS);
    const changed = combineForecasts(
      { ...plain, realised: plain.realised.map((value, time) => (time + 7 > 60 ? 99 : value)) },
      SETTINGS,
    );
    assert.deepEqual(changed.forecast.subarray(0, 61), forecast.subarray(0, 61));
    assert.notEqual(changed.forecast[70], forecast[70]);
  });

  it("default: weights are positive, sum to one and move to the better member; unknown labels are skipped", () => {
    const data = stream(400, 1);
    const gaps = { ...data, realised: data.realised.map((value, time) => (time % 3 === 0 ? Number.NaN : value)) };
    for (const input of [data, gaps]) {
      const { weights } = combineForecasts(input, SETTINGS);
      const last = weights.map((column) => column.at(-1) ?? Number.NaN);
      assert.ok(Math.abs(last.reduce((a, b) => a + b) - 1) < 1e-12 && last.every((weight) => weight > 0));
      assert.ok((last[0] ?? 0) > 0.8 && (last[2] ?? 1) < 0.01, String(last));
    }
  });

  it("behavior: a member without forecasts has no weight until it has some; without any member there is no forecast", () => {
    const data = stream(60, 1);
    const late = data.forecasts.map((column, member) =>
      column.map((value, time) => (member === 0 && time < 30 ? Number.NaN : value)),
    );
    const { weights, forecast } = combineForecasts({ ...data, forecasts: late }, SETTINGS);
    assert.ok(weights[0]?.subarray(0, 30).every((weight) => weight === 0));
    assert.ok(weights[0]?.subarray(30).every((weight) => weight > 0.1));
    assert.ok(forecast.every(Number.isFinite));
    const none = data.forecasts.map((column) => column.map(() => Number.NaN));
    assert.ok(combineForecasts({ ...data, forecasts: none }, SETTINGS).forecast.every(Number.isNaN));
  });

  it("behavior: a record goes on where it ended, to the last digits", () => {
    const whole = stream(200, 1);
    const cut = (from: number, to: number): MemberForecasts => ({
      ...whole,
      atSec: whole.atSec.subarray(from, to),
      forecasts: whole.forecasts.map((column) => column.subarray(from, to)),
      realised: whole.realised.subarray(from, to),
    });
    // At the time 100 the label of 99 has just ended: the first part ends with it.
    const { record } = combineForecasts(cut(0, 101), SETTINGS);
    const resumed = combineForecasts(cut(100, 200), SETTINGS, JSON.parse(JSON.stringify(record)));
    const { forecast } = combineForecasts(whole, SETTINGS);
    resumed.forecast.forEach((value, time) => {
      assert.ok(Math.abs(value / (forecast[100 + time] ?? 0) - 1) < 1e-12, `time ${time}`);
    });
  });

  it("behavior: power 0 never leaves the prior", () => {
    const { weights } = combineForecasts(stream(50, 1), { ...SETTINGS, power: 0 });
    assert.ok(Math.abs((weights[0]?.at(-1) ?? 0) - 0.5) < 1e-12);
  });
});
