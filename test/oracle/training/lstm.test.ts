/** LSTM: gradients of the loop, agreement of its three forms, export parity against a plain JavaScript pass. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import type { ElementType } from "../../../oracle/training/tensor/element-type.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gradients } from "../../../oracle/training/tensor/gradients.ts";
import { type LstmSequence, lstmOperator, lstmScan, lstmUnrolled } from "../../../oracle/training/tensor/lstm.ts";
import { matmul, reduceSum } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, definedTensor, input, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { scan } from "../../../oracle/training/tensor/scan.ts";
import { zerosLike } from "../../../oracle/training/tensor/shape-ops.ts";
import { gradientError } from "./finite-difference.ts";

const [STEPS, BATCH, FEATURES, UNITS] = [5, 3, 2, 4];
const SHAPES = [
  [STEPS, BATCH, FEATURES],
  [BATCH, UNITS],
  [BATCH, UNITS],
  [FEATURES, 4 * UNITS],
  [UNITS, 4 * UNITS],
  [4 * UNITS],
];
const at = (inputs: readonly Tensor[], index: number): Tensor => definedTensor(inputs[index], "test");
const layer = (inputs: readonly Tensor[]): LstmSequence => ({
  sequence: at(inputs, 0),
  initial: { hidden: at(inputs, 1), cell: at(inputs, 2) },
  weights: { input: at(inputs, 3), recurrent: at(inputs, 4), bias: at(inputs, 5) },
});
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Plain float64 forward pass from zero state; returns the final hidden state `[batch, units]`. */
function plainLstm(values: readonly Float32Array[]): Float64Array {
  const [sequence, , , wx, wh, bias] = values.map((array) => (index: number) => array[index] ?? Number.NaN);
  if (!sequence || !wx || !wh || !bias) throw new Error("six arrays wanted");
  const final = new Float64Array(BATCH * UNITS);
  for (let row = 0; row < BATCH; row += 1) {
    let hidden = new Float64Array(UNITS);
    const cell = new Float64Array(UNITS);
    for (let step = 0; step < STEPS; step += 1) {
      const gate = (column: number): number => {
        let sum = bias(column);
        for (let f = 0; f < FEATURES; f += 1)
          sum += sequence((step * BATCH + row) * FEATURES + f) * wx(f * 4 * UNITS + column);
        for (let h = 0; h < UNITS; h += 1) sum += (hidden[h] ?? 0) * wh(h * 4 * UNITS + column);
        return sum;
      };
      hidden = Float64Array.from({ length: UNITS }, (_, unit) => {
        const [i, o, f, c] = [0, 1, 2, 3].map((block) => gate(block * UNITS + unit));
        cell[unit] = sigmoid(f ?? 0) * (cell[unit] ?? 0) + sigmoid(i ?? 0) * Math.tanh(c ?? 0);
        return sigmoid(o ?? 0) * Math.tanh(cell[unit]);
      });
    }
    final.set(hidden, row * UNITS);
  }
  return final;
}

function randomInputs(type: ElementType): { tensors: Tensor[]; values: Float32Array[] } {
  const rng = createRng("lstm-parity");
  const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  return {
    tensors: SHAPES.map((shape, index) => input(`x${index}`, { shape, type })),
    // The states (1 and 2) are zero, as the exported operator assumes.
    values: SHAPES.map((shape, index) =>
      Float32Array.from({ length: count(shape) }, () => (index === 1 || index === 2 ? 0 : rng.normal())),
    ),
  };
}

