/** Endpoint mode: weighted hours, what a chain says about volatility, and the margin made of it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { calendarHours } from "../../../oracle/scoring/calendar-hours.ts";
import { type EndpointQuestion, endpointMargin } from "../../../oracle/scoring/endpoint-margin.ts";
import { type QuotedVol, quotedVol, type VolQuote } from "../../../oracle/scoring/quoted-vol.ts";

/** Wednesday 2026-03-04 12:00 UTC. */
const AT_SEC = Date.UTC(2026, 2, 4, 12) / 1_000;
const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} against ${expected}`);

describe("calendarHours", () => {
  it("default: a week counts 168 hours, wherever it begins", () => {
    for (const hour of [0, 5.5, 100]) {
      const from = AT_SEC + hour * SECONDS_PER_HOUR;
      near(calendarHours(from, from + 7 * SECONDS_PER_DAY), 168, 0.5);
    }
  });

  it("behavior: adds up, never falls, and counts a Saturday less than half of a Monday", () => {
    const rng = createRng("calendar");
    for (let trial = 0; trial < 200; trial += 1) {
      const [first, second] = [rng.uniform() * 400, rng.uniform() * 400];
      const [middle, end] = [AT_SEC + first * SECONDS_PER_HOUR, AT_SEC + (first + second) * SECONDS_PER_HOUR];
      assert.ok(calendarHours(AT_SEC, middle) >= 0);
      near(calendarHours(AT_SEC, middle) + calendarHours(middle, end), calendarHours(AT_SEC, end), 1e-9);
    }
    const day = (date: number): number => {
      const start = Date.UTC(2026, 2, date) / 1_000;
      return calendarHours(start, start + SECONDS_PER_DAY);
    };
    assert.ok(day(7) < 0.5 * day(9));
  });
});

describe("quotedVol", () => {
  const quote = (strike: number, hours: number, impliedVol: number): VolQuote => ({
    strike,
    expirySec: AT_SEC + hours * SECONDS_PER_HOUR,
    impliedVol,
    future: 100,
  });

  it("error: null without a living quote", () => {
    assert.equal(quotedVol([], AT_SEC), null);
    assert.equal(quotedVol([quote(100, -1, 0.5)], AT_SEC), null);
  });

  it("behavior: an expiry within twelve hours serves only where there is no later one", () => {
    const near12 = quote(100, 6, 0.9);
    const week = quotedVol([near12, quote(100, 168, 0.5)], AT_SEC);
    near((week?.hourly ?? 0) * Math.sqrt(8_760), 0.5, 0.002);
    const alone = quotedVol([near12], AT_SEC);
    assert.ok(alone !== null && alone.hourly > 0);
  });

  it("default: linear between strikes, constant beyond, skew over the volatility at the future", () => {
    const flat = quotedVol([quote(80, 168, 0.5), quote(120, 168, 0.5)], AT_SEC);
    assert.deepEqual([flat?.putSkew, flat?.callSkew], [1, 1]);
    const found = quotedVol([quote(99, 168, 0.7), quote(100, 168, 0.5), quote(101, 168, 0.6)], AT_SEC);
    assert.deepEqual([found?.putSkew, found?.callSkew], [1.4, 1.2]);
  });
});

describe("endpointMargin", () => {
  const question: EndpointQuestion = {
    asset: "BTC",
    series: { kind: "put", strike: 95, expirySec: AT_SEC + 20 * SECONDS_PER_DAY },
    future: 100,
    impliedVol: 0.5,
    atSec: AT_SEC,
    untilSec: AT_SEC + 6 * SECONDS_PER_HOUR,
    confidence: 0.99,
  };
  const vol: QuotedVol = { hourly: 0.005, putSkew: 1.1, callSkew: 1 };

  it("error: a volatility that is no number gives no margin", () => {
    assert.ok(Number.isNaN(endpointMargin(question, { ...vol, hourly: Number.NaN }).margin));
    assert.ok(Number.isNaN(endpointMargin({ ...question, impliedVol: Number.NaN }, vol).margin));
  });

  it("behavior: within value and largest loss, non-decreasing in volatility, skew and confidence", () => {
    const rng = createRng("endpoint");
    for (let trial = 0; trial < 3_000; trial += 1) {
      const kind = rng.uniform() < 0.5 ? "call" : "put";
      const expirySec = AT_SEC + (0.5 + 100 * rng.uniform() ** 3) * SECONDS_PER_DAY;
      const asked: EndpointQuestion = {
        ...question,
        series: { kind, strike: 60 + 80 * rng.uniform(), expirySec },
        impliedVol: 0.2 + rng.uniform(),
        confidence: 0.9 + 0.09 * rng.uniform(),
      };
      const said: QuotedVol = { hourly: 0.002 + 0.01 * rng.uniform(), putSkew: 1 + rng.uniform(), callSkew: 1 };
      const { value, margin } = endpointMargin(asked, said);
      assert.ok(margin >= value && margin <= (kind === "call" ? 1 : asked.series.strike));
      const more = [
        endpointMargin(asked, { ...said, hourly: 1.2 * said.hourly }),
        endpointMargin(asked, { ...said, putSkew: 1.2 * said.putSkew, callSkew: 1.2 }),
        endpointMargin({ ...asked, confidence: asked.confidence + 0.005 }, said),
      ];
      for (const { margin: greater } of more) assert.ok(greater >= margin - 1e-12, `trial ${trial}`);
    }
  });

  it("default: the value of a put after the stated move, by hand", () => {
    const far = { ...question, series: { ...question.series, strike: 1_000 } };
    const { value, margin } = endpointMargin(far, vol);
    near(value, 900, 1e-6);
    const longRun = 0.45 / Math.sqrt(8_760);
    const usual = longRun * Math.sqrt(12);
    const expected = 0.005 * 1.1 * Math.sqrt(calendarHours(AT_SEC, question.untilSec));
    const deviation = usual * (expected / usual) ** 0.75;
    const probe = 3 * longRun * Math.sqrt(6);
    const gain = (1 - Math.exp(-probe)) / probe;
    near(margin, 1_000 - 100 * Math.exp(-2.5 * gain ** -0.05 * deviation), 1e-6);
  });
});
