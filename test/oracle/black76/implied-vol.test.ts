/** Implied volatility: bad prices first, then round trips over the whole range. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { Black76InputError, black76 } from "../../../oracle/math/black76.ts";
import { impliedVol } from "../../../oracle/math/implied-vol.ts";

const OPTION = { kind: "call", forward: 100, strike: 80, tenorYears: 0.25 } as const;

describe("impliedVol", () => {
  it("error: BLACK76_INPUT for numbers that are not finite", () => {
    for (const price of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => impliedVol({ ...OPTION, price }), Black76InputError);
    }
    assert.throws(() => impliedVol({ ...OPTION, price: 25, strike: Number.NaN }), Black76InputError);
  });

  it("behavior: prices that no volatility gives are named, not thrown", () => {
    assert.deepEqual(impliedVol({ ...OPTION, price: 19 }), { ok: false, reason: "below-intrinsic" });
    assert.deepEqual(impliedVol({ ...OPTION, price: 100 }), { ok: false, reason: "above-maximum" });
    assert.deepEqual(impliedVol({ ...OPTION, kind: "put", price: 80 }), { ok: false, reason: "above-maximum" });
    assert.deepEqual(impliedVol({ ...OPTION, price: 21, tenorYears: 0 }), { ok: false, reason: "zero-tenor" });
    assert.deepEqual(impliedVol({ ...OPTION, kind: "put", price: -0 }), { ok: true, impliedVol: 0 });
    assert.deepEqual(impliedVol({ ...OPTION, price: 20 }), { ok: true, impliedVol: 0 });
  });

  it("default: returns the volatility of an out-of-the-money price within 1e-10", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 4, noNaN: true }),
        fc.double({ min: -7, max: 7, noNaN: true }),
        fc.double({ min: 0.0005, max: 3, noNaN: true }),
        (vol, deviations, tenorYears) => {
          const strike = 100 * Math.exp(deviations * vol * Math.sqrt(tenorYears));
          const kind = strike > 100 ? "call" : "put";
          const price = black76({ kind, forward: 100, strike, tenorYears, impliedVol: vol }).price;
          const found = impliedVol({ kind, forward: 100, strike, tenorYears, price });
          assert.ok(found.ok);
          // A subtraction of two nearly equal terms leaves the price itself this uncertain.
          const floor =
            (4e-16 * Math.min(100, strike)) /
            Math.max(black76({ kind, forward: 100, strike, tenorYears, impliedVol: vol }).vega, 1e-300);
          assert.ok(
            Math.abs(found.impliedVol - vol) <= 1e-10 * Math.max(1, vol) + floor,
            `${found.impliedVol} is not ${vol}`,
          );
        },
      ),
      { seed: 2, numRuns: 5000 },
    );
  });

  it("behavior: in the money it reproduces the price to the last digits of double precision", () => {
    const price = black76({ ...OPTION, impliedVol: 0.9 }).price;
    const found = impliedVol({ ...OPTION, price });
    assert.ok(found.ok && Math.abs(found.impliedVol - 0.9) < 1e-12);
  });
});
