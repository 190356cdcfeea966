/** Fits a message-passing network on labelled graphs of any size. */
import { createRng, type Rng } from "../../math/rng.ts";
import { variance } from "../../math/statistics.ts";
import { bindingMask } from "../tensor/bound-weights.ts";
import { add, div, mul, scale, softplus, sub } from "../tensor/elementwise-ops.ts";
import { runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import { reduceSum } from "../tensor/matrix-ops.ts";
import { constant, input, type Tensor } from "../tensor/operation.ts";
import type { TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import { type BatchSize, joinGraphs, LABEL_NAMES, type LabelledGraph } from "./labelled-graph.ts";
import { type MessageLayout, type MessageParameter, messageParameters } from "./message-layout.ts";
import {
  type FeatureScaling,
  graphInputs,
  messageOutputs,
  type TrainedMessages,
  trainableParameter,
} from "./message-network.ts";

/** How to fit. */
export interface MessageFit {
  readonly batchGraphs: number;
  /** The fit has a fixed length: a market year holds too few storms for a block that stops it. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Weight of the sum of squared acting weights in the loss. */
  readonly penalty: number;
  /** Labels are 0 or 1 and outputs log odds, or both are amounts. */
  readonly loss: "log-odds" | "squares";
  /** Softplus of it is a weight's start. */
  readonly start: number;
}

/** What is fitted. */
export interface MessageFitRequest {
  readonly layout: MessageLayout;
  readonly graphs: readonly LabelledGraph[];
  readonly settings: MessageFit;
  readonly seed: string;
  /** Share done. */
  readonly onProgress?: (share: number) => void;
}

const START_SPREAD = 0.5;
const BIAS_SPREAD = 0.3;

/**
 * Fits one network.
 *
 * @throws PlimsollError `TRAINING_DIVERGED`, and those of the trainer.
 */
export async function fitMessages(request: MessageFitRequest): Promise<TrainedMessages> {
  const { layout, graphs, settings } = request;
  const rng = createRng(request.seed);
  const scaling = featureScaling(layout, graphs);
  const batchGraphs = Math.min(settings.batchGraphs, graphs.length);
  const size: BatchSize = {
    nodes: batchGraphs * Math.max(...graphs.map(({ graph }) => graph.nodes)),
    edges: batchGraphs * Math.max(1, ...graphs.map(({ graph }) => graph.senders.length)),
  };
  let epoch = 0;
  const { parameters } = await runFit({
    problem: problemOf(
      { layout, settings, scaling, size, labelSpreads: labelSpread(layout, graphs) },
      rng.fork("start"),
    ),
    settings: { maxEpochs: settings.epochs, patience: settings.epochs, learningRate: settings.learningRate },
    rng: rng.fork("order"),
    batches: function* (order, current) {
      epoch = current;
      for (const rows of shuffledBatches(graphs.length, batchGraphs, order))
        yield joinGraphs(
          Array.from(rows).flatMap((row) => graphs[row] ?? []),
          size,
        );
    },
    stopLoss: () => Promise.resolve(-epoch),
    onEpoch: (report) => request.onProgress?.(report.epoch / settings.epochs),
  });
  return { layout, scaling, values: parameters };
}

interface Description {
  readonly layout: MessageLayout;
  readonly settings: MessageFit;
  readonly scaling: FeatureScaling;
  readonly size: BatchSize;
  readonly labelSpreads: Float64Array;
}

function problemOf({ layout, settings, scaling, size, labelSpreads }: Description, rng: Rng): TrainingProblem {
  const parameters = messageParameters(layout).map((parameter): TrainableParameter => {
    const tensor = input(parameter.name, { shape: parameter.shape, type: "float32" });
    const decay = parameter.bindings === null ? null : bindingMask(tensor, parameter.bindings, "free");
    return { tensor, initial: startValues(parameter, settings, rng), decay };
  });
  const graph = graphInputs(layout, size);
  const labels = input(LABEL_NAMES.labels, { shape: [size.nodes, layout.outputs], type: "float32" });
  const shares = input(LABEL_NAMES.shares, { shape: [size.nodes, 1], type: "float32" });
  const acting = trainableParameter(
    layout,
    parameters.map(({ tensor }) => tensor),
  );
  const outputs = messageOutputs(graph, { layout, scaling }, acting);
  const fitted = reduceSum(mul(shares, lossOf(outputs, labels, { loss: settings.loss, labelSpreads })));
  const bound = messageParameters(layout).filter(({ bindings }) => bindings !== null);
  const squares = bound.map(({ name }) => reduceSum(mul(acting(name), acting(name)))).reduce(add);
  return {
    parameters,
    batchInputs: [graph.features, graph.senders, graph.receivers, graph.weights, labels, shares],
    loss: add(fitted, scale(squares, settings.penalty)),
  };
}

function lossOf(
  outputs: Tensor,
  labels: Tensor,
  { loss, labelSpreads }: Pick<Description, "labelSpreads"> & Pick<MessageFit, "loss">,
): Tensor {
  if (loss === "log-odds") return sub(softplus(outputs), mul(labels, outputs));
  const error = div(sub(outputs, labels), constant(labelSpreads, { shape: [labelSpreads.length], type: labels.type }));
  return mul(error, error);
}

/** Spread of each label, so that errors of small and of large ones count alike. `[outputs]` */
function labelSpread({ outputs }: MessageLayout, graphs: readonly LabelledGraph[]): Float64Array {
  const labels = graphs.flatMap((entry) => [...entry.labels]);
  return Float64Array.from({ length: outputs }, (_, output) => {
    const own = labels.filter((_value, place) => place % outputs === output);
    return Math.sqrt(variance(own)) || 1;
  });
}

function startValues({ shape, bindings }: MessageParameter, { start }: MessageFit, rng: Rng): Float32Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: count }, () =>
    bindings === null ? BIAS_SPREAD * rng.normal() : start + START_SPREAD * rng.normal(),
  );
}

function featureScaling({ features }: MessageLayout, graphs: readonly LabelledGraph[]): FeatureScaling {
  const [sums, squares] = [new Float64Array(features), new Float64Array(features)];
  let rows = 0;
  for (const { graph } of graphs) {
    rows += graph.nodes;
    graph.features.forEach((value, place) => {
      sums[place % features] = (sums[place % features] ?? 0) + value;
      squares[place % features] = (squares[place % features] ?? 0) + value * value;
    });
  }
  const centre = sums.map((sum) => sum / rows);
  const spread = squares.map((square, place) => Math.sqrt(Math.max(0, square / rows - (centre[place] ?? 0) ** 2)) || 1);
  return { centre, spread };
}
