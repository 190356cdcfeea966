/** Fits one network of the student; runs in a worker thread. */
import { z } from "zod";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../domain/close-out-features.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { runCloseOutNetwork } from "../../models/cvar-depth/run-close-out-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { bindingMask } from "../tensor/bound-weights.ts";
import { add, mul, sqrt, sub } from "../tensor/elementwise-ops.ts";
import type { MemberTrainer } from "../tensor/ensemble.ts";
import { gatherValues, type ParameterValues, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { input, scalar, type Tensor } from "../tensor/operation.ts";
import type { Batch, TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { exportStudent, studentInput, studentLogShares, trainableLayers } from "./student-graph.ts";
import {
  SKIP,
  type StudentLayout,
  type StudentParameter,
  type StudentScaling,
  studentParameters,
} from "./student-layout.ts";

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, "a Float32Array");
const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array, "a Float64Array");
const rowsSchema = z.object({ rows: z.int().positive(), features: floats, logShares: floats });
const taskSchema = z.object({
  seed: z.string(),
  layout: z.object({
    risingUnits: z.int().positive(),
    freeUnits: z.int().positive(),
    hiddenLayers: z.int().positive(),
  }),
  scaling: z.object({ centre: doubles, spread: doubles }),
  train: rowsSchema,
  stop: rowsSchema,
  settings: z.object({
    batchRows: z.int().positive(),
    maxEpochs: z.int().positive(),
    patience: z.int().positive(),
    learningRate: z.number().positive(),
  }),
});

/** What one network is trained from. */
export type StudentTask = z.infer<typeof taskSchema>;

/** Raw start of signed weights: softplus(−4) = 0.018, so that the many rising weights do not add up. */
const SIGNED_START = -4;
/** The same towards the outputs: softplus(−6) = 0.0025, so that the start is close to the quadrature. */
const SIGNED_OUTPUT_START = -6;
const OUTPUT_SPREAD = 0.05;
const BIAS_SPREAD = 0.5;
/** Errors of the log share below this count by their square, above by their size. */
const ROUNDED_ERROR = 0.01;
const LABELS = "labels";
/** Inputs whose log shares the untrained network states, by level: the quadrature over the strata. */
const START_FEATURES: readonly number[] = SHORTFALL_LEVELS.map((level) =>
  CLOSE_OUT_FEATURES.findIndex(({ name }) => name === `quadratureAt${100 * level}`),
);

/** Trains one network of a {@link StudentTask}; the entry point of the ensemble's threads. */
export const trainMember: MemberTrainer = async (given, onProgress) => {
  const task = taskSchema.parse(given);
  const { train, stop, layout, scaling, settings } = task;
  const rng = createRng(task.seed);
  const batchRows = Math.min(settings.batchRows, train.rows);
  const { parameters } = await runFit({
    problem: studentProblem({ layout, scaling, batchRows }, rng.fork("start")),
    settings,
    rng: rng.fork("order"),
    batches: (order) => epochBatches(train, batchRows, order),
    stopLoss: (values) => stopLoss({ layout, scaling, networks: [values] }, stop),
    onEpoch: ({ progress }) => onProgress(progress),
  });
  return parameters;
};

function* epochBatches(train: StudentTask["train"], batchRows: number, rng: Rng): Generator<Batch> {
  for (const rows of shuffledBatches(train.rows, batchRows, rng)) {
    const features = gatherValues(train.features, rows, CLOSE_OUT_FEATURES.length);
    yield { features, [LABELS]: gatherValues(train.logShares, rows, SHORTFALL_LEVELS.length) };
  }
}

/** The training problem with parameters started from a stream. */
function studentProblem(
  network: { readonly layout: StudentLayout; readonly scaling: StudentScaling; readonly batchRows: number },
  rng: Rng,
): TrainingProblem {
  const { layout, batchRows } = network;
  const parameters = studentParameters(layout).map(({ name, shape, bindings }): TrainableParameter => {
    const tensor = input(name, { shape, type: "float32" });
    // Raw values of signed weights must not decay.
    const decay = bindings === null ? null : bindingMask(tensor, bindings, "free");
    return { tensor, initial: startValues({ name, shape, bindings }, network, rng), decay };
  });
  const features = studentInput(batchRows, "float32");
  const labels = input(LABELS, { shape: [batchRows, SHORTFALL_LEVELS.length], type: "float32" });
  const tensors = parameters.map(({ tensor }) => tensor);
  const found = studentLogShares(features, network, trainableLayers(layout, tensors));
  return { parameters, batchInputs: [features, labels], loss: roundedError(found, labels) };
}

/** Mean of √(e² + ε²): the size of the relative error, smooth at 0. */
function roundedError(found: Tensor, labels: Tensor): Tensor {
  const error = sub(found, labels);
  return reduceMean(sqrt(add(mul(error, error), scalar(ROUNDED_ERROR ** 2, labels.type))));
}

function startValues(
  { name, shape, bindings }: StudentParameter,
  { scaling, layout }: { readonly scaling: StudentScaling; readonly layout: StudentLayout },
  rng: Rng,
): Float32Array {
  const { centre } = scaling;
  if (name === SKIP) return skipStart(scaling);
  const isOutput = name.endsWith(String(layout.hiddenLayers));
  if (bindings === null && isOutput) return Float32Array.from(START_FEATURES, (feature) => centre[feature] ?? 0);
  if (bindings === null) return Float32Array.from({ length: shape[0] ?? 0 }, () => BIAS_SPREAD * rng.normal());
  const signed = isOutput ? SIGNED_OUTPUT_START : SIGNED_START;
  const spread = (isOutput ? OUTPUT_SPREAD : 1) / Math.sqrt(shape[0] ?? 1);
  return Float32Array.from(bindings, (binding) =>
    binding === "positive" ? signed + rng.normal() : spread * rng.normal(),
  );
}

/** Each level starts as its own quadrature. */
function skipStart({ spread }: StudentScaling): Float32Array {
  const levels = SHORTFALL_LEVELS.length;
  return Float32Array.from({ length: CLOSE_OUT_FEATURES.length * levels }, (_, index) => {
    const feature = Math.floor(index / levels);
    if (CLOSE_OUT_FEATURES[feature]?.direction === "free") return 0;
    const isStart = feature === START_FEATURES[index % levels];
    return isStart ? Math.log(Math.expm1(spread[feature] ?? 1)) : SIGNED_OUTPUT_START;
  });
}

/** Mean size of the error on rows that are not fitted, from the exported form: what will be served is what is judged. */
async function stopLoss(
  trained: {
    readonly layout: StudentLayout;
    readonly scaling: StudentScaling;
    readonly networks: readonly ParameterValues[];
  },
  { features, logShares }: StudentTask["stop"],
): Promise<number> {
  const session = await openSession(exportStudent(trained, {}));
  try {
    const found = await runCloseOutNetwork(session, features);
    return (
      found.reduce((sum, value, place) => sum + Math.abs(value - (logShares[place] ?? Number.NaN)), 0) / found.length
    );
  } finally {
    await session.release();
  }
}
