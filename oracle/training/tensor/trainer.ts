/** Training loop core: one session run is one step of AdamW, parameters and moments are fed back. */
import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { PlimsollError } from "../../domain/errors.ts";
import { floatOutput, loadOnnxRuntime, openSession } from "../../models/onnx-runtime.ts";
import { ADAM_DEFAULTS, type AdamSettings, type AdamUpdate, adamUpdates } from "./adam.ts";
import { gradients } from "./gradients.ts";
import { input, type Tensor } from "./operation.ts";
import { elementCount, formatShape } from "./shape.ts";
import { type NamedTensor, writeModel } from "./write-model.ts";

/** A trainable parameter: an `input()` tensor of float32 and its start value, row-major. */
export interface TrainableParameter {
  readonly tensor: Tensor;
  readonly initial: Float32Array;
  /** Multiplier of the weight decay, broadcast to the parameter; `null` for none, as for biases. */
  readonly decay: Tensor | null;
}

/** What is minimised. */
export interface TrainingProblem {
  readonly parameters: readonly TrainableParameter[];
  /** Inputs of a batch; their shapes are fixed. */
  readonly batchInputs: readonly Tensor[];
  /** Scalar. */
  readonly loss: Tensor;
  readonly settings?: Partial<AdamSettings>;
}

/** Values of a batch by input name, row-major. */
export type Batch = Readonly<Record<string, Float32Array>>;

/** A running training. */
export interface Trainer {
  /**
   * One step.
   *
   * @returns the loss before the step.
   * @throws PlimsollError `TRAINING_DIVERGED` when the loss is not finite; `TRAINING_BATCH_SHAPE` for a wrong batch.
   */
  step(batch: Batch, learningRate: number): Promise<number>;
  /** Copies of the current parameters by name. */
  parameters(): ReadonlyMap<string, Float32Array>;
  /** Frees the native session. */
  release(): Promise<void>;
}

const LEARNING_RATE = "learning_rate";
const FIRST_CORRECTION = "first_correction";
const SECOND_CORRECTION = "second_correction";

/**
 * Builds the training graph of a problem and opens a session on it.
 *
 * @throws PlimsollError of the graph functions (`TENSOR_…`, `GRADIENT_…`, `MODEL_…`) and of the session (`ORT_…`, `ONNX_…`).
 */
export async function createTrainer(problem: TrainingProblem): Promise<Trainer> {
  const settings = { ...ADAM_DEFAULTS, ...problem.settings };
  const session = await openSession(trainingModel(problem, settings));
  return startTrainer(problem, settings, session);
}

function trainingModel(problem: TrainingProblem, settings: AdamSettings): Uint8Array {
  const tensors = problem.parameters.map(({ tensor }) => tensor);
  const found = gradients(problem.loss, tensors);
  const slots = problem.parameters.map(({ tensor, decay }, index) => ({
    parameter: tensor,
    gradient: found[index] ?? tensor,
    decay,
  }));
  const scalarInput = (name: string): Tensor => input(name, { shape: [], type: problem.loss.type });
  const scalars = {
    learningRate: scalarInput(LEARNING_RATE),
    firstCorrection: scalarInput(FIRST_CORRECTION),
    secondCorrection: scalarInput(SECOND_CORRECTION),
  };
  const updates = adamUpdates(slots, scalars, settings);
  const moments = updates.flatMap(({ firstMoment, secondMoment }) => [firstMoment, secondMoment]);
  return writeModel({
    name: "training-step",
    inputs: [...problem.batchInputs, ...Object.values(scalars), ...tensors, ...moments],
    outputs: [{ name: "loss", tensor: problem.loss }, ...updates.flatMap(namedUpdate)],
  });
}

function namedUpdate(update: AdamUpdate): readonly NamedTensor[] {
  return [
    { name: `next:${parameterName(update)}`, tensor: update.nextParameter },
    { name: `next:m:${parameterName(update)}`, tensor: update.nextFirstMoment },
    { name: `next:v:${parameterName(update)}`, tensor: update.nextSecondMoment },
  ];
}

function parameterName({ firstMoment }: AdamUpdate): string {
  return firstMoment.operation.name.slice("m:".length);
}

async function startTrainer(
  problem: TrainingProblem,
  settings: AdamSettings,
  session: InferenceSession,
): Promise<Trainer> {
  const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
  const float = (values: Float32Array, dims: readonly number[]): RuntimeTensor =>
    new RuntimeTensor("float32", values, dims);
  const carried = initialState(problem, float);
  let steps = 0;

  const step = async (batch: Batch, learningRate: number): Promise<number> => {
    steps += 1;
    const scalarFeed = (value: number): RuntimeTensor => float(Float32Array.of(value), []);
    const outputs = await session.run({
      ...batchFeeds(problem, batch, float),
      ...Object.fromEntries(carried),
      [LEARNING_RATE]: scalarFeed(learningRate),
      [FIRST_CORRECTION]: scalarFeed(1 - settings.beta1 ** steps),
      [SECOND_CORRECTION]: scalarFeed(1 - settings.beta2 ** steps),
    });
    for (const name of carried.keys()) {
      const next = outputs[`next:${name}`];
      if (next !== undefined) carried.set(name, next);
    }
    return finiteLoss(floatOutput(outputs, "loss")[0] ?? Number.NaN, steps);
  };

  return {
    step,
    parameters: () => new Map(problem.parameters.map(({ tensor }) => [tensor.operation.name, copyOf(carried, tensor)])),
    release: () => session.release(),
  };
}

function initialState(
  problem: TrainingProblem,
  float: (values: Float32Array, dims: readonly number[]) => RuntimeTensor,
): Map<string, RuntimeTensor> {
  const state = new Map<string, RuntimeTensor>();
  for (const { tensor, initial } of problem.parameters) {
    const dims = tensor.shape.map(Number);
    const name = tensor.operation.name;
    state.set(name, float(initial.slice(), dims));
    state.set(`m:${name}`, float(new Float32Array(initial.length), dims));
    state.set(`v:${name}`, float(new Float32Array(initial.length), dims));
  }
  return state;
}

function batchFeeds(
  problem: TrainingProblem,
  batch: Batch,
  float: (values: Float32Array, dims: readonly number[]) => RuntimeTensor,
): Record<string, RuntimeTensor> {
  return Object.fromEntries(
    problem.batchInputs.map((tensor) => {
      const name = tensor.operation.name;
      const values = batch[name];
      if (values === undefined || values.length !== elementCount(tensor.shape))
        throw wrongBatch(tensor, values?.length ?? 0);
      return [name, float(values, tensor.shape.map(Number))];
    }),
  );
}

function copyOf(carried: ReadonlyMap<string, RuntimeTensor>, tensor: Tensor): Float32Array {
  const data = carried.get(tensor.operation.name)?.data;
  return data instanceof Float32Array ? data.slice() : new Float32Array();
}

function finiteLoss(loss: number, steps: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new PlimsollError({
    code: "TRAINING_DIVERGED",
    problem: `The loss is ${loss} at step ${steps}.`,
    remedy: "Lower the learning rate or look for non-finite rows in the data.",
    context: { loss, steps },
  });
}

function wrongBatch(tensor: Tensor, length: number): PlimsollError<"TRAINING_BATCH_SHAPE"> {
  const name = tensor.operation.name;
  return new PlimsollError({
    code: "TRAINING_BATCH_SHAPE",
    problem: `Input "${name}" got ${length} values for shape ${formatShape(tensor.shape)}.`,
    remedy: "Fill every input of the batch; drop the ragged last batch.",
    context: { name, length, shape: formatShape(tensor.shape) },
  });
}
