/** The ONNX writer against a file of the reference implementation, and its errors. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { loadOnnxRuntime, openSession } from "../../../oracle/models/onnx-runtime.ts";
import { add, mul } from "../../../oracle/training/tensor/elementwise-ops.ts";
import { matmul, reduceMean, reduceSum } from "../../../oracle/training/tensor/matrix-ops.ts";
import { exportedLayers } from "../../../oracle/training/tensor/mlp.ts";
import { varint } from "../../../oracle/training/tensor/onnx-encoder.ts";
import { constant, input, scalar, type Tensor } from "../../../oracle/training/tensor/operation.ts";
import { reshape, slice, split, transpose } from "../../../oracle/training/tensor/shape-ops.ts";
import { writeModel } from "../../../oracle/training/tensor/write-model.ts";

const FIXTURE = new URL("../../vectors/onnx/small-model.onnx", import.meta.url);
const matrix = (name: string, rows: number | string, columns: number): Tensor =>
  input(name, { shape: [rows, columns], type: "float32" });

describe("writeModel", () => {
  it("error: MODEL_UNBOUND_INPUT for an input that is neither fed nor given values", () => {
    const x = matrix("x", 2, 2);
    assert.throws(
      () => writeModel({ name: "m", inputs: [], outputs: [{ name: "y", tensor: x }] }),
      (error) => hasCode(error, "MODEL_UNBOUND_INPUT"),
    );
  });

  it("error: TENSOR_DYNAMIC_SHAPE for weights without a fixed shape", () => {
    const weights = matrix("w", "batch", 2);
    const description = {
      name: "m",
      inputs: [],
      outputs: [{ name: "y", tensor: weights }],
      weights: new Map([[weights, [1, 2]]]),
    };
    assert.throws(
      () => writeModel(description),
      (error) => hasCode(error, "TENSOR_DYNAMIC_SHAPE"),
    );
  });

  it("default: the same bytes as the onnx package writes for the same graph", () => {
    const x = matrix("x", "batch", 2);
    const weights = constant([1, -2, 3, 0.5, 0.25, -0.125], { shape: [2, 3], type: "float32" });
    const y = reduceSum(transpose(add(matmul(x, weights), scalar(-1.5, "float32"))), { axes: [0] });
    const written = writeModel({
      name: "small",
      inputs: [x],
      outputs: [{ name: "y", tensor: y }],
      metadata: { purpose: "fixture" },
    });
    assert.deepEqual(Buffer.from(written).toString("hex"), readFileSync(FIXTURE).toString("hex"));
  });

  it("behavior: equal subgraphs are written once", () => {
    const x = matrix("x", 2, 2);
    const twice = (a: Tensor, b: Tensor): number =>
      writeModel({ name: "m", inputs: [x], outputs: [{ name: "y", tensor: mul(a, b) }] }).length;
    const sum = add(x, scalar(1, "float32"));
    assert.equal(twice(sum, add(x, scalar(1, "float32"))), twice(sum, sum));
  });

  it("behavior: trained values become constants under the name of their input", async () => {
    const [x, weights] = [matrix("x", "batch", 2), matrix("w", 2, 1)];
    const outputs = [{ name: "y", tensor: matmul(x, weights) }];
    const session = await openSession(
      writeModel({ name: "m", inputs: [x], outputs, weights: new Map([[weights, [2, -3]]]) }),
    );
    const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
    const found = await session.run({ x: new RuntimeTensor("float32", Float32Array.of(1, 1, 0, 1), [2, 2]) });
    await session.release();
    assert.deepEqual([...Float32Array.from(found.y?.data as Float32Array)], [-1, -3]);
  });
});

describe("openSession", () => {
  it("error: ORT_TELEMETRY_ENABLED unless telemetry is switched off before the library loads", async () => {
    for (const value of [undefined, "", "0", "no"]) {
      await assert.rejects(loadOnnxRuntime({ ORT_DISABLE_TELEMETRY: value }), (error) =>
        hasCode(error, "ORT_TELEMETRY_ENABLED"),
      );
    }
    assert.ok(await loadOnnxRuntime({ ORT_DISABLE_TELEMETRY: "true" }));
  });

  it("error: ONNX_MODEL_REFUSED for bytes that are no model", async () => {
    await assert.rejects(openSession(Uint8Array.of(1, 2, 3)), (error) => hasCode(error, "ONNX_MODEL_REFUSED"));
  });
});

describe("varint", () => {
  it("default: values of the protocol-buffer documentation, and −1 in ten bytes", () => {
    assert.deepEqual([...varint(0)], [0]);
    assert.deepEqual([...varint(150)], [0x96, 0x01]);
    assert.deepEqual([...varint(-1)], [...Array(9).fill(0xff), 0x01]);
  });
});

describe("shapes", () => {
  const x = matrix("x", 2, 3);
  const mismatches: readonly (readonly [string, () => unknown])[] = [
    ["add", () => add(x, matrix("y", 2, 4))],
    ["add of two types", () => add(x, input("y", { shape: [2, 3], type: "float64" }))],
    ["matmul", () => matmul(x, matrix("y", 2, 3))],
    ["reshape", () => reshape(x, [5])],
    ["split", () => split(x, [1, 1], 1)],
    ["empty slice", () => slice(x, { axis: 1, from: 2, to: 2 })],
    ["constant", () => constant([1, 2, 3], { shape: [2], type: "float32" })],
  ];
  for (const [name, build] of mismatches) {
    it(`error: TENSOR_SHAPE_MISMATCH in ${name}`, () => {
      assert.throws(build, (error) => hasCode(error, "TENSOR_SHAPE_MISMATCH"));
    });
  }

  it("error: TENSOR_DYNAMIC_SHAPE for a mean over a dynamic dimension and for two dynamic dimensions in a reshape", () => {
    const dynamic = matrix("d", "batch", 3);
    assert.throws(
      () => reduceMean(dynamic),
      (error) => hasCode(error, "TENSOR_DYNAMIC_SHAPE"),
    );
    assert.throws(
      () => reshape(dynamic, ["batch", "other"]),
      (error) => hasCode(error, "TENSOR_DYNAMIC_SHAPE"),
    );
  });

  it("error: TENSOR_AXIS", () => {
    assert.throws(
      () => reduceSum(x, { axes: [2] }),
      (error) => hasCode(error, "TENSOR_AXIS"),
    );
    assert.throws(
      () => transpose(x, [0, 0]),
      (error) => hasCode(error, "TENSOR_AXIS"),
    );
  });
});

describe("exportedLayers", () => {
  it("behavior: a Gemm chain agrees with a plain float64 pass to 1e-5", async () => {
    const layers = [
      { inputs: 3, outputs: 2, weights: [0.5, -1, 2, 0.25, -0.75, 1], bias: [0.1, -0.2], activation: "tanh" },
      { inputs: 2, outputs: 1, weights: [1.5, -0.5], bias: [0.3], activation: "softplus" },
    ] as const;
    const x = matrix("x", "batch", 3);
    const session = await openSession(
      writeModel({ name: "mlp", inputs: [x], outputs: [{ name: "y", tensor: exportedLayers(x, layers) }] }),
    );
    const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
    const row = [0.2, -1.3, 0.7];
    const found = await session.run({ x: new RuntimeTensor("float32", Float32Array.from(row), [1, 3]) });
    await session.release();
    const [w0, w1] = [layers[0].weights, layers[1].weights];
    const hidden = [0, 1].map((unit) =>
      Math.tanh(
        row.reduce((sum, value, index) => sum + value * (w0[index * 2 + unit] ?? 0), layers[0].bias[unit] ?? 0),
      ),
    );
    const expected = Math.log1p(Math.exp((hidden[0] ?? 0) * w1[0] + (hidden[1] ?? 0) * w1[1] + layers[1].bias[0]));
    assert.ok(Math.abs(Number(found.y?.data[0]) - expected) <= 1e-5);
  });
});
