/** Fits one network: shuffled batches with random masking of signal families, early stopping on later rows. */
import type { FeatureSchema } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { Rng } from "../../math/rng.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { NETWORK_NAMES, type NetworkRows } from "../../models/quantile-net/network-inputs.ts";
import { DIRECTIONS, OUTPUTS_PER_ROW, runNetwork } from "../../models/quantile-net/run-network.ts";
import { gatherValues, type FitSettings as LoopSettings, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import type { Batch } from "../tensor/trainer.ts";
import { exportNetworks, type NetworkParameters } from "./export-network.ts";
import { pinball } from "./policy-metrics.ts";
import type { PreparedLayout } from "./prepare-rows.ts";
import { LABELS_NAME, trainingProblem } from "./trainable-network.ts";

/** Rows with labels. */
export interface LabelledRows {
  readonly rows: NetworkRows;
  /** `[rows, direction, horizon]`, log moves. */
  readonly labels: Float32Array;
}

/** Settings of a fit. */
export interface FitSettings extends LoopSettings {
  readonly batchRows: number;
}

/** Chosen on the stop block of `spot-hourly` (2024-01 to 2024-07); the report block had no part in it. */
export const FIT_DEFAULTS: FitSettings = { batchRows: 512, maxEpochs: 40, patience: 8, learningRate: 1e-3 };

/** Probability that a batch row loses a whole family of signals, so that absent feeds are a known case. */
const MASK_PROBABILITY = 0.15;

/** What is fitted. */
export interface FitRequest {
  readonly prepared: PreparedLayout;
  readonly schema: FeatureSchema;
  readonly train: LabelledRows;
  readonly stop: LabelledRows;
  readonly settings: FitSettings;
  readonly rng: Rng;
  readonly onEpoch?: (epoch: number, stopLoss: number) => void;
}

/**
 * Fits a network and returns the parameters of the epoch with the lowest stop loss.
 *
 * @throws PlimsollError `TRAINING_DIVERGED`.
 */
export async function fitNetwork(request: FitRequest): Promise<NetworkParameters> {
  const { prepared, settings, train, rng } = request;
  const network = { ...prepared, batchRows: Math.min(settings.batchRows, train.rows.rows), type: "float32" } as const;
  const { parameters } = await runFit({
    problem: trainingProblem(network, rng.fork("start")),
    settings,
    rng: rng.fork("order"),
    batches: (order) => maskedBatches(request, network.batchRows, order),
    stopLoss: (values) => stopLoss(request, values),
    onEpoch: ({ epoch, stopLoss: loss }) => request.onEpoch?.(epoch, loss),
  });
  return parameters;
}

function* maskedBatches(request: FitRequest, batchRows: number, order: Rng): Generator<Batch> {
  for (const rows of shuffledBatches(request.train.rows.rows, batchRows, order))
    yield maskedBatch(request, rows, order);
}

function maskedBatch({ train, schema }: FitRequest, rows: Int32Array, rng: Rng): Batch {
  const width = schema.definitions.length;
  const features = gatherValues(train.rows.features, rows, width);
  const missing = gatherValues(train.rows.missing, rows, width);
  const families = [...new Set(schema.definitions.map(({ family }) => family))];
  for (let row = 0; row < rows.length; row += 1) {
    const lost = new Set(families.filter(() => rng.uniform() < MASK_PROBABILITY));
    schema.definitions.forEach(({ family }, index) => {
      if (!lost.has(family)) return;
      features[row * width + index] = 0;
      missing[row * width + index] = 1;
    });
  }
  return {
    [NETWORK_NAMES.features]: features,
    [NETWORK_NAMES.missing]: missing,
    [NETWORK_NAMES.sigma]: gatherValues(train.rows.sigma, rows, QUANTILE_HORIZONS_HOURS.length),
    [LABELS_NAME]: gatherValues(train.labels, rows, DIRECTIONS * QUANTILE_HORIZONS_HOURS.length),
  };
}

/** The training loss on the stop rows, computed from the exported form: what will be served is what is judged. */
async function stopLoss({ prepared, stop }: FitRequest, parameters: NetworkParameters): Promise<number> {
  const session = await openSession(exportNetworks({ ...prepared, networks: [parameters] }, {}));
  const logMoves = await runNetwork(session, stop.rows);
  await session.release();
  const levels = QUANTILE_LEVELS.length;
  const horizons = QUANTILE_HORIZONS_HOURS.length;
  let total = 0;
  for (let index = 0; index < logMoves.length; index += 1) {
    const level = QUANTILE_LEVELS[index % levels] ?? 0;
    const cell = Math.floor(index / levels);
    const row = Math.floor(index / OUTPUTS_PER_ROW);
    const sigma = stop.rows.sigma[row * horizons + (cell % horizons)] ?? Number.NaN;
    total +=
      pinball(stop.labels[cell] ?? Number.NaN, logMoves[index] ?? Number.NaN, level) /
      sigma /
      Math.sqrt(level * (1 - level));
  }
  return total / logMoves.length;
}
