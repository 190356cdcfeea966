/** A loop over the first axis of sequences (ONNX `Scan`) and its gradient, a second loop in the other direction. */
import { add } from "./elementwise-ops.ts";
import { exportOnly, type GradientRequest } from "./gradient-rule.ts";
import { createOperation, input, type ScanBody, type Tensor, type TensorSpec } from "./operation.ts";
import { type Dimension, sameShape, shapeMismatch } from "./shape.ts";
import { zerosLike } from "./shape-ops.ts";

/** What one step sees: states carried over, this step's slice of each sequence, and the captured tensors. */
export interface ScanStep {
  readonly states: readonly Tensor[];
  readonly slices: readonly Tensor[];
  readonly captures: readonly Tensor[];
}

/** What one step yields: the next states and the values to be stacked along time. */
export interface ScanStepResult {
  readonly states: readonly Tensor[];
  readonly emitted: readonly Tensor[];
}

/** A loop. Everything that a step reads from outside must be listed in `captures`. */
export interface ScanDescription {
  readonly initialStates: readonly Tensor[];
  /** `[steps, …]` each. */
  readonly sequences: readonly Tensor[];
  readonly captures: readonly Tensor[];
  readonly step: (step: ScanStep) => ScanStepResult;
}

/**
 * Runs a step for every slice of the sequences.
 *
 * @returns the final states, and the emitted values stacked as `[steps, …]`.
 * @throws PlimsollError `TENSOR_SHAPE_MISMATCH` when a step changes the shape of a state.
 */
export function scan(description: ScanDescription): ScanStepResult {
  const { initialStates, sequences, captures } = description;
  const stepInputs = {
    states: initialStates.map((state) => input("", state)),
    slices: sequences.map((sequence) => input("", { shape: sequence.shape.slice(1), type: sequence.type })),
    captures: captures.map((capture) => input("", capture)),
  };
  const result = description.step(stepInputs);
  result.states.forEach((next, index) => {
    const before = initialStates[index]?.shape ?? [];
    if (!sameShape(next.shape, before)) throw shapeMismatch(before, next.shape, "carry a state between");
  });
  // The states that enter each step are emitted too: the gradient recomputes the step from them.
  const body = { ...stepInputs, nextStates: result.states, emitted: [...result.emitted, ...stepInputs.states] };
  const outputs = scanOperation({ body, inputs: [...initialStates, ...sequences, ...captures], reverse: false });
  const states = outputs.slice(0, initialStates.length);
  return { states, emitted: outputs.slice(states.length, states.length + result.emitted.length) };
}

interface ScanOperation {
  readonly body: ScanBody;
  readonly inputs: readonly Tensor[];
  readonly reverse: boolean;
}

function scanOperation({ body, inputs, reverse }: ScanOperation): readonly Tensor[] {
  const steps: Dimension = inputs[body.states.length]?.shape[0] ?? 1;
  const direction = reverse ? 1 : 0;
  const stacked = body.emitted.map((tensor): TensorSpec => ({ shape: [steps, ...tensor.shape], type: tensor.type }));
  return createOperation({
    kind: "Scan",
    inputs,
    attributes: {
      num_scan_inputs: body.slices.length,
      scan_input_directions: body.slices.map(() => direction),
      scan_output_directions: body.emitted.map(() => direction),
    },
    outputs: [...body.states, ...stacked],
    body,
  });
}

/**
 * Gradient rule of `Scan`: walks the steps backwards, recomputes each from the state that entered it, and accumulates
 * the gradients of the captured tensors in its own state. Second derivatives are refused.
 *
 * @throws PlimsollError `GRADIENT_UNSUPPORTED` when the loop is itself a gradient.
 */
export function scanGradient(request: GradientRequest): readonly (Tensor | null)[] {
  const { operation, cotangents } = request;
  const body = operation.body;
  if (body === null || numberList(operation.attributes.scan_input_directions).includes(1)) return exportOnly(request);
  const stateCount = body.states.length;
  const ownEmitted = body.emitted.length - stateCount;
  const cotangent = (index: number): Tensor | null => cotangents[index] ?? null;
  const outputs = operation.outputs;
  const initial = outputs.slice(0, stateCount).map((state, index) => cotangent(index) ?? zerosLike(state));
  const emitted = outputs.slice(stateCount, stateCount + ownEmitted);
  const emittedGradients = emitted.map((tensor, index) => cotangent(stateCount + index) ?? zerosLike(tensor));
  const sequences = operation.inputs.slice(stateCount, stateCount + body.slices.length);
  const captures = operation.inputs.slice(stateCount + body.slices.length);
  const saved = outputs.slice(stateCount + ownEmitted);
  const backward = scanOperation({
    body: backwardBody(body, request),
    inputs: [
      ...initial,
      ...captures.map((capture) => zerosLike(capture)),
      ...saved,
      ...sequences,
      ...emittedGradients,
      ...captures,
    ],
    reverse: true,
  });
  const stateGradients = backward.slice(0, stateCount);
  const captureGradients = backward.slice(stateCount, stateCount + captures.length);
  return [...stateGradients, ...backward.slice(stateCount + captures.length), ...captureGradients];
}

function backwardBody(body: ScanBody, { propagate }: GradientRequest): ScanBody {
  const own = body.emitted.slice(0, body.emitted.length - body.states.length);
  const stateGradients = body.states.map((state) => input("", state));
  const emittedGradients = own.map((tensor) => input("", tensor));
  const accumulators = body.captures.map((capture) => input("", capture));
  const pairs = [...body.nextStates, ...own].map((tensor, index) => ({
    tensor,
    cotangent: [...stateGradients, ...emittedGradients][index] ?? zerosLike(tensor),
  }));
  const wrt = [...body.states, ...body.captures, ...body.slices];
  const reached = propagate(pairs, wrt);
  const found = wrt.map((tensor, index) => reached[index] ?? zerosLike(tensor));
  const captureStart = body.states.length;
  const sliceStart = captureStart + body.captures.length;
  return {
    states: [...stateGradients, ...accumulators],
    slices: [...body.states, ...body.slices, ...emittedGradients],
    captures: body.captures,
    nextStates: [
      ...found.slice(0, captureStart),
      ...found.slice(captureStart, sliceStart).map((gradient, index) => add(accumulators[index] ?? gradient, gradient)),
    ],
    emitted: found.slice(sliceStart),
  };
}

function numberList(attribute: unknown): readonly number[] {
  return Array.isArray(attribute) ? attribute.map(Number) : [];
}
