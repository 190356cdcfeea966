/** All Greeks in both units, one by one and in columns, and values under skewed moves, against 50-digit arithmetic. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { z } from "zod";
import { type Black76Input, black76, black76Coin, type OptionGreeks } from "../../../oracle/math/black76.ts";
import { fillGreeks, type GreekColumns, greekColumns } from "../../../oracle/math/greeks-kernel.ts";
import { admissibleShape, shapedValue } from "../../../oracle/math/shaped-value.ts";

const Greeks = z.object({
  price: z.number(),
  delta: z.number(),
  gamma: z.number(),
  vega: z.number(),
  theta: z.number(),
  vanna: z.number(),
  volga: z.number(),
});
const Option = z.object({ kind: z.enum(["call", "put"]), forward: z.number(), strike: z.number() });
const VECTORS = z
  .object({
    greeks: z.array(Option.extend({ tenorYears: z.number(), impliedVol: z.number(), quote: Greeks, coin: Greeks })),
    shaped: z.array(
      Option.extend({ deviation: z.number(), skewness: z.number(), excessKurtosis: z.number(), price: z.number() }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../vectors/black76/greeks.json", import.meta.url), "utf8")));
const NAMES = ["price", "delta", "gamma", "vega", "theta", "vanna", "volga"] as const;
const RELATIVE = 1e-8;
const SAMPLE: Black76Input = { kind: "call", forward: 100, strike: 90, tenorYears: 0.5, impliedVol: 0.8 };

/** Relative, or against the forward where a Greek passes through zero. */
function assertClose(actual: number, expected: number, label: string): void {
  const scale = Math.max(Math.abs(expected), 1e-9);
  assert.ok(Math.abs(actual - expected) <= RELATIVE * scale, `${label}: ${actual} is not ${expected}`);
}

function inColumns(options: readonly Black76Input[], unit: "quote" | "coin"): GreekColumns {
  const column = (of: (option: Black76Input) => number): Float64Array => Float64Array.from(options, of);
  const found = greekColumns(options.length);
  fillGreeks(
    {
      signs: Int8Array.from(options, ({ kind }) => (kind === "call" ? 1 : -1)),
      forwards: column(({ forward }) => forward),
      strikes: column(({ strike }) => strike),
      tenorYears: column(({ tenorYears }) => tenorYears),
      impliedVols: column(({ impliedVol }) => impliedVol),
    },
    found,
    unit,
  );
  return found;
}

function rowOf(columns: GreekColumns, row: number): OptionGreeks {
  const at = (name: (typeof NAMES)[number]): number => columns[name][row] ?? Number.NaN;
  const [price, delta, gamma, vega] = [at("price"), at("delta"), at("gamma"), at("vega")];
  return { price, delta, gamma, vega, theta: at("theta"), vanna: at("vanna"), volga: at("volga") };
}

describe("Greeks", () => {
  it("error: a bad row of the columns is NaN in its own place only", () => {
    const bad = [Number.NaN, -1, Number.POSITIVE_INFINITY];
    for (const forward of bad) {
      const found = inColumns([SAMPLE, { ...SAMPLE, forward }, SAMPLE], "coin");
      assert.ok(!Number.isFinite(rowOf(found, 1).gamma));
      assert.deepEqual(rowOf(found, 0), rowOf(found, 2));
      assertClose(rowOf(found, 0).price, black76Coin(SAMPLE).price, "neighbour");
    }
    assert.equal(inColumns([], "quote").price.length, 0);
  });

  it("default: equal the derivatives of the value in quote currency and in coin", () => {
    assert.ok(VECTORS.greeks.length >= 40);
    for (const unit of ["quote", "coin"] as const) {
      const columns = inColumns(VECTORS.greeks, unit);
      VECTORS.greeks.forEach((row, place) => {
        const ours = unit === "quote" ? black76(row) : black76Coin(row);
        for (const name of NAMES) {
          assertClose(ours[name], row[unit][name], `${unit} ${name} of ${JSON.stringify(row)}`);
          assertClose(columns[name][place] ?? Number.NaN, row[unit][name], `column ${unit} ${name}`);
        }
      });
    }
  });

  it("behavior: without tenor or volatility columns give the limits of single options", () => {
    const still = [100, 90, 110].flatMap((strike) =>
      (["call", "put"] as const).flatMap((kind) => [
        { ...SAMPLE, kind, strike, tenorYears: 0 },
        { ...SAMPLE, kind, strike, impliedVol: 0 },
      ]),
    );
    const columns = inColumns(still, "quote");
    still.forEach((option, place) => {
      const [ours, single] = [rowOf(columns, place), black76(option)];
      for (const name of NAMES) assertClose(ours[name], single[name], `${name} of ${JSON.stringify(option)}`);
    });
  });
});

describe("shapedValue", () => {
  it("error: shapes without a density are scaled back, hostile ones to the normal", () => {
    const normal = { skewness: 0, excessKurtosis: 0 };
    for (const bad of [
      { skewness: 0.5, excessKurtosis: 0 },
      { skewness: 0, excessKurtosis: -1 },
      { skewness: Number.NaN, excessKurtosis: 1 },
      { skewness: 0, excessKurtosis: Number.NaN },
    ]) {
      assert.deepEqual(admissibleShape(bad), normal);
    }
    const wild = admissibleShape({ skewness: -9, excessKurtosis: 60 });
    assert.ok(wild.skewness < 0 && wild.skewness > -1.1 && wild.excessKurtosis > 0 && wild.excessKurtosis <= 4.01);
    const mild = { skewness: -0.2, excessKurtosis: 1 };
    assert.deepEqual(admissibleShape(mild), mild);
  });

  it("default: equals the integral of the payoff over the density", () => {
    assert.ok(VECTORS.shaped.length >= 36);
    for (const row of VECTORS.shaped) {
      const { price } = shapedValue(row);
      assert.ok(Math.abs(price - row.price) <= 1e-9 * row.forward, `${price} is not ${row.price}`);
    }
  });

  it("behavior: without skew and excess it is Black-76, and parity always holds", () => {
    const option = { ...SAMPLE, deviation: 0.8 * Math.sqrt(0.5) };
    const plain = shapedValue({ ...option, skewness: 0, excessKurtosis: 0 });
    assertClose(plain.price, black76(SAMPLE).price, "price");
    assertClose(plain.delta, black76(SAMPLE).delta, "delta");
    const call = shapedValue({ ...option, skewness: -0.5, excessKurtosis: 2 });
    const put = shapedValue({ ...option, kind: "put", skewness: -0.5, excessKurtosis: 2 });
    assertClose(call.price - put.price, 10, "parity");
    assertClose(call.delta - put.delta, 1, "parity of delta");
  });
});
