/** One case for every differentiable operation and every layer built from them. */
import { boundTensor, weightBindings } from "../../../oracle/training/tensor/bound-weights.ts";
import * as elementwise from "../../../oracle/training/tensor/elementwise-ops.ts";
import { gatherRows, scatterAddRows } from "../../../oracle/training/tensor/indexing-ops.ts";
import { layerNorm } from "../../../oracle/training/tensor/layer-norm.ts";
import { matmul, reduceMax, reduceMean, reduceSum, softmax } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, definedTensor, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { orderedHead } from "../../../oracle/training/tensor/ordered-head.ts";
import { concat, expand, pad, reshape, slice, split, transpose } from "../../../oracle/training/tensor/shape-ops.ts";
import type { GradientCase } from "./finite-difference.ts";

export const at = (inputs: readonly Tensor[], index: number): Tensor => definedTensor(inputs[index], "test");
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

const indices = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  constant(values, { shape, type: "int64" });

export const GRADIENT_CASES: readonly GradientCase[] = [
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
  unary("ReduceMax, all axes", (x) => reduceMax(elementwise.mul(x, x))),
  unary("ReduceMax, kept axis", (x) => reduceMax(elementwise.exp(x), { axes: [1], keepDims: true })),
  unary("ReduceMax, dropped axis", (x) => reduceMax(elementwise.exp(x), { axes: [0] })),
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
  unary("Gather, rows more than once", (x) => gatherRows(elementwise.exp(x), indices([2, 0, 2, 2]))),
  unary("Gather, a matrix of indices", (x) => gatherRows(elementwise.exp(x), indices([2, 0, 1, 1], [2, 2]))),
  {
    name: "ScatterND, rows that add up",
    shapes: [
      [3, 2],
      [4, 2],
    ],
    build: (inputs) =>
      elementwise.exp(scatterAddRows(at(inputs, 0), indices([1, 1, 0, 2]), elementwise.exp(at(inputs, 1)))),
  },
  {
    name: "message passing: gather, transform, scatter",
    shapes: [
      [4, 3],
      [3, 3],
    ],
    build: (inputs) => {
      const messages = elementwise.tanh(matmul(gatherRows(at(inputs, 0), indices([0, 1, 1, 3, 2])), at(inputs, 1)));
      return scatterAddRows(at(inputs, 0), indices([1, 0, 2, 2, 2]), messages);
    },
  },
  {
    name: "layer norm",
    shapes: [[3, 4], [4], [4]],
    build: (inputs) => layerNorm(at(inputs, 0), { gain: at(inputs, 1), bias: at(inputs, 2) }),
  },
  {
    name: "bound weights of all kinds",
    shapes: [
      [3, 3],
      [3, 4],
    ],
    build: (inputs) => {
      const bindings = weightBindings(["rising", "falling", "free"], ["rising", "free", "rising", "free"]);
      return elementwise.tanh(matmul(at(inputs, 0), boundTensor(at(inputs, 1), bindings)));
    },
  },
  unary("ordered head, free level inside", (x) => orderedHead(x, { anchor: 1, floor: 1e-3 })),
  unary("ordered head, free level first", (x) => orderedHead(x, { anchor: 0, floor: 1e-3 })),
  unary("a tensor used three times", (x) => elementwise.mul(elementwise.add(x, elementwise.exp(x)), x)),
];
