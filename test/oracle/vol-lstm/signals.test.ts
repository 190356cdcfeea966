/** Tests of signals beside prices: availability lags, families that help, precedence in the right direction. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../oracle/math/rng.ts";
import { familyAblation, signalPrecedence } from "../../../oracle/training/vol-lstm/signal-tests.ts";
import { correlationSignal } from "../../../oracle/training/volatility/correlation-signal.ts";
import { type DailySignal, signalScore } from "../../../oracle/training/volatility/daily-signal.ts";
import { simulatedWindows } from "./simulated-bars.ts";

const DAY_SEC = 86_400;
const FIRST_DAY = 19_000;

function signalOf(values: readonly number[], lagDays = 1): DailySignal {
  return {
    name: "test",
    family: "test",
    lagDays,
    values: new Map(values.map((value, index) => [FIRST_DAY + index, value])),
  };
}

/** Forecasts that miss a factor exp(x) which a signal shows a day before. */
function hiddenDriver(count: number, strength: number) {
  const rng = createRng(`driver-${strength}`);
  const driver = Array.from({ length: count }, () => rng.normal());
  const realised = Float64Array.from({ length: count }, (_, day) =>
    Math.exp(strength * (driver[day - 1] ?? 0) + 0.3 * rng.normal()),
  );
  const atSec = Float64Array.from({ length: count }, (_, day) => (FIRST_DAY + day) * DAY_SEC);
  return { driver, record: { horizonDays: 1, atSec, forecast: new Float64Array(count).fill(1), realised } };
}

describe("signalScore", () => {
  it("error: NaN before 30 values, for a missing newest value, and for a constant signal", () => {
    const values = Array.from({ length: 100 }, (_, index) => index % 7);
    assert.ok(Number.isNaN(signalScore(signalOf(values), FIRST_DAY + 20)));
    assert.ok(Number.isNaN(signalScore(signalOf(values), FIRST_DAY + 200)));
    assert.ok(Number.isNaN(signalScore(signalOf(Array(100).fill(3)), FIRST_DAY + 90)));
  });

  it("behavior: a value counts only after its lag", () => {
    const values = Array.from({ length: 100 }, (_, index) => index % 2);
    const jump = values.with(80, 1_000);
    for (const lagDays of [1, 2]) {
      const [plain, jumped] = [signalOf(values, lagDays), signalOf(jump, lagDays)];
      assert.equal(signalScore(jumped, FIRST_DAY + 79 + lagDays), signalScore(plain, FIRST_DAY + 79 + lagDays));
      assert.equal(signalScore(jumped, FIRST_DAY + 80 + lagDays), 5);
    }
  });
});

describe("familyAblation", () => {
  it("default: a family that drives what the forecast misses helps, noise does not", () => {
    const { driver, record } = hiddenDriver(900, 0.6);
    const found = familyAblation(record, [signalOf(driver)], createRng("helps"));
    assert.ok(found.change < -0.3 && found.interval[1] < -0.2, JSON.stringify(found));
    const rng = createRng("noise");
    const noise = familyAblation(record, [signalOf(driver.map(() => rng.normal()))], createRng("noise-ci"));
    assert.ok(noise.change > -0.02 && noise.interval[1] > 0, JSON.stringify(noise));
  });

  it("behavior: a future of other values changes nothing before it", () => {
    const { driver, record } = hiddenDriver(500, 0.6);
    const cut = 400;
    const early = (values: readonly number[], realised: Float64Array) =>
      familyAblation(
        {
          ...record,
          atSec: record.atSec.subarray(0, cut),
          forecast: record.forecast.subarray(0, cut),
          realised: realised.subarray(0, cut),
        },
        [signalOf(values)],
        createRng("cut"),
      );
    const changed = driver.map((value, day) => (day >= cut ? 50 * value : value));
    assert.deepEqual(early(changed, record.realised), early(driver, record.realised));
  });
});

describe("signalPrecedence", () => {
  it("default: finds which of two series comes first", () => {
    const rng = createRng("precedence");
    const count = 700;
    const leader = Array.from({ length: count }, () => rng.normal());
    const logVariance = Float64Array.from({ length: count }, (_, day) => 0.7 * (leader[day - 1] ?? 0) + rng.normal());
    const follower = Array.from({ length: count }, (_, day) => 0.7 * (logVariance[day - 1] ?? 0) + rng.normal());
    const days = Array.from({ length: count }, (_, day) => FIRST_DAY + day);
    const volatility = { days, logVariance, week: logVariance.map(() => 0), month: logVariance.map(Math.sin) };
    // Controls need variation: the week's mean stands for noise here.
    const noisy = { ...volatility, week: logVariance.map(() => rng.normal()) };
    const [first, second] = signalPrecedence(noisy, [
      { ...signalOf(leader), name: "leader" },
      { ...signalOf(follower, 1), name: "follower" },
    ]);
    assert.ok((first?.precedesVolatility ?? 1) < 0.001 && (second?.followsVolatility ?? 1) < 0.001);
    assert.ok((second?.precedesVolatility ?? 0) > 0.01 && (first?.followsVolatility ?? 0) > 0.01);
  });
});

describe("correlationSignal", () => {
  it("default: an asset correlates with itself, hardly with another, and a day is known at its end", () => {
    const [left, right] = [simulatedWindows(1_500, "left"), simulatedWindows(1_500, "right")];
    const own = [...correlationSignal(left, left).values.values()];
    const other = [...correlationSignal(left, right).values.values()];
    assert.ok(own.length > 25 && own.every((value) => value > 4));
    assert.ok(other.every((value) => Math.abs(value) < 0.3));
    const days = [...correlationSignal(left, right).values.keys()];
    assert.equal(
      (Math.max(...days) + 1) * DAY_SEC,
      Math.floor((left.hours.firstEndSec + 1_499 * 3_600) / DAY_SEC) * DAY_SEC,
    );
  });
});
