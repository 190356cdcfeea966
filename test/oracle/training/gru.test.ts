/** GRU: gradients of the loop, agreement of loop, exported operator and a plain JavaScript pass. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { type GruSequence, gruOperator, gruScan } from "../../../oracle/training/tensor/gru.ts";
import { definedTensor, input, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { gradientError } from "./finite-difference.ts";

const [STEPS, BATCH, FEATURES, UNITS] = [5, 3, 2, 4];
const SHAPES = [[STEPS, BATCH, FEATURES], [BATCH, UNITS], [FEATURES, 3 * UNITS], [UNITS, 3 * UNITS], [3 * UNITS]];
const at = (inputs: readonly Tensor[], index: number): Tensor => definedTensor(inputs[index], "test");
const layer = (inputs: readonly Tensor[]): GruSequence => ({
  sequence: at(inputs, 0),
  initial: at(inputs, 1),
  weights: { input: at(inputs, 2), recurrent: at(inputs, 3), bias: at(inputs, 4) },
});
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Plain float64 forward pass; returns the final hidden state `[batch, units]`. */
function plainGru([sequence, , wx, wh, bias]: readonly Float32Array[]): Float64Array {
  const final = new Float64Array(BATCH * UNITS);
  for (let row = 0; row < BATCH; row += 1) {
    let hidden = new Float64Array(UNITS);
    for (let step = 0; step < STEPS; step += 1) {
      const fromInput = (column: number): number => {
        let sum = bias?.[column] ?? Number.NaN;
        for (let f = 0; f < FEATURES; f += 1)
          sum += (sequence?.[(step * BATCH + row) * FEATURES + f] ?? 0) * (wx?.[f * 3 * UNITS + column] ?? 0);
        return sum;
      };
      const before = hidden;
      const fromState = (column: number): number =>
        before.reduce((sum, value, unit) => sum + value * (wh?.[unit * 3 * UNITS + column] ?? 0), 0);
      hidden = Float64Array.from({ length: UNITS }, (_, unit) => {
        const update = sigmoid(fromInput(unit) + fromState(unit));
        const reset = sigmoid(fromInput(UNITS + unit) + fromState(UNITS + unit));
        const candidate = Math.tanh(fromInput(2 * UNITS + unit) + reset * fromState(2 * UNITS + unit));
        return (1 - update) * candidate + update * (before[unit] ?? 0);
      });
    }
    final.set(hidden, row * UNITS);
  }
  return final;
}

describe("gruScan", () => {
  it("default: gradients of final state and sequence match finite differences to 1e-6", async () => {
    const builds = [
      (inputs: readonly Tensor[]) => gruScan(layer(inputs)).final,
      (inputs: readonly Tensor[]) => gruScan(layer(inputs)).outputs,
    ];
    for (const build of builds) {
      const error = await gradientError({ name: "gru", shapes: SHAPES, build });
      assert.ok(error <= 1e-6, `relative error ${error}`);
    }
  });
});

describe("gruOperator", () => {
  it("error: TENSOR_KERNEL_GAP in float64", () => {
    const sequence = input("sequence", { shape: [STEPS, BATCH, FEATURES], type: "float64" });
    const values = {
      input: new Float32Array(FEATURES * 3 * UNITS),
      recurrent: new Float32Array(UNITS * 3 * UNITS),
      bias: new Float32Array(3 * UNITS),
    };
    assert.throws(
      () => gruOperator(sequence, values, UNITS),
      (error) => hasCode(error, "TENSOR_KERNEL_GAP"),
    );
  });

  it("behavior: operator, loop and a plain JavaScript pass agree to 1e-5", async () => {
    const rng = createRng("gru-parity");
    const tensors = SHAPES.map((shape, index) => input(`x${index}`, { shape, type: "float32" }));
    const values = SHAPES.map((shape, index) =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (index === 1 ? 0 : rng.normal())),
    );
    const [, , wx, wh, bias] = values;
    if (!wx || !wh || !bias) throw new Error("five arrays wanted");
    const exported = gruOperator(at(tensors, 0), { input: wx, recurrent: wh, bias }, UNITS);
    const feeds = tensors.map((tensor, index) => ({ tensor, values: values[index] ?? [] }));
    const reference = plainGru(values);
    for (const found of await evaluateGraph([exported, gruScan(layer(tensors)).final], feeds)) {
      found.forEach((value, index) => {
        assert.ok(Math.abs(value - (reference[index] ?? Number.NaN)) <= 1e-5);
      });
    }
  });
});
