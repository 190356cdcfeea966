/** Fits one volatility network of an ensemble; runs in a worker thread. */
import { z } from "zod";
import { createRng, type Rng } from "../../math/rng.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { runVolNetwork } from "../../models/vol-lstm/run-vol-network.ts";
import { VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { MemberTrainer } from "../tensor/ensemble.ts";
import { type ParameterValues, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import type { Batch } from "../tensor/trainer.ts";
import { exportVolNetworks } from "./export-vol.ts";
import { type PackedRows, packedInputs, packedRowsSchema, trainingBatch } from "./packed-rows.ts";
import { LSTM_REACH } from "./vol-network-graph.ts";
import { skipValues, volProblem } from "./vol-problem.ts";

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, "a Float32Array");
const taskSchema = z.object({
  seed: z.string(),
  train: packedRowsSchema,
  stop: packedRowsSchema,
  skip: z.object({ weights: floats, bias: floats }),
  settings: z.object({
    batchRows: z.int().positive(),
    maxEpochs: z.int().positive(),
    patience: z.int().positive(),
    learningRate: z.number().positive(),
  }),
});

/** What one member is trained from. */
export type VolMemberTask = z.infer<typeof taskSchema>;

/** Trains one member of a {@link VolMemberTask}; the entry point of the ensemble's threads. */
export const trainMember: MemberTrainer = async (given, onProgress) => {
  const task = taskSchema.parse(given);
  const rng = createRng(task.seed);
  const batchRows = Math.min(task.settings.batchRows, task.train.rows);
  const inputs = packedInputs(task.train);
  const withSkip = (values: ParameterValues): ParameterValues => new Map([...values, ...skipValues(task)]);
  const { parameters } = await runFit({
    problem: volProblem({ batchRows, type: "float32", skip: task.skip }, rng.fork("start")),
    settings: task.settings,
    rng: rng.fork("order"),
    batches: (order) => epochBatches(task.train, inputs, { batchRows, rng: order }),
    stopLoss: (values) => volLoss([withSkip(values)], task.stop),
    onEpoch: ({ progress }) => onProgress(progress),
  });
  return withSkip(parameters);
};

function* epochBatches(
  packed: PackedRows,
  inputs: ReturnType<typeof packedInputs>,
  { batchRows, rng }: { readonly batchRows: number; readonly rng: Rng },
): Generator<Batch> {
  for (const rows of shuffledBatches(packed.rows, batchRows, rng)) yield trainingBatch(packed, inputs, { rows, rng });
}

/** Mean QLIKE of networks on rows at the horizons that the LSTMs reach, from the exported form: what will be served is what is judged. */
export async function volLoss(networks: readonly ParameterValues[], packed: PackedRows): Promise<number> {
  const session = await openSession(exportVolNetworks(networks, {}));
  const { logRatio: found } = await runVolNetwork(session, packedInputs(packed));
  await session.release();
  let sum = 0;
  found.forEach((logRatio, place) => {
    const error = (packed.labels[place] ?? Number.NaN) - logRatio;
    sum += (Math.exp(error) - error - 1) * (LSTM_REACH[place % VOL_HORIZONS_HOURS.length] ?? 0);
  });
  return sum / (packed.rows * VOL_HORIZONS_HOURS.length);
}
