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

/** Values of a batch by input name, row-major; indices as 64-bit integers. */
export type Batch = Readonly<Record<string, Float32Array | BigInt64Array>>;

/** Everything that the next step depends on besides its batch. */
export interface TrainerState {
  /** Steps done. */
  readonly steps: number;
  /** Parameters by name, moments as `m:name` and `v:name`; copies. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

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
  /** Copy of the state, from which {@link createTrainer} can go on. */
  state(): TrainerState;
  /** Frees the native session. */
  release(): Promise<void>;
}

const LEARNING_RATE = "learning_rate";
const FIRST_CORRECTION = "first_correction";
const SECOND_CORRECTION = "second_correction";

/**
 * Builds the training graph of a problem and opens a session on it.
 *
 * @param from state of an earlier trainer of the same problem to go on from; the start values by default.
 * @throws PlimsollError `TRAINING_STATE_MISMATCH` when the state does not fit the parameters.
 * @throws PlimsollError of the graph functions (`TENSOR_…`, `GRADIENT_…`, `MODEL_…`) and of the session (`ORT_…`, `ONNX_…`).
 */
export async function createTrainer(problem: TrainingProblem, from?: TrainerState): Promise<Trainer> {
  const start = from ?? initialState(problem);
  requireFit(problem, start);
  const session = await openSession(trainingModel(problem));
  return startTrainer(problem, start, session);
}

/** The ONNX model of one step: a problem's fingerprint, since equal bytes mean equal training. */
export function trainingModel(problem: TrainingProblem): Uint8Array {
  const settings = settingsOf(problem);
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

function settingsOf(problem: TrainingProblem): AdamSettings {
  return { ...ADAM_DEFAULTS, ...problem.settings };
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
  start: TrainerState,
  session: InferenceSession,
): Promise<Trainer> {
  const { Tensor: RuntimeTensor } = await loadOnnxRuntime();
  const float = (values: Float32Array, dims: readonly number[]): RuntimeTensor =>
    new RuntimeTensor("float32", values, dims);
  const { beta1, beta2 } = settingsOf(problem);
  const carried = new Map(
    stateShapes(problem).map(({ name, dims }) => [
      name,
      float(start.values.get(name)?.slice() ?? new Float32Array(), dims),
    ]),
  );
  let steps = start.steps;

  const step = async (batch: Batch, learningRate: number): Promise<number> => {
    steps += 1;
    const scalarFeed = (value: number): RuntimeTensor => float(Float32Array.of(value), []);
    const outputs = await session.run({
      ...batchFeeds(problem, batch, RuntimeTensor),
      ...Object.fromEntries(carried),
      [LEARNING_RATE]: scalarFeed(learningRate),
      [FIRST_CORRECTION]: scalarFeed(1 - beta1 ** steps),
      [SECOND_CORRECTION]: scalarFeed(1 - beta2 ** steps),
    });
    for (const name of carried.keys()) {
      const next = outputs[`next:${name}`];
      if (next !== undefined) carried.set(name, next);
    }
    return finiteLoss(floatOutput(outputs, "loss")[0] ?? Number.NaN, steps);
  };

  return {
    step,
    parameters: () =>
      new Map(problem.parameters.map(({ tensor: { operation } }) => [operation.name, copyOf(carried, operation.name)])),
    state: () => ({ steps, values: new Map([...carried.keys()].map((name) => [name, copyOf(carried, name)])) }),
    release: () => session.release(),
  };
}

/** Carried arrays of a problem: each parameter and its two moments. */
function stateShapes(problem: TrainingProblem): readonly { readonly name: string; readonly dims: readonly number[] }[] {
  return problem.parameters.flatMap(({ tensor }) => {
    const { name } = tensor.operation;
    const dims = tensor.shape.map(Number);
    return [name, `m:${name}`, `v:${name}`].map((entry) => ({ name: entry, dims }));
  });
}

function initialState(problem: TrainingProblem): TrainerState {
  const entries = problem.parameters.flatMap(({ tensor, initial }): [string, Float32Array][] => {
    const { name } = tensor.operation;
    const zeros = new Float32Array(initial.length);
    return [
      [name, initial],
      [`m:${name}`, zeros],
      [`v:${name}`, zeros],
    ];
  });
  return { steps: 0, values: new Map(entries) };
}

function requireFit(problem: TrainingProblem, { values }: TrainerState): void {
  const shapes = stateShapes(problem);
  for (const { name, dims } of shapes) {
    const wanted = dims.reduce((a, b) => a * b, 1);
    const found = values.get(name)?.length ?? 0;
    if (found !== wanted || values.size !== shapes.length) throw wrongState(name, { found, wanted });
  }
}

function batchFeeds(
  problem: TrainingProblem,
  batch: Batch,
  Runtime: typeof RuntimeTensor,
): Record<string, RuntimeTensor> {
  return Object.fromEntries(
    problem.batchInputs.map((tensor) => {
      const name = tensor.operation.name;
      const values = batch[name];
      const dims = tensor.shape.map(Number);
      const isInteger = values instanceof BigInt64Array;
      const isFit = values?.length === elementCount(tensor.shape) && isInteger === (tensor.type === "int64");
      if (values === undefined || !isFit) throw wrongBatch(tensor, values?.length ?? 0);
      return [name, isInteger ? new Runtime("int64", values, dims) : new Runtime("float32", values, dims)];
    }),
  );
}

function copyOf(carried: ReadonlyMap<string, RuntimeTensor>, name: string): Float32Array {
  const data = carried.get(name)?.data;
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

function wrongState(name: string, counts: { found: number; wanted: number }): PlimsollError<"TRAINING_STATE_MISMATCH"> {
  return new PlimsollError({
    code: "TRAINING_STATE_MISMATCH",
    problem: `The state has ${counts.found} values for "${name}", the problem wants ${counts.wanted}.`,
    remedy: "Go on from a state of the same network, or start anew.",
    context: { name, ...counts },
  });
}
