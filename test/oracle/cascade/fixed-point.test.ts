/** Sell, impact, sell: exact small cases, convergence, that nothing lowers it; positions read into a book. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { LeveredPosition } from "../../../oracle/domain/cascade.ts";
import type { LoanAccount } from "../../../oracle/domain/lending.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { agentBook, leveredLoan, leveredPut, protocolUsd, soldAt } from "../../../oracle/scoring/agent-book.ts";
import { cascadeCurve, extraFallAt, SHOCK_NODES, settleCascade } from "../../../oracle/scoring/cascade-fixed-point.ts";
import { depthLeft, depthWithin, marginalDistance, unitDepth } from "../../../oracle/scoring/depth-curve.ts";
import { drawCascade } from "../../../oracle/training/cascade/draw-cascades.ts";
import { curveOf } from "../cvar-depth/cases.ts";

/** 1 M USD a percent, evenly, up to half of the price. */
const EVEN = curveOf(
  [
    [0.01, 1e6],
    [0.05, 5e6],
  ],
  1e-4,
);

function agent(trigger: number, usd: number): LeveredPosition {
  const liquidationPrice = 100 * Math.exp(-trigger);
  return { protocol: "test", asset: "ETH", coins: usd / liquidationPrice, liquidationPrice };
}

function loanOf(further: Partial<LoanAccount>): LoanAccount {
  return {
    protocol: "aave-v3",
    account: "0x00000000000000000000000000000000000000aa",
    collateral: [{ asset: "ETH", valueUsd: 20_000, coinUsd: 2_000, threshold: 0.8 }],
    debts: [{ asset: null, valueUsd: 12_000 }],
    soldPerDebt: 0.525,
    ...further,
  };
}

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

describe("agentBook", () => {
  it("behavior: hostile numbers are never less than sold at once", () => {
    const hostile = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 200].map((liquidationPrice) => ({
      ...{ protocol: "test", asset: "ETH", coins: 1, liquidationPrice },
    }));
    const book = agentBook(hostile, 100);
    assert.equal(soldAt(book, 0), 500);
    assert.equal(soldAt(agentBook([], 100), 1), 0);
    assert.equal(
      soldAt(agentBook([{ protocol: "test", asset: "ETH", coins: Number.NaN, liquidationPrice: 50 }], 100), 1),
      0,
    );
  });

  it("behavior: a loan sells from its threshold on, at most its collateral", () => {
    const [found] = leveredLoan(loanOf({ debts: [{ asset: null, valueUsd: 12_000 }] }));
    assert.equal(found?.liquidationPrice, 1_500);
    near(found?.coins ?? 0, (0.5 * 12_000 * 1.05) / 1_500);
    const [whole] = leveredLoan(loanOf({ soldPerDebt: Number.POSITIVE_INFINITY }));
    assert.equal(whole?.coins, 10);
  });

  it("behavior: debt in what falls lowers the price, collateral that stays lifts it off; what is bad is sold at once", () => {
    const eth = { asset: "ETH", valueUsd: 20_000, coinUsd: 2_000, threshold: 0.8 };
    const stable = { asset: null, valueUsd: 10_000, coinUsd: 0, threshold: 0.9 };
    const mixed = loanOf({
      collateral: [eth, stable],
      debts: [
        { asset: null, valueUsd: 12_000 },
        { asset: "BTC", valueUsd: 4_000 },
      ],
    });
    const [found] = leveredLoan(mixed);
    // x·(16 000 − 4 000) + 9 000 = 12 000.
    near(found?.liquidationPrice ?? 0, 2_000 / 4);
    // At that price all of it is worth less than the 6 825 USD that would be sold.
    assert.equal(found?.coins, 10);
    assert.deepEqual(leveredLoan(loanOf({ collateral: [eth, stable], debts: [{ asset: null, valueUsd: 9_000 }] })), []);
    assert.deepEqual(leveredLoan(loanOf({ collateral: [stable], debts: [{ asset: null, valueUsd: 9_500 }] })), []);
    // Its debt falls faster than its collateral: no fall hurts.
    assert.deepEqual(
      leveredLoan(loanOf({ collateral: [eth, stable], debts: [{ asset: "BTC", valueUsd: 17_000 }] })),
      [],
    );
    const [bad] = leveredLoan(loanOf({ debts: [{ asset: null, valueUsd: 17_000 }] }));
    assert.equal(bad?.liquidationPrice, Number.POSITIVE_INFINITY);
    near(bad?.coins ?? 0, (0.525 * 17_000) / 2_000);
  });

  it("behavior: several assets fall together and are sold by value", () => {
    const legs = ["ETH", "BTC"].map((asset, place) => ({
      asset,
      valueUsd: 10_000,
      coinUsd: 1_000 * (place + 1),
      threshold: 0.8,
    }));
    const found = leveredLoan(loanOf({ collateral: legs, debts: [{ asset: null, valueUsd: 8_000 }] }));
    assert.deepEqual(
      found.map(({ asset, liquidationPrice }) => [asset, liquidationPrice]),
      [
        ["ETH", 500],
        ["BTC", 1_000],
      ],
    );
    const usd = found.map(({ coins, liquidationPrice }) => coins * liquidationPrice);
    for (const worth of usd) near(worth, (0.525 * 8_000) / 2, 1e-9);
    const sums = protocolUsd(found, 2_000);
    assert.deepEqual(Object.keys(sums), ["aave-v3"]);
  });

  it("behavior: a put is liquidated where its collateral meets I + ρ·(K − I), calls and full collateral never", () => {
    const put = { kind: "put", asset: "ETH", strike: 100, size: 2, collateralPerContract: 40, sourceIndex: 1 } as const;
    const found = leveredPut(put, 0.3);
    assert.ok(found !== null);
    const intrinsic = 100 - found.liquidationPrice;
    near(intrinsic + 0.3 * (100 - intrinsic), 40);
    assert.equal(found.coins, 2);
    assert.equal(leveredPut({ ...put, kind: "call" }, 0.3), null);
    assert.equal(leveredPut({ ...put, collateralPerContract: 100 }, 0.3), null);
    assert.equal(leveredPut({ ...put, collateralPerContract: 100 }, 1), null);
    assert.equal(leveredPut({ ...put, collateralPerContract: 20 }, 0.3)?.liquidationPrice, Number.POSITIVE_INFINITY);
    assert.equal(leveredPut({ ...put, collateralPerContract: 99 }, 1)?.liquidationPrice, Number.POSITIVE_INFINITY);
  });
});

