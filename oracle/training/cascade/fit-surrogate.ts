/** Fits the surrogate of the cascade's fixed point on drawn books, in this thread. */
import { CASCADE_FEATURES } from "../../domain/cascade-features.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { quantile } from "../../math/statistics.ts";
import { runCascadeNetwork } from "../../models/cascade/run-cascade-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { exportParity } from "../export-parity.ts";
import { bindingMask } from "../tensor/bound-weights.ts";
import { add, mul, sqrt, sub } from "../tensor/elementwise-ops.ts";
import { gatherValues, type ParameterValues, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { input, scalar } from "../tensor/operation.ts";
import type { Batch, TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { type CascadeRows, drawCascades } from "./draw-cascades.ts";
import { plainSurrogate } from "./plain-surrogate.ts";
import {
  exportSurrogate,
  positiveBindings,
  SKIP,
  type SurrogateParameter,
  type SurrogateScaling,
  surrogateInput,
  surrogateOutput,
  surrogateParameters,
  type TrainedSurrogate,
  trainableLayers,
} from "./surrogate-graph.ts";

/** Sizes of a training. */
export interface SurrogateSettings {
  readonly rows: { readonly train: number; readonly stop: number; readonly report: number };
  readonly batchRows: number;
  readonly maxEpochs: number;
  readonly patience: number;
  readonly learningRate: number;
}

/** Errors against the fixed point, log points. */
export interface SurrogateErrors {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
  /** Share of the variance of the further fall that is explained. */
  readonly explained: number;
}

/** A trained surrogate with what it is worth. */
export interface SurrogateTraining {
  readonly settings: SurrogateSettings;
  readonly trained: TrainedSurrogate;
  readonly model: Uint8Array;
  readonly train: CascadeRows;
  readonly student: SurrogateErrors;
  /** The baseline: two rounds of selling and no more. */
  readonly twoRounds: SurrogateErrors;
  /** Largest difference of the exported model from a plain float64 pass. */
  readonly exportParity: number;
}

/** Chosen among two rates and two lengths, on another seed. */
export const SURROGATE_SETTINGS: SurrogateSettings = {
  rows: { train: 30_000, stop: 4_000, report: 8_000 },
  batchRows: 256,
  maxEpochs: 80,
  patience: 20,
  learningRate: 1e-2,
};
const LABELS = "labels";
/** Errors below it count by their square, above by their size. */
const ROUNDED_ERROR = 0.03;
/** Raw start of weights: softplus(−4) = 0.018; towards the output 0.0025. */
const WEIGHT_START = -4;
const OUTPUT_START = -6;
const BIAS_SPREAD = 0.5;
const PARITY_ROWS = 256;
const TWO_ROUNDS = CASCADE_FEATURES.indexOf("twoRounds");

/**
 * Trains on drawn books; the same seed gives the same bytes.
 *
 * @throws PlimsollError `EXPORT_PARITY`, `TRAINING_DIVERGED`, and those of the trainer.
 */
export async function fitSurrogate(
  seed: string,
  settings: SurrogateSettings = SURROGATE_SETTINGS,
  onProgress: (share: number) => void = () => {},
): Promise<SurrogateTraining> {
  const train = drawCascades(settings.rows.train, `${seed}/train`);
  const stop = drawCascades(settings.rows.stop, `${seed}/stop`);
  const scaling = scalingOf(train);
  const rng = createRng(`${seed}/surrogate`);
  const batchRows = Math.min(settings.batchRows, train.rows);
  const { parameters } = await runFit({
    problem: problemOf({ scaling, batchRows }, rng.fork("start")),
    settings,
    rng: rng.fork("order"),
    batches: (order) => epochBatches(train, batchRows, order),
    stopLoss: (values) => meanError({ scaling, values }, stop),
    onEpoch: ({ epoch }) => onProgress(epoch / settings.maxEpochs),
  });
  return judged({ scaling, values: parameters }, { settings, train, seed });
}

async function judged(
  trained: TrainedSurrogate,
  { settings, train, seed }: Pick<SurrogateTraining, "settings" | "train"> & { readonly seed: string },
): Promise<SurrogateTraining> {
  const report = drawCascades(settings.rows.report, `${seed}/report`);
  const model = exportSurrogate(trained);
  const found = await outputs(model, report.features);
  const sample = report.features.subarray(0, PARITY_ROWS * CASCADE_FEATURES.length);
  return {
    settings,
    trained,
    model,
    train,
    student: surrogateErrors(found, report),
    twoRounds: surrogateErrors(
      Float32Array.from(
        { length: report.rows },
        (_, row) => report.features[row * CASCADE_FEATURES.length + TWO_ROUNDS] ?? 0,
      ),
      report,
    ),
    exportParity: exportParity(found, plainSurrogate(trained, sample), "surrogate-graph.ts with plain-surrogate.ts"),
  };
}

async function outputs(model: Uint8Array, features: Float32Array): Promise<Float32Array> {
  const session = await openSession(model);
  try {
    return await runCascadeNetwork(session, features);
  } finally {
    await session.release();
  }
}

/** Errors of stated further falls against the fixed points of their books. @param found `[rows]` */
export function surrogateErrors(found: Float32Array, { extra }: CascadeRows): SurrogateErrors {
  const errors = Float64Array.from(found, (value, row) => Math.abs(value - (extra[row] ?? Number.NaN)));
  const meanOf = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const centre = meanOf(extra);
  return {
    median: quantile(errors, 0.5),
    p95: quantile(errors, 0.95),
    p99: quantile(errors, 0.99),
    mean: meanOf(errors),
    explained: 1 - meanOf(errors.map((error) => error * error)) / meanOf(extra.map((value) => (value - centre) ** 2)),
  };
}

function scalingOf({ rows, features }: CascadeRows): SurrogateScaling {
  const width = CASCADE_FEATURES.length;
  const columns = CASCADE_FEATURES.map((_, feature) =>
    Float64Array.from({ length: rows }, (_row, row) => features[row * width + feature] ?? Number.NaN),
  );
  const centre = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / rows);
  const spread = columns.map((column, feature) => {
    const squares = column.reduce((sum, value) => sum + (value - (centre[feature] ?? 0)) ** 2, 0);
    return Math.sqrt(squares / rows) || 1;
  });
  return { centre, spread };
}

function* epochBatches({ rows, features, extra }: CascadeRows, batchRows: number, rng: Rng): Generator<Batch> {
  for (const chosen of shuffledBatches(rows, batchRows, rng))
    yield {
      features: gatherValues(features, chosen, CASCADE_FEATURES.length),
      [LABELS]: gatherValues(extra, chosen, 1),
    };
}

function problemOf(
  { scaling, batchRows }: { readonly scaling: SurrogateScaling; readonly batchRows: number },
  rng: Rng,
): TrainingProblem {
  const parameters = surrogateParameters().map((entry): TrainableParameter => {
    const tensor = input(entry.name, { shape: entry.shape, type: "float32" });
    // Raw values of bound weights must not decay: towards zero they would grow.
    const decay = entry.isWeight ? bindingMask(tensor, positiveBindings(entry.shape), "free") : null;
    return { tensor, initial: startValues(entry, scaling, rng), decay };
  });
  const features = surrogateInput(batchRows, "float32");
  const labels = input(LABELS, { shape: [batchRows, 1], type: "float32" });
  const layers = trainableLayers(parameters.map(({ tensor }) => tensor));
  const error = sub(surrogateOutput(features, scaling, layers), labels);
  const loss = reduceMean(sqrt(add(mul(error, error), scalar(ROUNDED_ERROR ** 2, "float32"))));
  return { parameters, batchInputs: [features, labels], loss };
}

/** The untrained network states two rounds of selling. */
function startValues(
  { name, shape, isWeight }: SurrogateParameter,
  { centre, spread }: SurrogateScaling,
  rng: Rng,
): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const isOutput = shape.at(-1) === 1;
  if (name === SKIP)
    return Float32Array.from({ length: size }, (_, feature) =>
      feature === TWO_ROUNDS ? Math.log(Math.expm1(spread[feature] ?? 1)) : OUTPUT_START,
    );
  if (!isWeight)
    return Float32Array.from({ length: size }, () =>
      isOutput ? (centre[TWO_ROUNDS] ?? 0) : BIAS_SPREAD * rng.normal(),
    );
  return Float32Array.from({ length: size }, () => (isOutput ? OUTPUT_START : WEIGHT_START) + rng.normal());
}

async function meanError(
  trained: { readonly scaling: SurrogateScaling; readonly values: ParameterValues },
  stop: CascadeRows,
): Promise<number> {
  return surrogateErrors(await outputs(exportSurrogate(trained), stop.features), stop).mean;
}
