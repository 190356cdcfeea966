/** Special functions against scipy and mpmath. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { logBeta, logGamma, regularizedBeta } from "../../../oracle/math/gamma-functions.ts";
import { erfc, normalCdf, normalInverse, normalPdf } from "../../../oracle/math/special-functions.ts";
import {
  skewedTConstants,
  skewedTFallShare,
  skewedTLogDensity,
  studentTCdf,
  studentTPdf,
  studentTQuantile,
} from "../../../oracle/math/student-t.ts";
import vectors from "../../vectors/math/special-functions.json" with { type: "json" };

/** Rows of numbers: arguments first, expected value last. */
type Rows = readonly (readonly number[])[];

function assertRelative(rows: Rows, compute: (x: number, y: number) => number, tolerance: number): void {
  for (const row of rows) {
    const [x = Number.NaN, y = Number.NaN] = row;
    const expected = row.at(-1) ?? Number.NaN;
    const actual = compute(x, y);
    const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
    assert.ok(actual === expected || error <= tolerance, `f(${row.slice(0, -1)}) = ${actual}, expected ${expected}`);
  }
}

describe("erfc", () => {
  it("error: NaN gives NaN, infinities give the limits, −0 gives 1", () => {
    assert.ok(Number.isNaN(erfc(Number.NaN)));
    assert.equal(erfc(Number.POSITIVE_INFINITY), 0);
    assert.equal(erfc(Number.NEGATIVE_INFINITY), 2);
    assert.equal(erfc(-0), 1);
  });
  it("default: 1e-14 relative", () => assertRelative(vectors.erfc, erfc, 1e-14));
});

describe("normalCdf", () => {
  it("error: NaN and infinities", () => {
    assert.ok(Number.isNaN(normalCdf(Number.NaN)));
    assert.equal(normalCdf(Number.POSITIVE_INFINITY), 1);
    assert.equal(normalCdf(Number.NEGATIVE_INFINITY), 0);
    assert.equal(normalCdf(-0), 0.5);
  });
  it("behavior: the largest numbers give the limits, although they cannot be squared", () => {
    for (const size of [40, 1e155, 1e308, Number.MAX_VALUE]) {
      assert.equal(normalCdf(size), 1);
      assert.equal(normalCdf(-size), 0);
      assert.equal(erfc(size), 0);
      assert.equal(erfc(-size), 2);
    }
  });
  it("default: 1e-12 relative down to 37 standard deviations", () =>
    assertRelative(vectors.normalCdf, normalCdf, 1e-12));
  it("behavior: the density is its slope", () => {
    const width = 1e-5;
    const slope = (normalCdf(0.7 + width) - normalCdf(0.7 - width)) / (2 * width);
    assert.ok(Math.abs(slope - normalPdf(0.7)) < 1e-9);
    assert.equal(normalPdf(Number.NEGATIVE_INFINITY), 0);
  });
});

describe("normalInverse", () => {
  it("error: outside [0, 1] gives NaN", () => {
    for (const bad of [-1e-9, 1 + 1e-9, Number.NaN, Number.POSITIVE_INFINITY])
      assert.ok(Number.isNaN(normalInverse(bad)));
  });
  it("behavior: borders give infinities", () => {
    assert.equal(normalInverse(0), Number.NEGATIVE_INFINITY);
    assert.equal(normalInverse(1), Number.POSITIVE_INFINITY);
    assert.equal(normalInverse(0.5), 0);
  });
  it("default: 1e-13 relative", () => assertRelative(vectors.normalInverse, normalInverse, 1e-13));
});

