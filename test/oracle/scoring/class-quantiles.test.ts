/** Class quantiles by weight of risk: nothing and nonsense first, then what outweighs what. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { classQuantiles, type WeighedScore } from "../../../oracle/scoring/class-quantiles.ts";

function member(rhoBps: number, weight: number, change: { classId?: number; piBps?: number } = {}): WeighedScore {
  return { score: { classId: 1, piBps: 10, rhoBps, ...change }, weight };
}

function rhoOf(members: readonly WeighedScore[], quantile = 0.9): number | undefined {
  return classQuantiles(members, quantile)[0]?.rhoBps;
}

describe("classQuantiles", () => {
  it("behavior: no scores, no quantiles", () => assert.deepEqual(classQuantiles([], 0.9), []));

  it("behavior: without any weight the largest value counts: what cannot be weighed is never waved through", () => {
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, -0]) {
      assert.equal(rhoOf([member(300, weight), member(200, weight)]), 300);
    }
  });

  it("behavior: a value without weight neither raises nor lowers the quantile", () => {
    assert.equal(rhoOf([member(100, 5), member(9_000, 0), member(1, Number.NaN)]), 100);
  });

  it("default: equal weights give the nearest rank from above", () => {
    const members = Array.from({ length: 20 }, (_, index) => member(100 + index, 0.1));
    assert.equal(rhoOf(members), 117);
    assert.equal(rhoOf(members, 1), 119);
    assert.equal(rhoOf(members, 0), 100);
    assert.equal(rhoOf(members, 0.901), 118);
  });

  it("behavior: a hundred small positions do not outvote the one that carries the risk", () => {
    const dust = Array.from({ length: 100 }, () => member(50, 0.001));
    assert.equal(rhoOf([...dust, member(2_000, 10)]), 2_000);
    assert.equal(rhoOf([...dust.map(() => member(9_000, 0.001)), member(500, 10)]), 500);
  });

  it("behavior: splitting a position changes nothing", () => {
    const others = [member(200, 3), member(800, 1)];
    const whole = [...others, member(500, 4)];
    const parts = [...others, ...Array.from({ length: 8 }, () => member(500, 0.5))];
    for (const quantile of [0.1, 0.375, 0.5, 0.875, 0.9]) assert.equal(rhoOf(whole, quantile), rhoOf(parts, quantile));
  });

  it("behavior: ρ and π each on its own, classes ascending", () => {
    const members = [
      member(100, 1, { classId: 2, piBps: 90 }),
      member(300, 9, { classId: 2, piBps: 20 }),
      member(700, 1, { classId: 1 }),
    ];
    assert.deepEqual(classQuantiles(members, 0.9), [
      { classId: 1, rhoBps: 700, piBps: 10 },
      { classId: 2, rhoBps: 300, piBps: 20 },
    ]);
  });
});
