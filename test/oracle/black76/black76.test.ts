/** Black-76 against QuantLib, its limits, and its refusal of bad input. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, it } from "mocha";
import { z } from "zod";
import { type Black76Input, Black76InputError, black76, black76Coin } from "../../../oracle/math/black76.ts";
import { fastNormalCdf, revalue } from "../../../oracle/math/black76-kernel.ts";
import { normalCdf } from "../../../oracle/math/special-functions.ts";

const Row = z.object({
  kind: z.enum(["call", "put"]),
  forward: z.number(),
  strike: z.number(),
  tenorYears: z.number(),
  impliedVol: z.number(),
  price: z.number(),
  delta: z.number(),
  gamma: z.number(),
  vega: z.number(),
  theta: z.number(),
});
const VECTORS = z
  .array(Row)
  .parse(JSON.parse(readFileSync(new URL("../../vectors/black76/quantlib.json", import.meta.url), "utf8")));
const RELATIVE = 1e-8;
const SAMPLE: Black76Input = { kind: "call", forward: 100, strike: 90, tenorYears: 0.5, impliedVol: 0.8 };

function assertClose(actual: number, expected: number, label: string): void {
  const scale = Math.max(Math.abs(expected), 1e-14);
  assert.ok(Math.abs(actual - expected) <= RELATIVE * scale, `${label}: ${actual} is not ${expected}`);
}

describe("black76", () => {
  for (const field of ["forward", "strike", "tenorYears", "impliedVol"] as const) {
    it(`error: BLACK76_INPUT for a bad ${field}`, () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1]) {
        assert.throws(
          () => black76({ ...SAMPLE, [field]: value }),
          (error) => error instanceof Black76InputError && error.code === "BLACK76_INPUT" && error.field === field,
        );
      }
    });
  }

  it("error: BLACK76_INPUT for a forward or strike of zero, whatever its sign", () => {
    for (const value of [0, -0]) {
      assert.throws(() => black76({ ...SAMPLE, forward: value }), Black76InputError);
      assert.throws(() => black76({ ...SAMPLE, strike: value }), Black76InputError);
    }
  });

  it("default: equals QuantLib in value and Greeks", () => {
    assert.ok(VECTORS.length >= 200);
    for (const row of VECTORS) {
      const ours = black76(row);
      for (const name of ["price", "delta", "gamma", "vega", "theta"] as const) {
        assertClose(ours[name], row[name], `${name} of ${JSON.stringify(row)}`);
      }
    }
  });

  it("behavior: without tenor or volatility it is the step of the intrinsic value", () => {
    for (const still of [{ tenorYears: 0 }, { impliedVol: 0 }, { tenorYears: -0 }, { impliedVol: -0 }]) {
      assert.deepEqual(black76({ ...SAMPLE, ...still }), {
        price: 10,
        delta: 1,
        gamma: 0,
        vega: 0,
        theta: 0,
        vanna: 0,
        volga: 0,
      });
      assert.deepEqual(black76({ ...SAMPLE, kind: "put", ...still }), {
        price: 0,
        delta: 0,
        gamma: 0,
        vega: 0,
        theta: 0,
        vanna: 0,
        volga: 0,
      });
    }
    assert.equal(black76({ ...SAMPLE, strike: 100, impliedVol: 0 }).delta, 0.5);
    assertClose(black76({ ...SAMPLE, strike: 100, impliedVol: 0 }).vega, 100 * Math.sqrt(0.5 / (2 * Math.PI)), "vega");
  });

  it("behavior: put-call parity, intrinsic value and upper bound hold everywhere", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (share, vol) => {
          const option = { ...SAMPLE, strike: 100 * share, impliedVol: vol };
          const call = black76(option);
          const put = black76({ ...option, kind: "put" });
          assert.ok(Math.abs(call.price - put.price - (100 - option.strike)) < 1e-9 * (100 + option.strike));
          assert.ok(call.price >= Math.max(100 - option.strike, 0) && call.price <= 100);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("black76Coin", () => {
  it("default: is the quote value over the forward, its derivatives by relative move", () => {
    const bump = 1e-4;
    const valueAt = (shift: number) => black76Coin({ ...SAMPLE, forward: 100 * (1 + shift) }).price;
    const coin = black76Coin(SAMPLE);
    assertClose(coin.price, black76(SAMPLE).price / 100, "price");
    assert.ok(Math.abs(coin.delta - (valueAt(bump) - valueAt(-bump)) / (2 * bump)) < 1e-7);
    assert.ok(Math.abs(coin.gamma - (valueAt(bump) - 2 * valueAt(0) + valueAt(-bump)) / bump ** 2) < 1e-5);
    assertClose(coin.vega, black76(SAMPLE).vega / 100, "vega");
    assertClose(coin.theta, black76(SAMPLE).theta / 100, "theta");
  });
});

describe("revalue", () => {
  const price = (
    kind: "call" | "put",
    inCoin: boolean,
    forwards: Float64Array,
    vols: Float64Array,
    tenorYears: number,
  ) => {
    const values = new Float64Array(forwards.length);
    const logForwards = forwards.map(Math.log);
    revalue({ kind, forwards, logForwards, impliedVols: vols, strike: 100, tenorYears, inCoin }, values);
    return values;
  };

  it("default: equals the public function within 1e-9 of the forward", () => {
    const forwards = Float64Array.from({ length: 200 }, (_, path) => 30 + path * 1.5);
    const vols = Float64Array.from({ length: 200 }, (_, path) => 0.1 + (path % 17) * 0.15);
    for (const kind of ["call", "put"] as const) {
      for (const inCoin of [false, true]) {
        const values = price(kind, inCoin, forwards, vols, 0.1);
        values.forEach((value, path) => {
          const option = {
            kind,
            forward: forwards[path] ?? 0,
            strike: 100,
            tenorYears: 0.1,
            impliedVol: vols[path] ?? 0,
          };
          const exact = (inCoin ? black76Coin : black76)(option).price;
          assert.ok(Math.abs(value - exact) <= 1e-9 * (inCoin ? 1 : option.forward));
        });
      }
    }
  });

  it("behavior: zero tenor is intrinsic value, a NaN stays in its place", () => {
    const forwards = Float64Array.of(80, 120, Number.NaN);
    assert.deepEqual([...price("put", false, forwards, Float64Array.of(1, 1, 1), 0)], [20, 0, Number.NaN]);
  });
});

describe("fastNormalCdf", () => {
  it("default: is within 1e-12 of the accurate function", () => {
    for (let x = -9; x <= 9; x += 0.00037) assert.ok(Math.abs(fastNormalCdf(x) - normalCdf(x)) < 1e-12, `at ${x}`);
  });

  it("behavior: never falls by more than the last bit, and passes NaN on", () => {
    let last = 0;
    for (let x = -9; x <= 9; x += 0.0011) {
      const value = fastNormalCdf(x);
      assert.ok(value >= last - 1e-15);
      last = value;
    }
    assert.ok(Number.isNaN(fastNormalCdf(Number.NaN)));
    assert.equal(fastNormalCdf(Number.NEGATIVE_INFINITY), 0);
    assert.equal(fastNormalCdf(Number.POSITIVE_INFINITY), 1);
  });
});
