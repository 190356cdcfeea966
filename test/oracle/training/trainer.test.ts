/** The training step: AdamW against a plain implementation, clipping, errors, convergence. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { hasCode } from "../../../oracle/domain/errors.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { clipByGlobalNorm } from "../../../oracle/training/tensor/adam.ts";
import { add, log, mul, sub } from "../../../oracle/training/tensor/elementwise-ops.ts";
import { evaluateGraph } from "../../../oracle/training/tensor/evaluate-graph.ts";
import { matmul, reduceMean, reduceSum } from "../../../oracle/training/tensor/matrix-ops.ts";
import { denseLayers } from "../../../oracle/training/tensor/mlp.ts";
import { constant, input, scalar } from "../../../oracle/training/tensor/operation.ts";
import { createTrainer, type TrainingProblem } from "../../../oracle/training/tensor/trainer.ts";

const ROWS = 8;

/** Least squares of `x · w` to `y`: its gradient is 2/n xᵀ(xw − y). */
function leastSquares(): TrainingProblem {
  const w = input("w", { shape: [2, 1], type: "float32" });
  const x = input("x", { shape: [ROWS, 2], type: "float32" });
  const y = input("y", { shape: [ROWS, 1], type: "float32" });
  const error = sub(matmul(x, w), y);
  const parameters = [{ tensor: w, initial: Float32Array.of(0.5, -0.5), decay: scalar(1, "float32") }];
  return {
    parameters,
    batchInputs: [x, y],
    loss: reduceMean(mul(error, error)),
    settings: { clipNorm: 0.5, weightDecay: 0.01 },
  };
}

function batch(): { x: Float32Array; y: Float32Array } {
  const rng = createRng("least-squares");
  const x = Float32Array.from({ length: ROWS * 2 }, () => rng.normal());
  return { x, y: Float32Array.from({ length: ROWS }, (_, row) => 2 * (x[2 * row] ?? 0) - (x[2 * row + 1] ?? 0)) };
}

/** Algorithm 2 of Loshchilov and Hutter 2019 in float64, gradient clipped at 0.5. */
function plainAdamW(steps: number, learningRate: number): number[] {
  const { x, y } = batch();
  let [w, m, v] = [
    [0.5, -0.5],
    [0, 0],
    [0, 0],
  ];
  for (let step = 1; step <= steps; step += 1) {
    const residual = Array.from(
      y,
      (target, row) => (x[2 * row] ?? 0) * (w[0] ?? 0) + (x[2 * row + 1] ?? 0) * (w[1] ?? 0) - target,
    );
    const raw = [0, 1].map((k) => residual.reduce((sum, r, row) => sum + (2 / ROWS) * r * (x[2 * row + k] ?? 0), 0));
    const factor = Math.min(1, 0.5 / Math.hypot(...raw));
    const g = raw.map((value) => value * factor);
    m = m.map((value, k) => 0.9 * value + 0.1 * (g[k] ?? 0));
    v = v.map((value, k) => 0.999 * value + 0.001 * (g[k] ?? 0) ** 2);
    w = w.map((value, k) => {
      const direction = (m[k] ?? 0) / (1 - 0.9 ** step) / (Math.sqrt((v[k] ?? 0) / (1 - 0.999 ** step)) + 1e-8);
      return value - learningRate * (direction + 0.01 * value);
    });
  }
  return w;
}

