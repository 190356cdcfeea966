/** The training problem of one volatility network: start values and the QLIKE loss. */
import type { Rng } from "../../math/rng.ts";
import { VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { exp, max, min, mul, sub } from "../tensor/elementwise-ops.ts";
import { lstmScan } from "../tensor/lstm.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, scalar, type Tensor } from "../tensor/operation.ts";
import type { TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { LSTM_REACH, LSTM_UNITS, VOL_PARAMETERS, type VolLayers, volOutputs, volTensors } from "./vol-network-graph.ts";

/** Names of the fed tensors besides the inputs: labels `[rows, horizon]`, row weights `[rows, 1]`, dropout `[rows, units]`. */
export const VOL_TRAINING_NAMES = { labels: "labels", weights: "row_weights", dropout: "dropout" } as const;
/** Errors of the log variance are kept in this range, so that single hours do not rule a batch (research/ml-models.md §6.2). */
const ERROR_RANGE = [-4, 6] as const;
/** Decoupled decay of all weights per unit of learning rate: a hundred times the engine's default, against overfitting. */
const WEIGHT_DECAY = 0.01;
/** Spread of the head's start weights: the start is close to the linear model. */
const HEAD_SPREAD = 0.01;
/** Start of the forget gates: remember (Jozefowicz, Zaremba and Sutskever 2015, section 2). */
const FORGET_START = 1;
/** Place of the forget gate among the four. */
const FORGET_GATE = 2;

/** What a network is made from. */
export interface VolProblem {
  readonly batchRows: number;
  readonly type: ElementType;
  /** Least-squares weights of the linear part, as `skip.weights` and `skip.bias`. */
  readonly skip: { readonly weights: Float32Array; readonly bias: Float32Array };
}

/** The problem of one network, its free start values drawn from a stream. */
export function volProblem({ batchRows, type, skip }: VolProblem, rng: Rng): TrainingProblem {
  const parameters = VOL_PARAMETERS.filter(({ name }) => !isSkip(name)).map(({ name, shape }): TrainableParameter => {
    const tensor = input(name, { shape, type });
    const isBias = name.endsWith("bias");
    return { tensor, initial: startValues(name, shape, rng), decay: isBias ? null : scalar(1, type) };
  });
  const tensors = volTensors(batchRows, type);
  const fed = (name: string, width: number): Tensor => input(name, { shape: [batchRows, width], type });
  const labels = fed(VOL_TRAINING_NAMES.labels, VOL_HORIZONS_HOURS.length);
  const weights = fed(VOL_TRAINING_NAMES.weights, 1);
  const dropout = fed(VOL_TRAINING_NAMES.dropout, 2 * LSTM_UNITS);
  const { logRatio } = volOutputs(tensors, trainableLayers(parameters, { batchRows, type, skip, dropout }));
  return {
    parameters,
    batchInputs: [...Object.values(tensors), labels, weights, dropout],
    loss: reduceMean(mul(mul(qlike(sub(labels, logRatio)), weights), horizonWeights(type))),
    settings: { weightDecay: WEIGHT_DECAY },
  };
}

/** Horizons beyond the reach of the LSTMs have nothing to train. */
function horizonWeights(type: ElementType): Tensor {
  return constant(LSTM_REACH, { shape: [LSTM_REACH.length], type });
}

/** QLIKE (Patton 2011, equation 24) of an error of the log variance: e^x − x − 1, zero at 0, harder on too low forecasts. */
function qlike(error: Tensor): Tensor {
  const [low, high] = ERROR_RANGE;
  const kept = min(max(error, scalar(low, error.type)), scalar(high, error.type));
  return sub(sub(exp(kept), kept), scalar(1, error.type));
}

/** The linear part is fixed: trained along with the LSTMs it overfits the newest years (decision of 2026-11-25). */
function isSkip(name: string): boolean {
  return name.startsWith("skip.");
}

/** Values of the fixed part by parameter name. */
export function skipValues({ skip }: Pick<VolProblem, "skip">): ReadonlyMap<string, Float32Array> {
  return new Map([
    ["skip.weights", skip.weights],
    ["skip.bias", skip.bias],
  ]);
}

function trainableLayers(
  parameters: readonly TrainableParameter[],
  { batchRows, type, skip, dropout }: VolProblem & { readonly dropout: Tensor },
): VolLayers {
  const fixed = skipValues({ skip });
  const parameter = (name: string): Tensor => {
    const shape = VOL_PARAMETERS.find((entry) => entry.name === name)?.shape ?? [];
    const values = fixed.get(name);
    if (values !== undefined) return constant(values, { shape, type });
    return definedTensor(parameters.find(({ tensor }) => tensor.operation.name === name)?.tensor, name);
  };
  const zeros = constant(new Float32Array(batchRows * LSTM_UNITS), { shape: [batchRows, LSTM_UNITS], type });
  return {
    parameter,
    recur: (sequence, prefix) =>
      lstmScan({
        sequence,
        initial: { hidden: zeros, cell: zeros },
        weights: {
          input: parameter(`${prefix}.input`),
          recurrent: parameter(`${prefix}.recurrent`),
          bias: parameter(`${prefix}.bias`),
        },
      }).final.hidden,
    drop: (hidden) => mul(hidden, dropout),
  };
}

function startValues(name: string, shape: readonly number[], rng: Rng): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  if (name.endsWith("bias")) {
    return new Float32Array(count).fill(FORGET_START, FORGET_GATE * LSTM_UNITS, (FORGET_GATE + 1) * LSTM_UNITS);
  }
  const spread = name === "head.weights" ? HEAD_SPREAD : 1 / Math.sqrt(LSTM_UNITS);
  return Float32Array.from({ length: count }, () => spread * rng.normal());
}
