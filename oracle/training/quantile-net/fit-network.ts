/** Fits one network: shuffled batches with random masking of signal families, early stopping on later rows. */
import type { FeatureSchema } from "../../domain/features.ts";
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { Rng } from "../../math/rng.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { NETWORK_NAMES, type NetworkRows } from "../../models/quantile-net/network-inputs.ts";
import { DIRECTIONS, OUTPUTS_PER_ROW, runNetwork } from "../../models/quantile-net/run-network.ts";
import { type Batch, createTrainer } from "../tensor/trainer.ts";
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
export interface FitSettings {
  readonly batchRows: number;
  readonly maxEpochs: number;
  /** Epochs without a better stop loss that end the fit. */
  readonly patience: number;
  /** Start of the cosine schedule. */
  readonly learningRate: number;
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
  const trainer = await createTrainer(trainingProblem(network, rng.fork("start")));
  const order = rng.fork("order");
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, parameters: trainer.parameters() };
  for (let epoch = 1; epoch <= settings.maxEpochs && epoch - best.epoch <= settings.patience; epoch += 1) {
    const learningRate = settings.learningRate * cosine((epoch - 1) / settings.maxEpochs);
    for (const rows of shuffledBatches(train.rows.rows, network.batchRows, order)) {
      await trainer.step(maskedBatch(request, rows, order), learningRate);
    }
    const parameters = trainer.parameters();
    const loss = await stopLoss(request, parameters);
    if (loss < best.loss) best = { loss, epoch, parameters };
    request.onEpoch?.(epoch, loss);
  }
  await trainer.release();
  return best.parameters;
}

function cosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}

/** Row numbers in random order (Fisher-Yates), cut into full batches; the ragged rest waits for another epoch. */
function shuffledBatches(rows: number, batchRows: number, rng: Rng): readonly Int32Array[] {
  const order = Int32Array.from({ length: rows }, (_, index) => index);
  for (let last = rows - 1; last > 0; last -= 1) {
    const other = rng.integer(last + 1);
    const held = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = held;
  }
  return Array.from({ length: Math.floor(rows / batchRows) }, (_, batch) =>
    order.subarray(batch * batchRows, (batch + 1) * batchRows),
  );
}

function maskedBatch({ train, schema }: FitRequest, rows: Int32Array, rng: Rng): Batch {
  const width = schema.definitions.length;
  const features = gather(train.rows.features, rows, width);
  const missing = gather(train.rows.missing, rows, width);
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
    [NETWORK_NAMES.sigma]: gather(train.rows.sigma, rows, QUANTILE_HORIZONS_HOURS.length),
    [LABELS_NAME]: gather(train.labels, rows, DIRECTIONS * QUANTILE_HORIZONS_HOURS.length),
  };
}

function gather(source: Float32Array, rows: Int32Array, width: number): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((row, place) => {
    gathered.set(source.subarray(row * width, (row + 1) * width), place * width);
  });
  return gathered;
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
