/**
 * The volatility network as a graph: one description for training and export.
 *
 * `log(f/base) = state·W + b + dropout([LSTM(hours), LSTM(days)])·V`: a linear log-HAR model with calendar terms, started at
 * its least-squares weights, which two small LSTMs correct.
 */

import { VOL_NAMES } from "../../models/vol-lstm/run-vol-network.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
  VOL_HORIZONS_HOURS,
} from "../../models/vol-lstm/vol-inputs.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { add, mul } from "../tensor/elementwise-ops.ts";
import { matmul } from "../tensor/matrix-ops.ts";
import { constant, input, type Tensor } from "../tensor/operation.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat } from "../tensor/shape-ops.ts";

/** Hidden units of each LSTM (research/ml-models.md §6.2). */
export const LSTM_UNITS = 16;
/**
 * Horizons that the LSTMs correct: up to a day. Labels of a week and of 30 days overlap so much that few independent ones
 * are left; there the LSTMs only learned the past, and the linear part stands alone (trials 2 and 5 in docs/models/volatility.md).
 */
export const LSTM_REACH: readonly number[] = VOL_HORIZONS_HOURS.map((hours) => Number(hours <= 24));
/** Gates of an LSTM cell. */
const GATES = 4;

/** Trainable arrays in the order of the graph. */
export const VOL_PARAMETERS: readonly { readonly name: string; readonly shape: readonly number[] }[] = [
  ...lstmShapes("hours", HOUR_FEATURES),
  ...lstmShapes("days", DAY_FEATURES),
  { name: "skip.weights", shape: [STATE_FEATURES.length, VOL_HORIZONS_HOURS.length] },
  { name: "skip.bias", shape: [VOL_HORIZONS_HOURS.length] },
  { name: "head.weights", shape: [2 * LSTM_UNITS, VOL_HORIZONS_HOURS.length] },
];

function lstmShapes(prefix: string, features: number): readonly { name: string; shape: readonly number[] }[] {
  return [
    { name: `${prefix}.input`, shape: [features, GATES * LSTM_UNITS] },
    { name: `${prefix}.recurrent`, shape: [LSTM_UNITS, GATES * LSTM_UNITS] },
    { name: `${prefix}.bias`, shape: [GATES * LSTM_UNITS] },
  ];
}

/** Fed tensors of a batch. */
export interface VolTensors {
  /** `[HOUR_STEPS, rows, HOUR_FEATURES]` */
  readonly hours: Tensor;
  /** `[DAY_STEPS, rows, DAY_FEATURES]` */
  readonly days: Tensor;
  /** `[rows, STATE_FEATURES]` */
  readonly state: Tensor;
}

/** Inputs of a batch with a fixed number of rows or a dynamic one. */
export function volTensors(rows: Dimension, type: ElementType): VolTensors {
  return {
    hours: input(VOL_NAMES.hours, { shape: [HOUR_STEPS, rows, HOUR_FEATURES], type }),
    days: input(VOL_NAMES.days, { shape: [DAY_STEPS, rows, DAY_FEATURES], type }),
    state: input(VOL_NAMES.state, { shape: [rows, STATE_FEATURES.length], type }),
  };
}

/** How the layers act: trainable loops, or exported operators. */
export interface VolLayers {
  /** Final hidden state of the LSTM `hours` or `days`, `[rows, LSTM_UNITS]`. */
  recur(sequence: Tensor, prefix: "hours" | "days"): Tensor;
  /** Array of a name of {@link VOL_PARAMETERS}. */
  parameter(name: string): Tensor;
  /** Dropout while training, nothing in an export. */
  drop(hidden: Tensor): Tensor;
}

/** Log of the forecast variance over the bases, and its linear part alone. `[rows, horizon]` each */
export function volOutputs(
  { hours, days, state }: VolTensors,
  layers: VolLayers,
): { logRatio: Tensor; linear: Tensor } {
  const hidden = layers.drop(concat([layers.recur(hours, "hours"), layers.recur(days, "days")], 1));
  const linear = add(matmul(state, layers.parameter("skip.weights")), layers.parameter("skip.bias"));
  const reach = constant(LSTM_REACH, { shape: [LSTM_REACH.length], type: hidden.type });
  return { logRatio: add(linear, mul(matmul(hidden, layers.parameter("head.weights")), reach)), linear };
}
