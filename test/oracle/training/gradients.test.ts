/** Gradients of every operation against central finite differences in float64. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import * as elementwise from "../../../oracle/training/tensor/elementwise-ops.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gradients } from "../../../oracle/training/tensor/gradients.ts";
import { gemm, matmul, reduceMean, reduceSum, softmax } from "../../../oracle/training/tensor/matrix-ops.ts";
import {
  constant,
  createOperation,
  definedTensor,
  input,
  OPERATION_KINDS,
  type Tensor,
} from "../../../oracle/training/tensor/operation.ts";
import { concat, expand, pad, reshape, slice, split, transpose } from "../../../oracle/training/tensor/shape-ops.ts";
import { topologicalOrder } from "../../../oracle/training/tensor/topology.ts";
import { doubleInput, type GradientCase, gradientError, weightedSum } from "./finite-difference.ts";

const TOLERANCE = 1e-6;
const at = (inputs: readonly Tensor[], index: number): Tensor => definedTensor(inputs[index], "test");
const unary = (name: string, op: (x: Tensor) => Tensor, range?: readonly [number, number]): GradientCase => ({
  name,
  shapes: [[3, 4]],
  build: (inputs) => op(at(inputs, 0)),
  ...(range ? { range } : {}),
});
const binary = (
  name: string,
  op: (a: Tensor, b: Tensor) => Tensor,
  range?: readonly [number, number],
): GradientCase[] =>
  [
    [
      [3, 4],
      [3, 4],
    ],
    [[2, 3, 4], [4]],
    [
      [3, 1],
      [1, 4],
    ],
    [[], [3, 4]],
    [
      [2, 3, 4],
      [3, 1],
    ],
  ].map((shapes) => ({
    name: `${name} ${JSON.stringify(shapes)}`,
    shapes,
    build: (inputs) => op(at(inputs, 0), at(inputs, 1)),
    ...(range ? { range } : {}),
  }));

const CASES: readonly GradientCase[] = [
  ...binary("Add", elementwise.add),
  ...binary("Sub", elementwise.sub),
  ...binary("Mul", elementwise.mul),
  ...binary("Div", elementwise.div, [0.5, 2]),
  ...binary("Max", elementwise.max),
  ...binary("Min", elementwise.min),
  ...binary("Where", (a, b) => elementwise.where(elementwise.greater(a, b), elementwise.mul(a, a), elementwise.neg(b))),
  unary("Where of a broadcast condition", (x) =>
    elementwise.where(
      elementwise.greaterOrEqual(
        constant([0, 1, -1, 2], { shape: [4], type: "float64" }),
        constant([0.5], { shape: [1], type: "float64" }),
      ),
      x,
      elementwise.mul(x, x),
    ),
  ),
  unary("Neg", elementwise.neg),
  unary("Sigmoid", elementwise.sigmoid, [-4, 4]),
  unary("Tanh", elementwise.tanh, [-3, 3]),
  unary("Exp", elementwise.exp),
  unary("Log", elementwise.log, [0.2, 3]),
  unary("Sqrt", elementwise.sqrt, [0.2, 3]),
  unary("Abs", elementwise.abs),
  unary("Sign", (x) => elementwise.mul(elementwise.sign(x), x)),
  unary("Relu", elementwise.relu),
  unary("Softplus", elementwise.softplus, [-4, 4]),
  unary("Softmax, last axis", (x) => softmax(x, -1)),
  unary("Softmax, first axis", (x) => softmax(x, 0)),
  unary("ReduceSum, all axes", (x) => reduceSum(elementwise.mul(x, x))),
  unary("ReduceSum, kept axis", (x) => reduceSum(elementwise.mul(x, x), { axes: [1], keepDims: true })),
  unary("ReduceSum, dropped axis", (x) => reduceSum(elementwise.mul(x, x), { axes: [0] })),
  unary("ReduceMean", (x) => reduceMean(elementwise.mul(x, x), { axes: [-1] })),
  unary("Reshape", (x) => reshape(elementwise.mul(x, x), [2, 6])),
  unary("Transpose", (x) => transpose(elementwise.mul(x, x))),
  { name: "Transpose of three axes", shapes: [[2, 3, 4]], build: (inputs) => transpose(at(inputs, 0), [2, 0, 1]) },
  {
    name: "Concat",
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (inputs) =>
      concat(
        inputs.map((x) => elementwise.mul(x, x)),
        1,
      ),
  },
  unary("Split, all parts", (x) => {
    const parts = split(x, [1, 3], 1);
    return elementwise.mul(at(parts, 0), at(parts, 1));
  }),
  unary("Split, one part unused", (x) => elementwise.exp(at(split(x, [1, 3], 1), 1))),
  unary("Slice", (x) => elementwise.exp(slice(x, { axis: 1, from: 1, to: 3 }))),
  unary("Pad", (x) => elementwise.exp(pad(x, { axis: 0, from: 1, to: 4 }, 6))),
  { name: "Expand", shapes: [[3, 1]], build: (inputs) => expand(elementwise.exp(at(inputs, 0)), [2, 3, 4]) },
  {
    name: "MatMul",
    shapes: [
      [3, 4],
      [4, 2],
    ],
    build: (inputs) => matmul(at(inputs, 0), at(inputs, 1)),
  },
  {
    name: "MatMul, shared weights",
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
    build: (inputs) => matmul(at(inputs, 0), at(inputs, 1)),
  },
  {
    name: "MatMul, batched",
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
    build: (inputs) => matmul(at(inputs, 0), at(inputs, 1)),
  },
  {
    name: "MatMul, broadcast left",
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
    build: (inputs) => matmul(at(inputs, 0), at(inputs, 1)),
  },
  unary("a tensor used three times", (x) => elementwise.mul(elementwise.add(x, elementwise.exp(x)), x)),
];

describe("gradients", () => {
  describe("error", () => {
    it("error: GRADIENT_NOT_SCALAR", () => {
      const x = doubleInput("x", [2]);
      assert.throws(
        () => gradients(x, [x]),
        (error) => hasCode(error, "GRADIENT_NOT_SCALAR"),
      );
    });

    it("error: GRADIENT_UNSUPPORTED for export-only operations", () => {
      const x = doubleInput("x", [2, 3]);
      const weights = constant([1, 2, 3], { shape: [3, 1], type: "float64" });
      const loss = reduceSum(gemm(x, weights, constant([1], { shape: [1], type: "float64" })));
      assert.throws(
        () => gradients(loss, [x]),
        (error) => hasCode(error, "GRADIENT_UNSUPPORTED"),
      );
    });

    it("error: TENSOR_UNKNOWN_OPERATION", () => {
      assert.throws(
        () => createOperation({ kind: "Gather", outputs: [{ shape: [], type: "float32" }] }),
        (error) => hasCode(error, "TENSOR_UNKNOWN_OPERATION"),
      );
    });

    it("error: TENSOR_KERNEL_GAP for Softplus in float64", () => {
      assert.throws(
        () =>
          createOperation({
            kind: "Softplus",
            inputs: [doubleInput("x", [2])],
            outputs: [{ shape: [2], type: "float64" }],
          }),
        (error) => hasCode(error, "TENSOR_KERNEL_GAP"),
      );
    });
  });

  describe("finite differences, relative error at most 1e-6", () => {
    for (const check of CASES) {
      it(`default: ${check.name}`, async () => {
        const error = await gradientError(check);
        assert.ok(error <= TOLERANCE, `relative error ${error}`);
      });
    }
  });

  it("behavior: every differentiable operation kind is covered by a case", () => {
    const built = CASES.flatMap(({ shapes, build }) =>
      topologicalOrder([build(shapes.map((shape, index) => doubleInput(`x${index}`, shape)))]).map(({ kind }) => kind),
    );
    const elsewhere = ["Gemm", "LSTM", "Scan", "Softplus", "Shape", "ConstantOfShape"];
    const uncovered = OPERATION_KINDS.filter((kind) => !built.includes(kind) && !elsewhere.includes(kind));
    assert.deepEqual(uncovered, []);
  });

  it("behavior: a dynamic batch gets gradients of its run-time shape", async () => {
    const x = input("x", { shape: ["batch", 2], type: "float64" });
    const bias = doubleInput("bias", [2]);
    const loss = reduceSum(elementwise.exp(elementwise.add(x, bias)));
    const feeds = [
      { tensor: x, values: [0, 0, 0, 0, 0, 0], dims: [3, 2] },
      { tensor: bias, values: [0, Math.log(2)] },
    ];
    const [gx, gb] = await evaluateGraph(gradients(loss, [x, bias]), feeds);
    assert.equal(gx?.length, 6);
    assert.ok(Math.abs((gb?.[0] ?? 0) - 3) < 1e-12 && Math.abs((gb?.[1] ?? 0) - 6) < 1e-12);
  });

  it("behavior: zeros where the loss does not depend on the tensor", async () => {
    const [x, y] = [doubleInput("x", [2]), doubleInput("y", [3])];
    const feeds = [
      { tensor: x, values: [1, 2] },
      { tensor: y, values: [1, 2, 3] },
    ];
    const [, gy] = await evaluateGraph(gradients(weightedSum(x), [x, y]), feeds);
    assert.deepEqual([...(gy ?? [])], [0, 0, 0]);
  });

  it("behavior: softplus and its gradient stay finite at ±800", async () => {
    const x = doubleInput("x", [2]);
    const y = elementwise.softplus(x);
    const [value, slope] = await evaluateGraph(
      [y, at(gradients(reduceSum(y), [x]), 0)],
      [{ tensor: x, values: [-800, 800] }],
    );
    assert.deepEqual([...(value ?? [])], [0, 800]);
    assert.deepEqual([...(slope ?? [])], [0, 1]);
  });

  it("behavior: Softplus in float32 has the logistic gradient", async () => {
    const x = input("x", { shape: [3], type: "float32" });
    const values = [-2, 0, 3];
    const [slope] = await evaluateGraph(gradients(reduceSum(elementwise.softplusNode(x)), [x]), [
      { tensor: x, values },
    ]);
    values.forEach((value, index) => {
      assert.ok(Math.abs((slope?.[index] ?? Number.NaN) - 1 / (1 + Math.exp(-value))) < 1e-6);
    });
  });
});
