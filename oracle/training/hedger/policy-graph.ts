/** The hedger as a graph: the band head, the rollout through a batch of paths with its objective, and the exported form. */

import type { Rng } from "../../math/rng.ts";
import { DELTA_FEATURE, GREATEST_RESULT, HEDGE_FEATURES, MARKET_FEATURES } from "../../models/hedger/hedge-features.ts";
import { TAIL_SHARE } from "../../models/hedger/hedge-results.ts";
import { HEDGER_NAMES } from "../../models/hedger/run-hedger-network.ts";
import { abs, add, div, max, min, mul, neg, relu, scale, softplus, sub, tanh } from "../tensor/elementwise-ops.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { type DenseTensors, denseLayers, exportedLayers } from "../tensor/mlp.ts";
import { input, scalar, type Tensor } from "../tensor/operation.ts";
import { scan } from "../tensor/scan.ts";
import type { Dimension } from "../tensor/shape.ts";
import { concat, reshape, split } from "../tensor/shape-ops.ts";
import type { TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { writeModel } from "../tensor/write-model.ts";

/** Hidden units of each layer; the input is {@link HEDGE_FEATURES}, the output centre and two half widths. */
export interface PolicyLayout {
  readonly hidden: readonly number[];
}

/** A batch: `groups` groups (a world at a cost) of `paths` paths each. */
export interface RolloutShape {
  readonly groups: number;
  readonly paths: number;
  readonly steps: number;
}

/** Inputs of the rollout by name. `B` = groups × paths. */
export const ROLLOUT_INPUTS = {
  /** `[steps, B, MARKET_FEATURES]` */
  market: "market",
  /** Spot over the start's deviation at each decision, its change until the next, and the option's rise of value. `[steps, B, 1]` */
  spot: "spot",
  move: "move",
  rise: "rise",
  /** Share of cost, gas over the start's deviation, largest trade. `[B, 1]` */
  cost: "cost",
  gas: "gas",
  limit: "limit",
  /** Payoff less premium and the cost of closing one coin, over the start's deviation. `[B, 1]` */
  owed: "owed",
  close: "close",
} as const;

/** Weight of the mean beside it. */
const MEAN_WEIGHT = 0.1;
/** A trade of this many coins costs half of the gas in training, where a step would have no gradient. */
const GAS_SMOOTHING = 0.02;
/** The centre may leave the delta by this much. */
export const GREATEST_SHIFT = 0.5;
/** Start of the half widths: softplus(−3.5) = 0.03. */
const WIDTH_START = -3.5;
const THRESHOLD = "threshold";
const THRESHOLD_START = 0.15;

/** Lower and upper edge of the no-transaction band from network outputs `[rows, 3]`, delta `[rows, 1]`. */
function bandEdges(outputs: Tensor, delta: Tensor): readonly [Tensor, Tensor] {
  const [shift, below, above] = split(outputs, [1, 1, 1], 1);
  if (shift === undefined || below === undefined || above === undefined) throw new RangeError("split lost a part");
  const centre = add(delta, scale(tanh(shift), GREATEST_SHIFT));
  return [sub(centre, softplus(below)), add(centre, softplus(above))];
}

/** The trained form: one rollout a batch, objective of Rockafellar and Uryasev 2000 (eq. 4), one threshold a group. */
export function rolloutProblem(layout: PolicyLayout, shape: RolloutShape, rng: Rng): TrainingProblem {
  const parameters = [...layerParameters(layout, rng), thresholdParameter(shape.groups)];
  const batch = batchTensors(shape);
  const layerTensors = parameters.slice(0, -1).map(({ tensor }) => tensor);
  const losses = rolloutLosses(batch, layerTensors, shape);
  const threshold = parameters.at(-1)?.tensor ?? losses;
  const grouped = reshape(losses, [shape.groups, shape.paths]);
  const excess = scale(reduceMean(relu(sub(grouped, threshold))), 1 / TAIL_SHARE);
  const loss = add(add(reduceMean(threshold), excess), scale(reduceMean(losses), MEAN_WEIGHT));
  return { parameters, batchInputs: Object.values(batch), loss };
}

function layerSizes({ hidden }: PolicyLayout): readonly (readonly [number, number])[] {
  const sizes = [HEDGE_FEATURES.length, ...hidden, 3];
  return sizes.slice(1).map((outputs, layer) => [sizes[layer] ?? 0, outputs]);
}

function layerParameters(layout: PolicyLayout, rng: Rng): readonly TrainableParameter[] {
  const sizes = layerSizes(layout);
  return sizes.flatMap(([inputs, outputs], layer): TrainableParameter[] => {
    const isLast = layer === sizes.length - 1;
    const spread = (isLast ? 0.1 : 1) / Math.sqrt(inputs);
    const weights = Float32Array.from({ length: inputs * outputs }, () => spread * rng.normal());
    const bias = isLast ? Float32Array.of(0, WIDTH_START, WIDTH_START) : new Float32Array(outputs);
    return [
      {
        tensor: input(`weights${layer}`, { shape: [inputs, outputs], type: "float32" }),
        initial: weights,
        decay: null,
      },
      { tensor: input(`bias${layer}`, { shape: [outputs], type: "float32" }), initial: bias, decay: null },
    ];
  });
}

function thresholdParameter(groups: number): TrainableParameter {
  const tensor = input(THRESHOLD, { shape: [groups, 1], type: "float32" });
  return { tensor, initial: new Float32Array(groups).fill(THRESHOLD_START), decay: null };
}

type BatchTensors = Readonly<Record<keyof typeof ROLLOUT_INPUTS, Tensor>>;

function batchTensors({ groups, paths, steps }: RolloutShape): BatchTensors {
  const rows = groups * paths;
  const sequence = (name: string, width: number): Tensor =>
    input(name, { shape: [steps, rows, width], type: "float32" });
  const column = (name: string): Tensor => input(name, { shape: [rows, 1], type: "float32" });
  return {
    market: sequence(ROLLOUT_INPUTS.market, MARKET_FEATURES),
    spot: sequence(ROLLOUT_INPUTS.spot, 1),
    move: sequence(ROLLOUT_INPUTS.move, 1),
    rise: sequence(ROLLOUT_INPUTS.rise, 1),
    cost: column(ROLLOUT_INPUTS.cost),
    gas: column(ROLLOUT_INPUTS.gas),
    limit: column(ROLLOUT_INPUTS.limit),
    owed: column(ROLLOUT_INPUTS.owed),
    close: column(ROLLOUT_INPUTS.close),
  };
}

/** Loss of every path, deviations of the start. `[B, 1]` */
function rolloutLosses(batch: BatchTensors, layers: readonly Tensor[], { groups, paths }: RolloutShape): Tensor {
  const none = scale(batch.owed, 0);
  const { states } = scan({
    initialStates: [none, none],
    sequences: [batch.market, batch.spot, batch.move, batch.rise],
    captures: [batch.cost, batch.gas, batch.limit, ...layers],
    step: ({ states: [held, gained], slices, captures }) => {
      const [market, spot, move, rise] = slices;
      const [cost, gas, limit, ...weights] = captures;
      if (!held || !gained || !market || !spot || !move || !rise || !cost || !gas || !limit)
        throw new RangeError(`a rollout of ${groups} × ${paths} lost a tensor`);
      const [lower, upper] = bandOf(market, { held, result: sub(gained, rise) }, weights);
      const wanted = min(max(held, lower), upper);
      const trade = max(min(sub(wanted, held), limit), neg(limit));
      const size = abs(trade);
      const paid = add(mul(mul(size, cost), spot), mul(gas, div(size, add(size, scalar(GAS_SMOOTHING, "float32")))));
      const next = add(held, trade);
      return { states: [next, sub(add(gained, mul(next, move)), paid)], emitted: [] };
    },
  });
  const [held = none, gained = none] = states;
  return add(sub(batch.owed, gained), mul(abs(held), batch.close));
}

interface TradedState {
  readonly held: Tensor;
  readonly result: Tensor;
}

function bandOf(market: Tensor, { held, result }: TradedState, weights: readonly Tensor[]): readonly [Tensor, Tensor] {
  const bound = scalar(GREATEST_RESULT, "float32");
  const shown = max(min(result, bound), neg(bound));
  const layers = weights.flatMap((tensor, place): DenseTensors[] => {
    const bias = weights[place + 1];
    if (place % 2 === 1 || bias === undefined) return [];
    return [{ weights: tensor, bias, activation: place + 2 < weights.length ? "relu" : "linear" }];
  });
  const delta = split(market, [DELTA_FEATURE, 1, MARKET_FEATURES - DELTA_FEATURE - 1], 1)[1] ?? market;
  return bandEdges(denseLayers(concat([market, held, shown], 1), layers), delta);
}

/** Bytes of the model: features `[rows, HEDGE_FEATURES.length]` to edges `[rows, 2]`. */
export function exportPolicy(
  layout: PolicyLayout,
  values: ParameterValues,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const rows: Dimension = "rows";
  const features = input(HEDGER_NAMES.features, { shape: [rows, HEDGE_FEATURES.length], type: "float32" });
  const sizes = layerSizes(layout);
  const layers = sizes.map(([inputs, outputs], layer) => ({
    inputs,
    outputs,
    weights: values.get(`weights${layer}`) ?? [],
    bias: values.get(`bias${layer}`) ?? [],
    activation: layer < sizes.length - 1 ? ("relu" as const) : ("linear" as const),
  }));
  const rest = HEDGE_FEATURES.length - DELTA_FEATURE - 1;
  const delta = split(features, [DELTA_FEATURE, 1, rest], 1)[1] ?? features;
  const edges = bandEdges(exportedLayers(features, layers), delta);
  return writeModel({
    name: "hedger",
    inputs: [features],
    outputs: [{ name: HEDGER_NAMES.band, tensor: concat([...edges], 1) }],
    metadata,
  });
}