describe("createTrainer", () => {
  it("error: TRAINING_BATCH_SHAPE for a missing or short input", async () => {
    const trainer = await createTrainer(leastSquares());
    const { x, y } = batch();
    await assert.rejects(trainer.step({ x }, 0.1), (error) => hasCode(error, "TRAINING_BATCH_SHAPE"));
    await assert.rejects(trainer.step({ x, y: y.subarray(1) }, 0.1), (error) => hasCode(error, "TRAINING_BATCH_SHAPE"));
    await trainer.release();
  });

  it("error: TRAINING_DIVERGED when the loss is not finite", async () => {
    const w = input("w", { shape: [1], type: "float32" });
    const x = input("x", { shape: [1], type: "float32" });
    const parameters = [{ tensor: w, initial: Float32Array.of(1), decay: null }];
    const trainer = await createTrainer({ parameters, batchInputs: [x], loss: reduceSum(log(mul(w, x))) });
    await assert.rejects(trainer.step({ x: Float32Array.of(-1) }, 0.1), (error) => hasCode(error, "TRAINING_DIVERGED"));
    await trainer.release();
  });

  it("default: ten steps equal a plain AdamW in float64 to 1e-5", async () => {
    const trainer = await createTrainer(leastSquares());
    for (let step = 0; step < 10; step += 1) await trainer.step(batch(), 0.05);
    const found = trainer.parameters().get("w") ?? [];
    await trainer.release();
    plainAdamW(10, 0.05).forEach((value, index) => {
      assert.ok(Math.abs(value - (found[index] ?? Number.NaN)) <= 1e-5);
    });
  });

  it("behavior: an MLP learns a product, and the same start gives the same losses", async () => {
    const run = async (): Promise<number[]> => {
      const rng = createRng("mlp");
      const dense = (name: string, inputs: number, outputs: number) => ({
        weights: input(`${name}w`, { shape: [inputs, outputs], type: "float32" }),
        bias: input(`${name}b`, { shape: [outputs], type: "float32" }),
      });
      const [first, second] = [dense("a", 2, 8), dense("b", 8, 1)];
      const x = input("x", { shape: [32, 2], type: "float32" });
      const y = input("y", { shape: [32, 1], type: "float32" });
      const output = denseLayers(x, [
        { ...first, activation: "tanh" },
        { ...second, activation: "linear" },
      ]);
      const error = sub(output, y);
      const parameters = [first.weights, first.bias, second.weights, second.bias].map((tensor) => ({
        tensor,
        initial: Float32Array.from(
          { length: tensor.shape.map(Number).reduce((a, b) => a * b, 1) },
          () => 0.5 * rng.normal(),
        ),
        decay: null,
      }));
      const trainer = await createTrainer({ parameters, batchInputs: [x, y], loss: reduceMean(mul(error, error)) });
      const losses: number[] = [];
      for (let step = 0; step < 400; step += 1) {
        const values = Float32Array.from({ length: 64 }, () => rng.normal());
        const products = Float32Array.from({ length: 32 }, (_, row) =>
          Math.tanh((values[2 * row] ?? 0) * (values[2 * row + 1] ?? 0)),
        );
        losses.push(await trainer.step({ x: values, y: products }, 0.01));
      }
      await trainer.release();
      return losses;
    };
    const losses = await run();
    const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
    assert.ok(mean(losses.slice(-50)) < 0.35 * mean(losses.slice(0, 20)), `${mean(losses.slice(-50))}`);
    assert.deepEqual(await run(), losses);
  });
});

describe("clipByGlobalNorm", () => {
  it("behavior: a joint norm above the limit is scaled to it, one below is kept, zero stays finite", async () => {
    const vector = (values: readonly number[]) => constant(values, { shape: [values.length], type: "float64" });
    const anchor = input("anchor", { shape: [1], type: "float64" });
    const lift = (values: readonly number[]) => add(vector(values), mul(anchor, scalar(0, "float64")));
    const targets = [
      ...clipByGlobalNorm([lift([3]), lift([4])], 1),
      ...clipByGlobalNorm([lift([0.3])], 1),
      ...clipByGlobalNorm([lift([0])], 1),
    ];
    const found = await evaluateGraph(targets, [{ tensor: anchor, values: [1] }]);
    const [a, b, c, d] = found.map((values) => values[0] ?? Number.NaN);
    assert.ok(Math.abs((a ?? 0) - 0.6) < 1e-12 && Math.abs((b ?? 0) - 0.8) < 1e-12);
    assert.deepEqual([c, d], [0.3, 0]);
  });
});
