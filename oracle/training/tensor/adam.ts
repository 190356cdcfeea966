/** AdamW with clipping by the global norm, as nodes of the training graph. */
import { add, div, min, mul, scale, sqrt, sub } from "./elementwise-ops.ts";
import { reduceSum } from "./matrix-ops.ts";
import { definedTensor, input, scalar, type Tensor } from "./operation.ts";

/** Settings of the optimiser. */
export interface AdamSettings {
  /** Decay of the first moment; 0.9 in Kingma and Ba 2015, section 2. */
  readonly beta1: number;
  /** Decay of the second moment; 0.999 there. */
  readonly beta2: number;
  /** Added to the root of the second moment; 1e-8 there. */
  readonly epsilon: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), per unit of learning rate. */
  readonly weightDecay: number;
  /** Largest global norm of the gradient; larger gradients are scaled down to it. */
  readonly clipNorm: number;
}

/** Defaults of Kingma and Ba 2015, clip 1.0 as in research/ml-models.md §6. */
export const ADAM_DEFAULTS: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4, clipNorm: 1 };

/** Keeps the clip factor finite for a zero gradient. */
const NORM_FLOOR = 1e-12;

/** One parameter's tensors around an update. */
export interface AdamSlot {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** Multiplier of the weight decay, broadcast to the parameter; `null` for none. */
  readonly decay: Tensor | null;
}

/** The update of one parameter: fed moments, and the values after the step. */
export interface AdamUpdate {
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
  readonly nextParameter: Tensor;
  readonly nextFirstMoment: Tensor;
  readonly nextSecondMoment: Tensor;
}

/** Scalars fed at every step. */
export interface AdamScalars {
  readonly learningRate: Tensor;
  /** `1 − beta1^t` and `1 − beta2^t`. */
  readonly firstCorrection: Tensor;
  readonly secondCorrection: Tensor;
}

/** Adds the updates of all parameters to the graph. */
export function adamUpdates(
  slots: readonly AdamSlot[],
  scalars: AdamScalars,
  settings: AdamSettings,
): readonly AdamUpdate[] {
  const clipped = clipByGlobalNorm(
    slots.map(({ gradient }) => gradient),
    settings.clipNorm,
  );
  return slots.map((slot, index) => update({ ...slot, gradient: clipped[index] ?? slot.gradient }, scalars, settings));
}

/** Scales gradients so that their joint Euclidean norm is at most the limit. */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): readonly Tensor[] {
  const squares = gradients.map((gradient) => reduceSum(mul(gradient, gradient)));
  const type = definedTensor(gradients[0], "clipByGlobalNorm").type;
  const norm = sqrt(add(squares.reduce(add), scalar(NORM_FLOOR * NORM_FLOOR, type)));
  const factor = min(scalar(1, type), div(scalar(limit, type), norm));
  return gradients.map((gradient) => mul(gradient, factor));
}

function update(slot: AdamSlot, scalars: AdamScalars, settings: AdamSettings): AdamUpdate {
  const { parameter, gradient, decay } = slot;
  const firstMoment = input(`m:${parameter.operation.name}`, parameter);
  const secondMoment = input(`v:${parameter.operation.name}`, parameter);
  const nextFirstMoment = add(scale(firstMoment, settings.beta1), scale(gradient, 1 - settings.beta1));
  const squared = scale(mul(gradient, gradient), 1 - settings.beta2);
  const nextSecondMoment = add(scale(secondMoment, settings.beta2), squared);
  const root = sqrt(div(nextSecondMoment, scalars.secondCorrection));
  const direction = div(
    div(nextFirstMoment, scalars.firstCorrection),
    add(root, scalar(settings.epsilon, parameter.type)),
  );
  const decayed = decay === null ? direction : add(direction, mul(scale(parameter, settings.weightDecay), decay));
  const nextParameter = sub(parameter, mul(scalars.learningRate, decayed));
  return { firstMoment, secondMoment, nextParameter, nextFirstMoment, nextSecondMoment };
}
