/** Liquidation arithmetic: refusals, the stages of the price, and the promises of options-vaults.md §4.6. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import {
  type AuctionClock,
  type Distress,
  payoutDown,
  RATE_UNITS,
  rateE8Down,
  sizeUp,
} from "../../../oracle/rules/liquidation.ts";
import { healthWadDown, intrinsicUp, marginUp, payoffAt, WAD } from "../../../oracle/rules/margin.ts";

/** Fixed, so that a failure repeats. */
const SEEDED = { seed: 1, numRuns: 500 };
const ONE_E8 = 100_000_000n;
const CLOCK: AuctionClock = { piBps: 1_000n, rhoBps: 3_000n, elapsedSec: 0n, orderlySec: 900n, lateSec: 7_200n };
/** A 60 000 put at 57 000 with 19 800 collateral: I 3 000, B 17 100, e 16 800. */
const DISTRESS: Distress = {
  payoff: payoffAt({ isPut: true, strikeE8: 6_000_000_000_000n, priceE8: 5_700_000_000_000n, decimals: 6 }),
  sizeE8: ONE_E8,
  collateral: 19_800_000_000n,
  rhoBps: 3_000n,
  targetHealthBps: 12_500n,
  rateE8: 5_000_000n,
};

/** Positions with 0 < health < 1 at any price, any moment of the auction. */
const anyDistress = fc
  .record({
    isPut: fc.boolean(),
    strikeE8: fc.bigInt({ min: 10n ** 6n, max: 10n ** 15n }),
    ratioBps: fc.bigInt({ min: 2_000n, max: 30_000n }),
    decimals: fc.constantFrom(6, 8, 18),
    sizeE8: fc.bigInt({ min: 10n ** 6n, max: 10n ** 15n }),
    rhoBps: fc.bigInt({ min: 1n, max: 10_000n }),
    equityShare: fc.bigInt({ min: 1n, max: 9_999n }),
    targetHealthBps: fc.bigInt({ min: 10_001n, max: 20_000n }),
    rateE8: fc.bigInt({ min: 0n, max: RATE_UNITS }),
  })
  .map(({ equityShare, ratioBps, isPut, strikeE8, decimals, ...rest }): Distress => {
    const payoff = payoffAt({ isPut, strikeE8, decimals, priceE8: (strikeE8 * ratioBps) / 10_000n });
    const intrinsic = intrinsicUp(payoff, rest.sizeE8);
    const buffer = marginUp(payoff, rest.sizeE8, rest.rhoBps) - intrinsic;
    return { payoff, collateral: intrinsic + (buffer * equityShare) / 10_000n, ...rest };
  })
  .filter((distress) => {
    const health = healthWadDown(distress.payoff, distress);
    return health > 0n && health < WAD;
  });

/** The position after `closedE8` contracts were taken. */
function restOf(distress: Distress, closedE8: bigint): Distress {
  return {
    ...distress,
    sizeE8: distress.sizeE8 - closedE8,
    collateral: distress.collateral - payoutDown(distress, closedE8),
  };
}

describe("rateE8Down", () => {
  for (const field of ["orderlySec", "lateSec"] as const) {
    it(`error: LIQUIDATION_INPUT_RANGE for ${field} = 0`, () => {
      assert.throws(
        () => rateE8Down({ ...CLOCK, [field]: 0n }),
        (error) => hasCode(error, "LIQUIDATION_INPUT_RANGE"),
      );
    });
  }

  for (const [elapsedSec, expected] of [
    [0n, 5_000_000n],
    [450n, 7_500_000n],
    [899n, 9_994_444n],
    [900n, 10_000_000n],
    [4_500n, 20_000_000n],
    [8_100n, 30_000_000n],
    [99_999n, 30_000_000n],
  ] as const) {
    it(`default: ${expected} after ${elapsedSec} s`, () => {
      assert.equal(rateE8Down({ ...CLOCK, elapsedSec }), expected);
    });
  }

  it("behavior: a ρ loosened below π keeps the rate at π", () => {
    assert.equal(rateE8Down({ ...CLOCK, rhoBps: 500n, elapsedSec: 8_100n }), 10_000_000n);
  });

  it("behavior: never falls with time", () => {
    const second = fc.bigInt({ min: 0n, max: 10_000n });
    fc.assert(
      fc.property(second, second, (elapsedSec, laterSec) => {
        const later = rateE8Down({ ...CLOCK, elapsedSec: elapsedSec + laterSec });
        assert.ok(rateE8Down({ ...CLOCK, elapsedSec }) <= later);
      }),
      SEEDED,
    );
  });
});