describe("depth within and marginal distance", () => {
  it("behavior: they are inverse to each other, and end at half of the price", () => {
    [0.004, 0.01, 0.03, 0.2].forEach((distance) => {
      near(marginalDistance(EVEN, depthWithin(EVEN, distance)), distance, 1e-12);
    });
    assert.equal(unitDepth(EVEN), 1e6);
    assert.deepEqual(
      [0, -1, Number.NaN, 1e12].map((usd) => marginalDistance(EVEN, usd)),
      [0, 0, 0, 0.5],
    );
  });
});

describe("settleCascade", () => {
  it("behavior: without positions a shock stays what it is", () => {
    const rest = settleCascade({ book: agentBook([], 100), curve: EVEN }, 0.07);
    assert.deepEqual(rest, { fall: 0.07, soldUsd: 0, rounds: 1 });
  });

  it("behavior: one position, two positions of which the first sets off the second, exactly", () => {
    const shock = 0.03;
    const first = agent(0.02, 5e5);
    const one = settleCascade({ book: agentBook([first], 100), curve: EVEN }, shock);
    // The sale meets what is left after the whole fall, so the fall solves its own equation.
    near(one.fall, shock - Math.log1p(-(0.01 * 0.5) / depthLeft(one.fall)));
    assert.equal(one.soldUsd, 5e5);
    const second = agent(one.fall - 1e-6, 3e5);
    const both = settleCascade({ book: agentBook([second, first], 100), curve: EVEN }, shock);
    near(both.fall, shock - Math.log1p(-(0.01 * 0.8) / depthLeft(both.fall)));
    const apart = settleCascade({ book: agentBook([agent(one.fall + 1e-6, 3e5), first], 100), curve: EVEN }, shock);
    near(apart.fall, one.fall);
  });

  it("behavior: it comes to rest at a fixed point from below, 300 drawn books", () => {
    const rng = createRng("cascade-rest");
    for (let draw = 0; draw < 300; draw += 1) {
      const { positions, curve, shock } = drawCascade(rng);
      const book = agentBook(positions, 1);
      const { fall, rounds } = settleCascade({ book, curve }, shock);
      const again = shock - Math.log1p(-marginalDistance(curve, soldAt(book, fall) / depthLeft(fall)));
      assert.ok(fall >= shock && rounds < 2_000 && again <= fall + 1e-7, `${fall} ${again} ${rounds}`);
    }
  });

  it("behavior: shock, positions and lost depth never lower it, 500 drawn books", () => {
    const rng = createRng("cascade-monotone");
    for (let draw = 0; draw < 500; draw += 1) {
      const { positions, curve, shock } = drawCascade(rng);
      const book = agentBook(positions, 1);
      const base = settleCascade({ book, curve }, shock).fall;
      const more = agentBook([...positions, ...drawCascade(rng).positions.slice(0, 3)], 1);
      const worse = [
        settleCascade({ book, curve }, shock + 0.05 * rng.uniform()),
        settleCascade({ book: more, curve }, shock),
        settleCascade({ book, curve, depthFactor: 0.3 + 0.7 * rng.uniform() }, shock),
      ];
      assert.ok(worse.every(({ fall }) => fall >= base - 1e-7));
    }
  });
});

describe("cascadeCurve", () => {
  it("behavior: rises with the shock, half the depth above, twice the depth below, and reads linearly between nodes", () => {
    const rng = createRng("cascade-curve");
    for (let draw = 0; draw < 50; draw += 1) {
      const { positions, curve } = drawCascade(rng);
      const found = cascadeCurve(positions, 1, curve);
      found.extra.forEach((value, node) => {
        assert.ok(value >= (found.extra[node - 1] ?? 0));
        assert.ok((found.extraLow[node] ?? 0) <= value + 1e-7 && value <= (found.extraHigh[node] ?? 0) + 1e-7);
        near(extraFallAt(found, SHOCK_NODES[node] ?? 0), value, 1e-12);
      });
      assert.equal(extraFallAt(found, 9), found.extra.at(-1));
    }
    assert.equal(cascadeCurve([], 100, EVEN).notionalUsd, 0);
  });
});
