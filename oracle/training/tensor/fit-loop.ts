/** The training loop: epochs of batches, a learning-rate schedule, early stopping, checkpoints, progress. */
import { type Rng, restoreRng } from "../../math/rng.ts";
import type { FitCheckpoint } from "./checkpoint.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type Batch, createTrainer, type Trainer, type TrainingProblem } from "./trainer.ts";

/** Parameters of a network by name, row-major. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/** Settings of a fit. */
export interface FitSettings {
  readonly maxEpochs: number;
  /** Epochs without a better stop loss that end the fit. */
  readonly patience: number;
  /** Learning rate at the start; it falls to zero at `maxEpochs` along a half cosine (Loshchilov and Hutter 2017, eq. 5). */
  readonly learningRate: number;
}

/** What one epoch came to. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean batch loss of the epoch. */
  readonly trainLoss: number;
  readonly stopLoss: number;
  readonly bestEpoch: number;
  readonly progress: Progress;
}

/** Where checkpoints are kept; `checkpointFile` is the one on disk. */
export interface CheckpointStore {
  /** `null` when there is none yet. */
  load(problem: TrainingProblem): Promise<FitCheckpoint | null>;
  save(problem: TrainingProblem, checkpoint: FitCheckpoint): Promise<void>;
}

/** A fit. */
export interface FitRequest {
  readonly problem: TrainingProblem;
  readonly settings: FitSettings;
  /** Source of all randomness of the epochs; its state is part of a checkpoint. */
  readonly rng: Rng;
  /** Batches of one epoch; may draw from the stream it is given, and from no other. */
  readonly batches: (rng: Rng, epoch: number) => Iterable<Batch>;
  /** Loss on rows that are not fitted. */
  readonly stopLoss: (parameters: ParameterValues) => Promise<number>;
  readonly checkpoints?: CheckpointStore;
  readonly onEpoch?: (report: EpochReport) => void;
  /** Clock for the progress, milliseconds; `performance.now` by default. */
  readonly nowMs?: () => number;
}

/** Result of a fit. */
export interface FitResult {
  /** Of the epoch with the lowest stop loss. */
  readonly parameters: ParameterValues;
  readonly stopLoss: number;
  readonly bestEpoch: number;
  /** Epochs done, resumed ones included. */
  readonly epochs: number;
}

/**
 * Fits until the stop loss has not improved for `patience` epochs. A fit that goes on from a checkpoint ends with the
 * same parameters, to the bit, as one that was never stopped.
 *
 * @throws PlimsollError `TRAINING_DIVERGED`, `CHECKPOINT_MISMATCH`, `CHECKPOINT_MALFORMED`, and those of the trainer.
 */
export async function runFit(request: FitRequest): Promise<FitResult> {
  const { problem, settings, checkpoints } = request;
  const resumed = (await checkpoints?.load(problem)) ?? null;
  const trainer = await createTrainer(problem, resumed?.trainer);
  try {
    const rng = resumed === null ? request.rng : restoreRng(resumed.rng);
    let best = resumed?.best ?? { loss: Number.POSITIVE_INFINITY, epoch: 0, parameters: trainer.parameters() };
    let epoch = resumed?.epoch ?? 0;
    const progress = createProgress(settings.maxEpochs, request.nowMs ?? (() => performance.now()), epoch);
    while (epoch < settings.maxEpochs && epoch - best.epoch < settings.patience) {
      epoch += 1;
      const trainLoss = await runEpoch(request, trainer, { epoch, rng });
      const parameters = trainer.parameters();
      const loss = await request.stopLoss(parameters);
      if (loss < best.loss) best = { loss, epoch, parameters };
      await checkpoints?.save(problem, { epoch, rng: rng.snapshot(), trainer: trainer.state(), best });
      request.onEpoch?.({ epoch, trainLoss, stopLoss: loss, bestEpoch: best.epoch, progress: progress(epoch) });
    }
    return { parameters: best.parameters, stopLoss: best.loss, bestEpoch: best.epoch, epochs: epoch };
  } finally {
    await trainer.release();
  }
}

async function runEpoch(
  { settings, batches }: FitRequest,
  trainer: Trainer,
  { epoch, rng }: { readonly epoch: number; readonly rng: Rng },
): Promise<number> {
  const learningRate = settings.learningRate * cosine((epoch - 1) / settings.maxEpochs);
  let [sum, count] = [0, 0];
  for (const batch of batches(rng, epoch)) {
    sum += await trainer.step(batch, learningRate);
    count += 1;
  }
  return sum / count;
}

function cosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}

/** Row numbers in random order (Fisher-Yates), cut into full batches; the ragged rest waits for another epoch. */
export function shuffledBatches(rows: number, batchRows: number, rng: Rng): readonly Int32Array[] {
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

/** Chosen rows of a row-major array, in the order given. `[rows.length × width]` */
export function gatherValues(source: Float32Array, rows: Int32Array, width: number): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((row, place) => {
    gathered.set(source.subarray(row * width, (row + 1) * width), place * width);
  });
  return gathered;
}
