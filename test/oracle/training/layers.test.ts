/** Layers: indexing, normalisation, sign constraints, ordered heads; against plain JavaScript and by their guarantees. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import {
  boundTensor,
  boundValues,
  type UnitDirection,
  weightBindings,
} from "../../../oracle/training/tensor/bound-weights.ts";
import { tanh } from "../../../oracle/training/tensor/elementwise-ops.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gatherRows, scatterAddRows } from "../../../oracle/training/tensor/indexing-ops.ts";
import { layerNorm, layerNormOperator } from "../../../oracle/training/tensor/layer-norm.ts";
import { matmul } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, input, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { orderedHead } from "../../../oracle/training/tensor/ordered-head.ts";
import { doubleInput } from "./finite-difference.ts";

const indices = (values: readonly number[]): Tensor => constant(values, { shape: [values.length], type: "int64" });
const random = (count: number, seed: string): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length: count }, () => 3 * rng.normal());
};

describe("gatherRows and scatterAddRows", () => {
  it("error: TENSOR_SHAPE_MISMATCH for float indices, scalars, and updates that do not fit", () => {
    const x = doubleInput("x", [3, 2]);
    const builds = [
      () => gatherRows(x, doubleInput("i", [2])),
      () => gatherRows(doubleInput("s", []), indices([0])),
      () => scatterAddRows(x, indices([0, 1]), doubleInput("u", [3, 2])),
      () => scatterAddRows(x, indices([0]), input("u", { shape: [1, 2], type: "float32" })),
    ];
    for (const build of builds) assert.throws(build, (error) => hasCode(error, "TENSOR_SHAPE_MISMATCH"));
  });

  it("error: an index outside the rows stops the run", async () => {
    const x = doubleInput("x", [3]);
    await assert.rejects(evaluateGraph([gatherRows(x, indices([3]))], [{ tensor: x, values: [1, 2, 3] }]));
  });

  it("default: rows by fed indices, and equal indices add up", async () => {
    const x = doubleInput("x", [3, 2]);
    const fed = input("i", { shape: [4], type: "int64" });
    const rows = gatherRows(x, fed);
    const feeds = [
      { tensor: x, values: [1, 2, 3, 4, 5, 6] },
      { tensor: fed, values: [2, 0, 2, 1] },
    ];
    const [gathered, added] = await evaluateGraph([rows, scatterAddRows(x, fed, rows)], feeds);
    assert.deepEqual([...(gathered ?? [])], [5, 6, 1, 2, 5, 6, 3, 4]);
    assert.deepEqual([...(added ?? [])], [2, 4, 6, 8, 15, 18]);
  });
});

describe("layerNorm", () => {
  it("error: TENSOR_SHAPE_MISMATCH when the weights do not have the last extent", () => {
    const [x, good, bad] = [doubleInput("x", [2, 3]), doubleInput("g", [3]), doubleInput("b", [2])];
    for (const build of [layerNorm, layerNormOperator]) {
      assert.throws(
        () => build(x, { gain: good, bias: bad }),
        (error) => hasCode(error, "TENSOR_SHAPE_MISMATCH"),
      );
    }
  });

  it("default: the trainable form, the exported operator and plain JavaScript agree; a constant row gives the bias", async () => {
    const [rows, width] = [4, 5];
    const x = doubleInput("x", [rows, width]);
    const weights = { gain: doubleInput("g", [width]), bias: doubleInput("b", [width]) };
    const values = random(rows * width, "norm");
    values.fill(7, 0, width);
    const [gain, bias] = [random(width, "gain"), random(width, "bias")];
    const feeds = [
      { tensor: x, values },
      { tensor: weights.gain, values: gain },
      { tensor: weights.bias, values: bias },
    ];
    const expected = values.map((value, index) => {
      const row = values.subarray(index - (index % width), index - (index % width) + width);
      const mean = row.reduce((a, b) => a + b) / width;
      const spread = row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / width;
      return ((value - mean) / Math.sqrt(spread + 1e-5)) * (gain[index % width] ?? 0) + (bias[index % width] ?? 0);
    });
    for (const found of await evaluateGraph([layerNorm(x, weights), layerNormOperator(x, weights)], feeds)) {
      found.forEach((value, index) => {
        assert.ok(Math.abs(value - (expected[index] ?? Number.NaN)) <= 1e-5);
      });
    }
  });
});

describe("bound weights", () => {
  const from: readonly UnitDirection[] = ["rising", "falling", "free"];
  const hidden = ["rising", "rising", "free", "rising", "free", "rising"] as const;

  it("default: tensor and exported values are the same weights", async () => {
    const bindings = weightBindings(from, hidden);
    const raw = Float32Array.from(random(from.length * hidden.length, "raw"));
    const x = doubleInput("x", [from.length, hidden.length]);
    const [found] = await evaluateGraph([boundTensor(x, bindings)], [{ tensor: x, values: raw }]);
    boundValues(raw, bindings).forEach((value, index) => {
      assert.ok(Math.abs(value - (found?.[index] ?? Number.NaN)) < 1e-6);
    });
  });

  it("behavior: two layers never fall with a rising input and never rise with a falling one, on 20 000 pairs", async () => {
    const pairs = 20_000;
    const out = ["rising", "rising"] as const;
    const shapes = [
      [2 * pairs, 3],
      [3, 6],
      [6, 2],
    ];
    const [x, first, second] = shapes.map((shape, index) => doubleInput(`x${index}`, shape));
    if (!x || !first || !second) throw new Error("three tensors wanted");
    const outputs = matmul(
      tanh(matmul(x, boundTensor(first, weightBindings(from, hidden)))),
      boundTensor(second, weightBindings(hidden, out)),
    );
    const rng = createRng("pairs");
    const rows = Float64Array.from({ length: 6 * pairs });
    for (let pair = 0; pair < pairs; pair += 1) {
      const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()];
      rows.set([a, b, c, a + rng.exponential(), b - rng.exponential(), c], 6 * pair);
    }
    const [found] = await evaluateGraph(
      [outputs],
      [
        { tensor: x, values: rows },
        { tensor: first, values: random(18, "first") },
        { tensor: second, values: random(12, "second") },
      ],
    );
    let moved = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      for (const output of [0, 1]) {
        const rise = (found?.[4 * pair + 2 + output] ?? Number.NaN) - (found?.[4 * pair + output] ?? Number.NaN);
        assert.ok(rise >= 0, `pair ${pair}: ${rise}`);
        moved += Number(rise > 0.01);
      }
    }
    assert.ok(moved > pairs / 2, "the network does not react");
  });
});

describe("orderedHead", () => {
  it("error: TENSOR_ORDERED_HEAD for an anchor outside the levels and a floor of zero", () => {
    const raw = doubleInput("raw", [2, 3]);
    for (const options of [
      { anchor: 3, floor: 1 },
      { anchor: -1, floor: 1 },
      { anchor: 0.5, floor: 1 },
      { anchor: 0, floor: 0 },
      { anchor: 0, floor: Number.NaN },
    ]) {
      assert.throws(
        () => orderedHead(raw, options),
        (error) => hasCode(error, "TENSOR_ORDERED_HEAD"),
      );
    }
  });

  it("default: by hand, and no crossing in 50 000 float32 rows of extreme values", async () => {
    const raw = doubleInput("raw", [1, 3]);
    const [hand] = await evaluateGraph(
      [orderedHead(raw, { anchor: 1, floor: 0.5 })],
      [{ tensor: raw, values: [0, 2, 0] }],
    );
    const step = Math.log(2) + 0.5;
    [2 - step, 2, 2 + step].forEach((value, index) => {
      assert.ok(Math.abs(value - (hand?.[index] ?? Number.NaN)) < 1e-12);
    });
    const rows = 50_000;
    const wide = input("wide", { shape: [rows, 5], type: "float32" });
    const values = random(5 * rows, "extreme").map((value) => 20 * value);
    const [found] = await evaluateGraph([orderedHead(wide, { anchor: 2, floor: 1e-3 })], [{ tensor: wide, values }]);
    for (let index = 0; index < 5 * rows; index += 1) {
      if (index % 5 > 0)
        assert.ok((found?.[index] ?? Number.NaN) > (found?.[index - 1] ?? Number.NaN), `value ${index}`);
    }
  });
});
