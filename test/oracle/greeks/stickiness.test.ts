/** The learned answer of implied volatility: bad rows first, then what it learns, forgets and ignores. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRng } from "../../../oracle/math/rng.ts";
import { hedgeRatios, smilePlace } from "../../../oracle/models/greeks/smile-delta.ts";
import {
  createStickinessFilter,
  type HedgedRow,
  intervalMoments,
  NO_STICKINESS,
  STICKINESS_SETTINGS,
  type Stickiness,
} from "../../../oracle/models/greeks/stickiness.ts";

const HOURS_6 = 21_600;
const OPTION = { kind: "call", forward: 100, strike: 105, tenorYears: 0.1, impliedVol: 0.6 } as const;

/** Errors that a true response makes, with noise that all rows of an interval share. */
function rowsOf(truth: Stickiness, noise: number, seed: string): readonly HedgedRow[] {
  const rng = createRng(seed);
  const [move, shared] = [0.02 * rng.normal(), noise * rng.normal()];
  return [-0.4, -0.2, 0, 0.2, 0.4].map((place) => ({
    levelEffect: 0.1 * move,
    smilePlace: place,
    error: 0.1 * move * (truth.level + truth.skew * place) + 0.002 * shared,
  }));
}

function learned(truth: Stickiness, noise: number, intervals = 120): Stickiness {
  const filter = createStickinessFilter();
  for (let index = 0; index < intervals; index += 1) {
    filter.add(intervalMoments(index * HOURS_6, rowsOf(truth, noise, `interval-${index}`)));
  }
  return filter.at((intervals - 1) * HOURS_6);
}

describe("stickiness", () => {
  it("error: rows that are no numbers, or never move, claim nothing", () => {
    const filter = createStickinessFilter();
    for (let index = 0; index < 60; index += 1) {
      filter.add(intervalMoments(index, [{ error: Number.NaN, levelEffect: 1, smilePlace: 0 }]));
      filter.add(intervalMoments(index, []));
    }
    assert.deepEqual(filter.at(1e9), NO_STICKINESS);
  });

  it("default: learns a true response and leaves noise at zero", () => {
    const truth = { level: -0.1, skew: 0.2 };
    const found = learned(truth, 0.001);
    assert.ok(Math.abs(found.level - truth.level) < 0.01 && Math.abs(found.skew - truth.skew) < 0.02);
    assert.deepEqual(learned(NO_STICKINESS, 1), NO_STICKINESS);
  });

  it("behavior: claims nothing before 30 intervals, never more than 0.6, nothing from the future", () => {
    assert.deepEqual(learned({ level: -0.1, skew: 0 }, 0.001, STICKINESS_SETTINGS.leastIntervals - 1), NO_STICKINESS);
    assert.equal(learned({ level: -5, skew: 0 }, 0.001).level, -0.6);
    const filter = createStickinessFilter();
    for (let index = 0; index < 60; index += 1) {
      filter.add(intervalMoments(index * HOURS_6, rowsOf({ level: -0.1, skew: 0 }, 0.1, `past-${index}`)));
    }
    const before = filter.at(59 * HOURS_6);
    filter.add(intervalMoments(60 * HOURS_6, rowsOf({ level: 3, skew: 3 }, 0, "future")));
    assert.deepEqual(filter.at(59 * HOURS_6), before);
  });
});

describe("hedgeRatios", () => {
  it("error: BLACK76_INPUT", () => {
    assert.throws(() => hedgeRatios({ ...OPTION, strike: Number.NaN }, NO_STICKINESS), /BLACK76_INPUT/);
  });

  it("default: no response is the net delta, a rise of volatility in falls lowers it", () => {
    const plain = hedgeRatios(OPTION, NO_STICKINESS);
    assert.equal(plain.smileDelta, plain.netDelta);
    assert.ok(Math.abs(plain.netDelta - (plain.delta - plain.coin.price)) < 1e-15);
    assert.ok(hedgeRatios(OPTION, { level: -0.1, skew: 0 }).smileDelta < plain.netDelta);
  });

  it("behavior: call and put of a strike stand at one place and get one correction; expired ones none", () => {
    const sticky = { level: -0.1, skew: 0.3 };
    const call = hedgeRatios(OPTION, sticky);
    const put = hedgeRatios({ ...OPTION, kind: "put" }, sticky);
    const gap = call.smileDelta - call.netDelta - (put.smileDelta - put.netDelta);
    assert.ok(Math.abs(gap) < 1e-12);
    assert.ok(Math.abs(smilePlace("call", call.delta) - smilePlace("put", put.delta)) < 1e-12);
    const expired = hedgeRatios({ ...OPTION, tenorYears: 0 }, sticky);
    assert.equal(expired.smileDelta, expired.netDelta);
  });
});
