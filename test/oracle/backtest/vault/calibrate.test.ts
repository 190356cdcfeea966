/** Knobs at a level of bad debt, and the figures they are judged by. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { EMPTY_DAY } from "../../../../oracle/simulation/vault/vault-ledger.ts";
import { calibrated, curveOf, knobsBetween } from "../../../../scripts/backtest/vault/calibrate.ts";
import { figuresOf, mergeDays } from "../../../../scripts/backtest/vault/policy-figures.ts";

const DAY = 86_400;
const WINDOW = { fromSec: 0, toSec: 10 * DAY };
const HOURS_PER_YEAR = 8_760;

/** One year of a notional of 1 USD, so that bad debt in USD times 10 000 is basis points a year. */
function run(knob: number, badDebtBps: number) {
  const day = { ...EMPTY_DAY, notionalHours: HOURS_PER_YEAR, collateralHours: knob, badDebt: badDebtBps / 10_000 };
  return { spec: { family: "static" as const, knob }, days: new Map([[0, day]]) };
}

const CURVE = curveOf([run(900, 0), run(100, 50), run(300, 1), run(500, 3), run(700, 0.5)], "static", WINDOW);

describe("figuresOf", () => {
  it("behavior: an empty stretch has no shares, and nothing is charged", () => {
    const figures = figuresOf(new Map(), WINDOW);
    assert.ok(Number.isNaN(figures.locked) && Number.isNaN(figures.badDebtBps));
    assert.equal(figures.overCharge, 0);
  });

  it("default: shares of notional, bad debt a year, days of the stretch only", () => {
    const day = { ...EMPTY_DAY, notionalHours: 876, collateralHours: 87.6, requiredHours: 43.8, valueHours: 8.76 };
    const events = { badDebt: 0.001, opened: 3, liquidations: 2, wrongful: 1, liquidatedNotional: 50, charge: 2 };
    const days = new Map([
      [0, { ...day, ...events }],
      [DAY, day],
      [20 * DAY, { ...day, badDebt: 9 }],
    ]);
    const figures = figuresOf(days, WINDOW);
    assert.ok(Math.abs(figures.locked - 0.1) < 1e-12 && Math.abs(figures.required - 0.05) < 1e-12);
    assert.ok(Math.abs(figures.optionValue - 0.01) < 1e-12);
    assert.ok(Math.abs(figures.badDebtBps - 50) < 1e-9);
    assert.deepEqual([figures.opened, figures.liquidations, figures.wrongful, figures.overCharge], [3, 2, 1, 0.04]);
  });
});

describe("mergeDays", () => {
  it("default: adds equal policies up, day by day", () => {
    const merged = mergeDays([run(100, 1), run(300, 2), run(100, 3)]);
    assert.deepEqual(
      merged.map(({ spec }) => spec.knob),
      [100, 300],
    );
    assert.ok(Math.abs((merged[0]?.days.get(0)?.badDebt ?? 0) - 0.0004) < 1e-12);
    assert.equal(merged[0]?.days.get(0)?.notionalHours, 2 * HOURS_PER_YEAR);
  });
});

describe("calibrated", () => {
  it("behavior: null when no knob reaches the level, or there is no curve", () => {
    assert.equal(calibrated([], 2), null);
    assert.equal(calibrated(curveOf([run(100, 5)], "static", WINDOW), 2), null);
    assert.equal(calibrated(curveOf([run(100, Number.NaN)], "static", WINDOW), 2), null);
  });

  it("default: the smallest knob from which on nothing lies above the level", () => {
    // 300 alone is below 2 bp, but 500 is above it again.
    assert.equal(calibrated(CURVE, 2)?.spec.knob, 700);
    assert.equal(calibrated(CURVE, 0)?.spec.knob, 900);
    assert.equal(calibrated(CURVE, 100)?.spec.knob, 100);
  });
});

describe("knobsBetween", () => {
  it("behavior: nothing lies below the first knob", () => {
    assert.deepEqual(knobsBetween(CURVE, 100, 3), []);
    assert.deepEqual(knobsBetween([], 2, 3), []);
  });

  it("default: whole basis points between the last above and the first below", () => {
    assert.deepEqual(
      knobsBetween(CURVE, 2, 3).map(({ knob }) => knob),
      [550, 600, 650],
    );
    assert.equal(knobsBetween(CURVE, 2, 1_000).length, 199);
  });
});
