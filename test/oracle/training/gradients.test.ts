/** Gradients of every operation against central finite differences in float64. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import * as elementwise from "../../../oracle/training/tensor/elementwise-ops.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { gradients } from "../../../oracle/training/tensor/gradients.ts";
import { gemm, reduceMax, reduceSum } from "../../../oracle/training/tensor/matrix-ops.ts";
import { constant, createOperation, input, OPERATION_KINDS } from "../../../oracle/training/tensor/operation.ts";
import { topologicalOrder } from "../../../oracle/training/tensor/topology.ts";
import { doubleInput, gradientError, weightedSum } from "./finite-difference.ts";
import { at, GRADIENT_CASES } from "./gradient-cases.ts";

const TOLERANCE = 1e-6;

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
        () => createOperation({ kind: "NonZero", outputs: [{ shape: [], type: "float32" }] }),
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
    for (const check of GRADIENT_CASES) {
      it(`default: ${check.name}`, async () => {
        const error = await gradientError(check);
        assert.ok(error <= TOLERANCE, `relative error ${error}`);
      });
    }
  });

  it("behavior: every differentiable operation kind is covered by a case", () => {
    const built = GRADIENT_CASES.flatMap(({ shapes, build }) =>
      topologicalOrder([build(shapes.map((shape, index) => doubleInput(`x${index}`, shape)))]).map(({ kind }) => kind),
    );
    const elsewhere = ["Gemm", "LSTM", "GRU", "LayerNormalization", "Scan", "Softplus", "Shape", "ConstantOfShape"];
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

  it("behavior: equal maxima share the gradient evenly", async () => {
    const x = doubleInput("x", [4]);
    const [gradient] = await evaluateGraph(gradients(reduceMax(x), [x]), [{ tensor: x, values: [3, 1, 3, 2] }]);
    assert.deepEqual([...(gradient ?? [])], [0.5, 0, 0.5, 0]);
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