describe("lstmScan", () => {
  it("error: TENSOR_SHAPE_MISMATCH when a step changes a state's shape", () => {
    const state = constant([0, 0], { shape: [2], type: "float64" });
    const step = () => ({ states: [constant([0], { shape: [1], type: "float64" })], emitted: [] });
    assert.throws(
      () =>
        scan({
          initialStates: [state],
          sequences: [constant([1], { shape: [1, 1], type: "float64" })],
          captures: [],
          step,
        }),
      (error) => hasCode(error, "TENSOR_SHAPE_MISMATCH"),
    );
  });

  it("error: MODEL_UNBOUND_INPUT when a step reads a tensor that is not captured", async () => {
    const outside = input("outside", { shape: [2, 2], type: "float64" });
    const sequence = input("sequence", { shape: [3, 1, 2], type: "float64" });
    const { emitted } = scan({
      initialStates: [],
      sequences: [sequence],
      captures: [],
      step: ({ slices }) => ({ states: [], emitted: [matmul(at(slices, 0), outside)] }),
    });
    const feeds = [
      { tensor: sequence, values: new Float64Array(6) },
      { tensor: outside, values: new Float64Array(4) },
    ];
    await assert.rejects(evaluateGraph([at(emitted, 0)], feeds), (error) => hasCode(error, "MODEL_UNBOUND_INPUT"));
  });

  it("error: GRADIENT_UNSUPPORTED for second derivatives through a loop", () => {
    const inputs = SHAPES.map((shape, index) => input(`x${index}`, { shape, type: "float64" }));
    const [first] = gradients(reduceSum(lstmScan(layer(inputs)).final.hidden), [at(inputs, 4)]);
    assert.throws(
      () => gradients(reduceSum(definedTensor(first, "test")), [at(inputs, 4)]),
      (error) => hasCode(error, "GRADIENT_UNSUPPORTED"),
    );
  });

  it("default: gradients of the final state match finite differences to 1e-6", async () => {
    const error = await gradientError({
      name: "scan-final",
      shapes: SHAPES,
      build: (inputs) => lstmScan(layer(inputs)).final.hidden,
    });
    assert.ok(error <= 1e-6, `relative error ${error}`);
  });

  it("default: gradients of the emitted sequence match finite differences to 1e-6", async () => {
    const error = await gradientError({
      name: "scan-sequence",
      shapes: SHAPES,
      build: (inputs) => lstmScan(layer(inputs)).outputs,
    });
    assert.ok(error <= 1e-6, `relative error ${error}`);
  });

  it("default: gradients of the unrolled form match finite differences to 1e-6", async () => {
    const error = await gradientError({
      name: "unrolled",
      shapes: SHAPES,
      build: (inputs) => lstmUnrolled(layer(inputs)).hidden,
    });
    assert.ok(error <= 1e-6, `relative error ${error}`);
  });
});

describe("lstmOperator", () => {
  it("error: TENSOR_KERNEL_GAP in float64", () => {
    const sequence = input("sequence", { shape: [STEPS, BATCH, FEATURES], type: "float64" });
    const empty = new Float32Array();
    const values = {
      input: new Float32Array(FEATURES * 4 * UNITS),
      recurrent: new Float32Array(UNITS * 4 * UNITS),
      bias: empty,
    };
    assert.throws(
      () => lstmOperator(sequence, values, UNITS),
      (error) => hasCode(error, "TENSOR_KERNEL_GAP"),
    );
  });

  it("behavior: operator, loop, unrolled form and a plain JavaScript pass agree to 1e-5", async () => {
    const { tensors, values } = randomInputs("float32");
    const [, , , wx, wh, bias] = values;
    if (!wx || !wh || !bias) throw new Error("six arrays wanted");
    const exported = lstmOperator(at(tensors, 0), { input: wx, recurrent: wh, bias }, UNITS);
    const targets = [exported, lstmScan(layer(tensors)).final.hidden, lstmUnrolled(layer(tensors)).hidden];
    const feeds = tensors.map((tensor, index) => ({ tensor, values: values[index] ?? [] }));
    const reference = plainLstm(values);
    for (const found of await evaluateGraph(targets, feeds)) {
      found.forEach((value, index) => {
        assert.ok(Math.abs(value - (reference[index] ?? Number.NaN)) <= 1e-5);
      });
    }
  });

  it("behavior: the exported operator takes a dynamic batch", async () => {
    const { values } = randomInputs("float32");
    const [x, , , wx, wh, bias] = values;
    if (!x || !wx || !wh || !bias) throw new Error("six arrays wanted");
    const sequence = input("sequence", { shape: [STEPS, "batch", FEATURES], type: "float32" });
    const output = lstmOperator(sequence, { input: wx, recurrent: wh, bias }, UNITS);
    const feed = { tensor: sequence, values: x, dims: [STEPS, BATCH, FEATURES] };
    const [found, zeros] = await evaluateGraph([output, zerosLike(output)], [feed]);
    assert.equal(found?.length, BATCH * UNITS);
    assert.deepEqual([...(zeros ?? [])], Array(BATCH * UNITS).fill(0));
  });
});
