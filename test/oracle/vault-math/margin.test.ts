/** Margin arithmetic: refusals, hand-computed values, and the properties that the design promises. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import {
  HEALTH_CAP,
  healthWadDown,
  intrinsicUp,
  MAX_COLLATERAL,
  marginUp,
  maxLossUp,
  type PayoffInputs,
  payoffAt,
  WAD,
} from "../../../oracle/rules/margin.ts";

const SPOT_E8 = 6_000_000_000_000n;
/** Fixed, so that a failure repeats. */
const SEEDED = { seed: 1, numRuns: 500 };
const ONE_E8 = 100_000_000n;
const PUT: PayoffInputs = { isPut: true, strikeE8: SPOT_E8, priceE8: SPOT_E8, decimals: 6 };

/** Payoffs of every kind, price region and token precision. */
const anyPayoff = fc
  .record({
    isPut: fc.boolean(),
    strikeE8: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    priceE8: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    decimals: fc.constantFrom(0, 6, 8, 18),
  })
  .map(payoffAt);
const anySize = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
const anyRho = fc.bigInt({ min: 1n, max: 10_000n });

describe("payoffAt", () => {
  for (const fault of [
    { priceE8: 0n },
    { priceE8: -1n },
    { strikeE8: -1n },
    { decimals: 19 },
    { decimals: -1 },
    { decimals: 0.5 },
  ]) {
    it(`error: MARGIN_INPUT_RANGE for ${Object.entries(fault).flat().join(" ")}`, () => {
      assert.throws(
        () => payoffAt({ ...PUT, ...fault }),
        (error) => hasCode(error, "MARGIN_INPUT_RANGE"),
      );
    });
  }
});

describe("marginUp", () => {
  it("default: at the money ρ of the strike for puts and of one coin for calls", () => {
    assert.equal(marginUp(payoffAt(PUT), ONE_E8, 3_300n), 19_800_000_000n);
    assert.equal(marginUp(payoffAt({ ...PUT, isPut: false, decimals: 8 }), ONE_E8, 3_300n), 33_000_000n);
  });

  it("behavior: intrinsic value in the money, and less of the ceiling out of it", () => {
    const inMoney = payoffAt({ ...PUT, priceE8: (SPOT_E8 * 9n) / 10n });
    assert.equal(intrinsicUp(inMoney, ONE_E8), 6_000_000_000n);
    assert.equal(marginUp(inMoney, ONE_E8, 1_000n), 6_000_000_000n + 5_400_000_000n);
    const farCall = payoffAt({ isPut: false, strikeE8: 2n * SPOT_E8, priceE8: SPOT_E8, decimals: 8 });
    assert.equal(marginUp(farCall, ONE_E8, 1_000n), 10_000_000n);
    const inCall = payoffAt({ isPut: false, strikeE8: SPOT_E8 / 2n, priceE8: SPOT_E8, decimals: 8 });
    assert.equal(marginUp(inCall, ONE_E8, 1_000n), 50_000_000n + 5_000_000n);
  });

  it("behavior: one unit of size costs at least one unit of token", () => {
    assert.equal(marginUp(payoffAt({ ...PUT, strikeE8: 1n }), 1n, 1n), 1n);
  });

  it("behavior: I ≤ M(ρ) ≤ L, M(0) = I, M(1) = L, monotone in ρ and size", () => {
    fc.assert(
      fc.property(anyPayoff, anySize, anyRho, anyRho, (payoff, sizeE8, left, right) => {
        const [low, high] = left < right ? [left, right] : [right, left];
        const margin = marginUp(payoff, sizeE8, low);
        assert.ok(intrinsicUp(payoff, sizeE8) <= margin && margin <= maxLossUp(payoff, sizeE8));
        assert.ok(margin <= marginUp(payoff, sizeE8, high));
        assert.ok(margin <= marginUp(payoff, sizeE8 + 1n, low));
        assert.equal(marginUp(payoff, sizeE8, 0n), intrinsicUp(payoff, sizeE8));
        assert.equal(marginUp(payoff, sizeE8, 10_000n), maxLossUp(payoff, sizeE8));
      }),
      SEEDED,
    );
  });

  it("behavior: at M(ρ) a put survives a fall of ρ, a call a rise of ρ/(1 − ρ)", () => {
    const scenario = fc.record({
      isPut: fc.boolean(),
      strikeE8: fc.bigInt({ min: 10n ** 8n, max: 10n ** 14n }),
      priceE8: fc.bigInt({ min: 10n ** 8n, max: 10n ** 14n }),
      decimals: fc.constant(18),
    });
    fc.assert(
      fc.property(scenario, fc.bigInt({ min: 1n, max: 9_999n }), (inputs, rhoBps) => {
        const rest = 10_000n - rhoBps;
        // Rounded away from the shock's end: the gap is at most ρ.
        const shocked = inputs.isPut ? (inputs.priceE8 * rest + 9_999n) / 10_000n : (inputs.priceE8 * 10_000n) / rest;
        const held = marginUp(payoffAt(inputs), ONE_E8, rhoBps);
        assert.ok(held >= intrinsicUp(payoffAt({ ...inputs, priceE8: shocked }), ONE_E8));
      }),
      SEEDED,
    );
  });
});

describe("healthWadDown", () => {
  it("default: equity over buffer", () => {
    const inputs = { sizeE8: ONE_E8, collateral: 19_800_000_000n, rhoBps: 3_000n };
    assert.equal(healthWadDown(payoffAt(PUT), inputs), (11n * WAD) / 10n);
    const fallen = payoffAt({ ...PUT, priceE8: (SPOT_E8 * 6n) / 10n });
    assert.equal(healthWadDown(fallen, inputs), -388_888_888_888_888_889n);
  });

  it("behavior: without buffer the equity's sign decides", () => {
    const payoff = payoffAt({ ...PUT, priceE8: SPOT_E8 / 2n });
    const owed = intrinsicUp(payoff, ONE_E8);
    assert.equal(healthWadDown(payoff, { sizeE8: ONE_E8, collateral: owed, rhoBps: 0n }), HEALTH_CAP * WAD);
    assert.equal(healthWadDown(payoff, { sizeE8: ONE_E8, collateral: owed - 1n, rhoBps: 0n }), -HEALTH_CAP * WAD);
    const tiny = payoffAt({ ...PUT, strikeE8: 1n, priceE8: 1n, decimals: 0 });
    assert.equal(healthWadDown(tiny, { sizeE8: 1n, collateral: MAX_COLLATERAL, rhoBps: 1n }), HEALTH_CAP * WAD);
  });

  it("behavior: below one exactly when the margin is not met", () => {
    fc.assert(
      fc.property(anyPayoff, anySize, anyRho, (payoff, sizeE8, rhoBps) => {
        const required = marginUp(payoff, sizeE8, rhoBps);
        assert.ok(healthWadDown(payoff, { sizeE8, collateral: required, rhoBps }) >= WAD);
        assert.ok(healthWadDown(payoff, { sizeE8, collateral: required - 1n, rhoBps }) < WAD);
      }),
      SEEDED,
    );
  });
});
