/** The network with trainable parameters, its start values, and the pinball loss. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { Rng } from "../../math/rng.ts";
import { normalInverse } from "../../math/special-functions.ts";
import { DIRECTIONS } from "../../models/quantile-net/run-network.ts";
import { bindingMask, boundTensor } from "../tensor/bound-weights.ts";
import type { ElementType } from "../tensor/element-type.ts";
import { add, div, max, mul, sub } from "../tensor/elementwise-ops.ts";
import { matmul, reduceMean } from "../tensor/matrix-ops.ts";
import { constant, definedTensor, input, type Tensor } from "../tensor/operation.ts";
import { reshape } from "../tensor/shape-ops.ts";
import type { TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { type NetworkLayers, networkColumns, networkInputs, networkLogMoves } from "./network-graph.ts";
import { layerBindings, type NetworkLayout, type NetworkScaling, parameterShapes } from "./network-layout.ts";

/** Raw start of positive weights: softplus(−4) = 0.018, so that the many non-negative weights do not add up. */
const POSITIVE_START = -4;
/** Standard deviation of the output layer's free start weights: the start is close to the normal law. */
const OUTPUT_SPREAD = 0.05;
/** Raw start of the elasticities: logistic(2) = 0.88, close to plain multiples of σ. */
const ELASTICITY_START = 2;
/** Name of the fed labels, log moves `[rows, direction, horizon]`. */
export const LABELS_NAME = "labels";

/** Problem of one network for a fixed batch. */
export interface TrainableNetwork {
  readonly layout: NetworkLayout;
  readonly scaling: NetworkScaling;
  readonly batchRows: number;
  readonly type: ElementType;
}

/** The training problem with parameters started from a stream. */
export function trainingProblem(network: TrainableNetwork, rng: Rng): TrainingProblem {
  const { layout, type } = network;
  const initial = startValues(network, rng);
  const parameters = parameterShapes(layout).map(({ name, shape }): TrainableParameter => {
    const tensor = input(name, { shape, type });
    // Raw values of positive weights must not decay.
    const decay = name.startsWith("weights") ? bindingMask(tensor, bindingsOf(layout, name), "free") : null;
    return { tensor, initial: initial.get(name) ?? new Float32Array(), decay };
  });
  const inputs = networkInputs(layout, network.batchRows, type);
  const labels = input(LABELS_NAME, { shape: [network.batchRows, DIRECTIONS, QUANTILE_HORIZONS_HOURS.length], type });
  const layers = trainableLayers(
    layout,
    parameters.map(({ tensor }) => tensor),
  );
  const logMoves = networkLogMoves(networkColumns(inputs, network.scaling, layout), network.scaling, layers);
  return {
    parameters,
    batchInputs: [...Object.values(inputs), labels],
    loss: pinballLoss(logMoves, labels, inputs.sigma),
  };
}

/** Layers whose weights are bound inside the graph, so that the gradient reaches the raw values. */
function trainableLayers(layout: NetworkLayout, tensors: readonly Tensor[]): NetworkLayers {
  const parameter = (name: string): Tensor =>
    definedTensor(
      tensors.find(({ operation }) => operation.name === name),
      name,
    );
  return {
    elasticity: parameter("elasticity"),
    affine: (x, layer) => {
      const weights = boundTensor(parameter(`weights${layer}`), layerBindings(layout, layer));
      return add(matmul(x, weights), parameter(`bias${layer}`));
    },
  };
}

/** Bindings of the parameter `weights0`, `weights1` or `weights2`. */
function bindingsOf(layout: NetworkLayout, name: string): ReturnType<typeof layerBindings> {
  return layerBindings(layout, Number(name.at(-1)));
}

/**
 * Mean pinball loss (Koenker and Bassett 1978) in units of σ√h, levels weighted by 1/√(l(1 − l)) so that the tails,
 * whose losses are small, count.
 */
function pinballLoss(logMoves: Tensor, labels: Tensor, sigma: Tensor): Tensor {
  const [rows = 1, directions = 1, horizons = 1]: Tensor["shape"] = labels.shape;
  const moves = reshape(logMoves, [rows, directions, horizons, QUANTILE_LEVELS.length]);
  const error = sub(reshape(labels, [rows, directions, horizons, 1]), moves);
  const inSigma = div(error, reshape(sigma, [rows, 1, horizons, 1]));
  const levels = (map: (level: number) => number): Tensor =>
    constant(QUANTILE_LEVELS.map(map), { shape: [QUANTILE_LEVELS.length], type: labels.type });
  const pinball = max(
    mul(
      levels((level) => level),
      inSigma,
    ),
    mul(
      levels((level) => level - 1),
      inSigma,
    ),
  );
  return reduceMean(
    mul(
      pinball,
      levels((level) => 1 / Math.sqrt(level * (1 - level))),
    ),
  );
}

function startValues({ layout, scaling }: TrainableNetwork, rng: Rng): ReadonlyMap<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const { name, shape } of parameterShapes(layout)) {
    const layer = Number(name.at(-1));
    const count = shape.reduce((a, b) => a * b, 1);
    if (name.startsWith("weights")) {
      const bindings = bindingsOf(layout, name);
      const spread = layer === 2 ? OUTPUT_SPREAD : 1 / Math.sqrt(shape[0] ?? 1);
      values.set(
        name,
        Float32Array.from(bindings, (binding) => (binding === "positive" ? POSITIVE_START : spread * rng.normal())),
      );
    } else if (name === "bias2") values.set(name, outputBias(scaling));
    else values.set(name, new Float32Array(count).fill(name === "elasticity" ? ELASTICITY_START : 0));
  }
  return values;
}

/** Output biases at which the network states the quantiles of a driftless Brownian path (reflection principle). */
function outputBias({ referenceSigma }: NetworkScaling): Float32Array {
  const values: number[] = [];
  for (let direction = 0; direction < DIRECTIONS; direction += 1) {
    referenceSigma.forEach((sigma, horizon) => {
      const share = 1 - (referenceSigma[horizon - 1] ?? 0) / sigma;
      QUANTILE_LEVELS.forEach((level, index) => {
        const below = index === 0 ? 0 : reflected(QUANTILE_LEVELS[index - 1] ?? 0);
        values.push(inverseSoftplus(Math.max(share * (reflected(level) - below), 1e-3)));
      });
    });
  }
  return Float32Array.from(values);
}

/** Quantile of the maximum of a standard Brownian path over unit time: Φ⁻¹((1 + level) / 2). */
function reflected(level: number): number {
  return normalInverse((1 + level) / 2);
}

function inverseSoftplus(value: number): number {
  return Math.log(Math.expm1(value));
}