describe("logGamma", () => {
  it("error: negative numbers and NaN give NaN, 0 and +∞ give +∞", () => {
    for (const bad of [-1, -0.5, Number.NaN, Number.NEGATIVE_INFINITY]) assert.ok(Number.isNaN(logGamma(bad)));
    for (const pole of [0, -0, Number.POSITIVE_INFINITY]) assert.equal(logGamma(pole), Number.POSITIVE_INFINITY);
  });
  it("default: 1e-14 of max(1, |value|)", () => {
    for (const [x = Number.NaN, expected = Number.NaN] of vectors.logGamma) {
      assert.ok(Math.abs(logGamma(x) - expected) <= 1e-14 * Math.max(1, Math.abs(expected)), `logGamma(${x})`);
    }
  });
  it("behavior: B(2, 3) = 1/12", () => assert.ok(Math.abs(Math.exp(logBeta(2, 3)) - 1 / 12) < 1e-15));
});

describe("regularizedBeta", () => {
  it("error: outside its domain gives NaN", () => {
    for (const x of [-0.1, 1.1, Number.NaN]) {
      assert.ok(Number.isNaN(regularizedBeta({ x, complement: 1 - x, a: 1, b: 1 })));
    }
    assert.ok(Number.isNaN(regularizedBeta({ x: 0.5, complement: 0.5, a: 0, b: 1 })));
  });
  it("behavior: borders, and I_x(1, 1) = x", () => {
    assert.equal(regularizedBeta({ x: 0, complement: 1, a: 2, b: 3 }), 0);
    assert.equal(regularizedBeta({ x: 1, complement: 0, a: 2, b: 3 }), 1);
    assert.ok(Math.abs(regularizedBeta({ x: 0.3, complement: 0.7, a: 1, b: 1 }) - 0.3) < 1e-14);
  });
});

describe("studentT", () => {
  it("error: NaN in, NaN out; infinities give the limits", () => {
    assert.ok(Number.isNaN(studentTCdf(Number.NaN, 4)));
    assert.ok(Number.isNaN(studentTCdf(1, 0)));
    assert.ok(Number.isNaN(studentTCdf(1, Number.NaN)));
    assert.ok(Number.isNaN(studentTQuantile(1.5, 4)));
    assert.ok(Number.isNaN(studentTQuantile(0.5, -1)));
    assert.equal(studentTCdf(Number.NEGATIVE_INFINITY, 4), 0);
    assert.equal(studentTCdf(Number.POSITIVE_INFINITY, 4), 1);
    assert.equal(studentTQuantile(0, 4), Number.NEGATIVE_INFINITY);
    assert.equal(studentTQuantile(1, 4), Number.POSITIVE_INFINITY);
  });
  it("default: density, distribution and quantile, 1e-12 relative", () => {
    assertRelative(vectors.studentTPdf, studentTPdf, 1e-12);
    assertRelative(vectors.studentTCdf, studentTCdf, 1e-12);
    assertRelative(vectors.studentTQuantile, studentTQuantile, 1e-12);
  });
  it("behavior: infinitely many degrees are the normal", () => {
    assert.equal(studentTCdf(-2, Number.POSITIVE_INFINITY), normalCdf(-2));
    assert.equal(studentTPdf(-2, Number.POSITIVE_INFINITY), normalPdf(-2));
  });
});

describe("skewedT", () => {
  it("default: log density and fall share against numeric standardisation, 1e-6", () => {
    for (const [x = 0, degrees = 0, skew = 0, logDensity = 0, share = 0] of vectors.skewedT) {
      const constants = skewedTConstants(degrees, skew);
      assert.ok(Math.abs(skewedTLogDensity(x, constants) - logDensity) < 1e-6, `density at ${x}, ${degrees}, ${skew}`);
      assert.ok(Math.abs(skewedTFallShare(constants) - share) < 1e-6, `share at ${degrees}, ${skew}`);
    }
  });
  it("behavior: skew 1 is the standardised t", () => {
    const unit = Math.sqrt(5 / 3);
    const expected = Math.log(studentTPdf(-1.3 * unit, 5) * unit);
    assert.ok(Math.abs(skewedTLogDensity(-1.3, skewedTConstants(5, 1)) - expected) < 1e-13);
  });
});
