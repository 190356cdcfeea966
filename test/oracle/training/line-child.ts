/** A small fit that tests share, also as a member of an ensemble: a line through noisy points. */
import { z } from "zod";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import { log, mul, sub } from "../../../oracle/training/tensor/elementwise-ops.ts";
import type { MemberTrainer } from "../../../oracle/training/tensor/ensemble.ts";
import { type FitRequest, runFit } from "../../../oracle/training/tensor/fit-loop.ts";
import { matmul, reduceMean } from "../../../oracle/training/tensor/matrix-ops.ts";
import { input, scalar } from "../../../oracle/training/tensor/operation.ts";
import type { Batch, TrainingProblem } from "../../../oracle/training/tensor/trainer.ts";

const ROWS = 16;
const taskSchema = z.object({ seed: z.string() });

/** Least squares of `x·w` to `y`, started from the given slope. */
export function lineProblem(start: number): TrainingProblem {
  const [w, x, y] = [
    input("w", { shape: [2, 1], type: "float32" }),
    input("x", { shape: [ROWS, 2], type: "float32" }),
    input("y", { shape: [ROWS, 1], type: "float32" }),
  ];
  const error = sub(matmul(x, w), y);
  return {
    parameters: [{ tensor: w, initial: Float32Array.of(start, 0), decay: null }],
    batchInputs: [x, y],
    loss: reduceMean(mul(error, error)),
  };
}

/** The fit of a seed: data, batches and start differ with it. */
export function lineFit(seed: string): FitRequest {
  const rng = createRng(seed);
  return {
    problem: lineProblem(rng.normal()),
    settings: { maxEpochs: 6, patience: 3, learningRate: 0.1 },
    rng: rng.fork("order"),
    batches: noisyBatches,
    stopLoss: async (parameters) => Math.abs((parameters.get("w")?.[0] ?? 0) - 2),
  };
}

function* noisyBatches(rng: Rng): Generator<Batch> {
  for (let batch = 0; batch < 5; batch += 1) {
    const x = Float32Array.from({ length: 2 * ROWS }, () => rng.normal());
    yield { x, y: Float32Array.from({ length: ROWS }, (_, row) => 2 * (x[2 * row] ?? 0) + 0.1 * rng.normal()) };
  }
}

/** Trains one member; the seed `diverge` fits the logarithm of a negative number. */
export const trainMember: MemberTrainer = async (task, onProgress) => {
  const { seed } = taskSchema.parse(task);
  const fit = lineFit(seed);
  const loss = seed === "diverge" ? log(sub(scalar(-1, "float32"), fit.problem.loss)) : fit.problem.loss;
  const problem = { ...fit.problem, loss };
  const { parameters } = await runFit({ ...fit, problem, onEpoch: ({ progress }) => onProgress(progress) });
  return parameters;
};