describe("sizeUp", () => {
  it("error: LIQUIDATION_INPUT_RANGE for a position without size", () => {
    const empty = { ...DISTRESS, sizeE8: 0n };
    assert.throws(
      () => sizeUp(empty),
      (error) => hasCode(error, "LIQUIDATION_INPUT_RANGE"),
    );
    assert.throws(
      () => payoutDown(empty, 0n),
      (error) => hasCode(error, "LIQUIDATION_INPUT_RANGE"),
    );
  });

  it("default: (1.25·17 100 − 16 800)/(1.25·17 100 − 2 850) of the position", () => {
    assert.equal(sizeUp(DISTRESS), 24_696_357n);
  });

  it("behavior: nothing at or above the target", () => {
    assert.equal(sizeUp({ ...DISTRESS, collateral: 24_375_000_000n }), 0n);
    assert.equal(sizeUp({ ...DISTRESS, collateral: 24_374_999_999n }), 1n);
  });

  it("behavior: k* = n exactly when x = e", () => {
    assert.equal(sizeUp({ ...DISTRESS, rateE8: 30_000_000n }), ONE_E8);
    fc.assert(
      fc.property(anyDistress, (distress) => {
        const offered = distress.sizeE8 * distress.payoff.unit * distress.payoff.ceilingE8 * distress.rateE8;
        const held = distress.collateral * distress.payoff.denominator;
        const equity = (held - distress.sizeE8 * distress.payoff.unit * distress.payoff.intrinsicE8) * RATE_UNITS;
        // k* is rounded up, so that n may be reached a unit early, never missed.
        if (offered >= equity) assert.equal(sizeUp(distress), distress.sizeE8);
        else assert.ok(sizeUp({ ...distress, rateE8: 0n }) < distress.sizeE8);
      }),
      SEEDED,
    );
  });

  it("behavior: the rest is at the target, or fully collateralised", () => {
    fc.assert(
      fc.property(anyDistress, (distress) => {
        const closedE8 = sizeUp(distress);
        assert.ok(closedE8 > 0n && closedE8 <= distress.sizeE8);
        if (closedE8 === distress.sizeE8) return;
        const rest = restOf(distress, closedE8);
        const share = (distress.rhoBps * distress.targetHealthBps) / 10_000n;
        const target = marginUp(rest.payoff, rest.sizeE8, share < 10_000n ? share : 10_000n);
        assert.ok(rest.collateral >= target - 1n);
      }),
      SEEDED,
    );
  });
});

describe("payoutDown", () => {
  it("default: intrinsic value and the share on offer", () => {
    assert.equal(payoutDown(DISTRESS, ONE_E8 / 2n), 2_925_000_000n);
  });

  it("behavior: x ≤ e, so the liquidation causes no shortfall and the health of the rest never falls", () => {
    fc.assert(
      fc.property(anyDistress, fc.bigInt({ min: 1n, max: 10_000n }), (distress, shareBps) => {
        const closedE8 = (distress.sizeE8 * shareBps) / 10_000n;
        const payout = payoutDown(distress, closedE8);
        assert.ok(payout * distress.sizeE8 <= distress.collateral * closedE8);
        if (closedE8 === distress.sizeE8) return;
        const rest = restOf(distress, closedE8);
        assert.ok(healthWadDown(rest.payoff, rest) >= healthWadDown(distress.payoff, distress));
      }),
      SEEDED,
    );
  });

  it("behavior: splitting never pays", () => {
    const share = fc.bigInt({ min: 1n, max: 9_999n });
    fc.assert(
      fc.property(anyDistress, share, (distress, shareBps) => {
        const wholeE8 = sizeUp(distress);
        const firstE8 = (wholeE8 * shareBps) / 10_000n;
        const rest = restOf(distress, firstE8);
        if (rest.sizeE8 === 0n) return;
        const secondE8 = wholeE8 - firstE8;
        const parts = payoutDown(distress, firstE8) + payoutDown(rest, secondE8);
        // The unit that the first part's rounding left behind may come out with the second.
        assert.ok(parts <= payoutDown(distress, wholeE8) + 1n);
      }),
      SEEDED,
    );
  });
});
