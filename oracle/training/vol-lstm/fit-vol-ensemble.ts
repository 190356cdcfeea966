/** Fits an ensemble of volatility networks on the rows before a time. */
import { PlimsollError } from "../../domain/errors.ts";
import { SECONDS_PER_DAY } from "../../domain/units.ts";
import { leastSquares } from "../../math/least-squares.ts";
import { STATE_FEATURES, VOL_HORIZONS_HOURS } from "../../models/vol-lstm/vol-inputs.ts";
import { trainEnsemble } from "../tensor/ensemble.ts";
import type { ParameterValues } from "../tensor/fit-loop.ts";
import type { Progress } from "../tensor/progress.ts";
import type { VolMemberTask } from "./fit-vol-member.ts";
import { type PackedRows, packRows } from "./packed-rows.ts";
import { skipValues } from "./vol-problem.ts";
import { labelledUntil, type VolRow } from "./vol-rows.ts";

/** Settings of a training; defaults in {@link VOL_SETTINGS}. */
export interface VolSettings {
  readonly networks: number;
  readonly batchRows: number;
  readonly maxEpochs: number;
  readonly patience: number;
  readonly learningRate: number;
  /** Length of the newest block, which stops the training and is not fitted, days. */
  readonly stopDays: number;
}

/** Three seeds and the sizes of research/ml-models.md §6.2; chosen once, before any report block was read. */
export const VOL_SETTINGS: VolSettings = {
  networks: 3,
  batchRows: 128,
  maxEpochs: 12,
  patience: 4,
  learningRate: 1e-3,
  stopDays: 150,
};

/** Fewer rows than this in a block cannot train or stop anything. */
const MIN_ROWS = 200;
/** Ridge of the linear start, share of each regressor's mean square. */
const SKIP_RIDGE = 1e-3;
const MEMBER = new URL("./fit-vol-member.ts", import.meta.url);

/** A training request. */
export interface VolEnsembleRequest {
  /** Rows of all series, of any time. */
  readonly rows: readonly VolRow[];
  /** No label that is fitted or stops the training reaches beyond this time, seconds. */
  readonly untilSec: number;
  readonly settings: VolSettings;
  readonly seed: string;
  readonly threads?: number;
  readonly onProgress?: (member: number, progress: Progress) => void;
}

/** Trained networks with the rows they saw. */
export interface VolEnsemble {
  readonly networks: readonly ParameterValues[];
  readonly rows: { readonly train: number; readonly stop: number };
  readonly span: { readonly fromSec: number; readonly stopFromSec: number };
}

/**
 * Fits the networks. A purge of the longest horizon lies between the fitted block and the stop block.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS`, `ENSEMBLE_MEMBER_FAILED`.
 */
export async function fitVolEnsemble(request: VolEnsembleRequest): Promise<VolEnsemble> {
  const { settings, untilSec, seed } = request;
  const usable = labelledUntil(request.rows, untilSec);
  const newest = usable.reduce((latest, { atSec }) => Math.max(latest, atSec), Number.NEGATIVE_INFINITY);
  const stopFromSec = newest - settings.stopDays * SECONDS_PER_DAY;
  const train = labelledUntil(usable, stopFromSec);
  const stop = usable.filter(({ atSec }) => atSec >= stopFromSec);
  for (const [block, { length }] of Object.entries({ train, stop })) {
    if (length < MIN_ROWS) throw tooFewRows(block, length);
  }
  const packed = { train: packRows(train), stop: packRows(stop) };
  const skip = linearStart(packed.train);
  const tasks = Array.from({ length: settings.networks }, (_, member): VolMemberTask => {
    return { seed: `${seed}/${member}`, ...packed, skip, settings };
  });
  const { threads, onProgress } = request;
  const fitted = await trainEnsemble({
    module: MEMBER,
    tasks,
    ...(threads === undefined ? {} : { threads }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  // The LSTMs learn and stop beside a linear part that has not seen the stop block; what serves has seen all of it.
  const newestSkip = skipValues({ skip: linearStart(packRows(usable)) });
  const networks = fitted.map((parameters) => new Map([...parameters, ...newestSkip]));
  const fromSec = train.reduce((first, { atSec }) => Math.min(first, atSec), newest);
  return { networks, rows: { train: train.length, stop: stop.length }, span: { fromSec, stopFromSec } };
}

/**
 * Least squares of the log labels on the state, with the level at which QLIKE is smallest.
 *
 * @param columns features of the state to use; the weights of the others are 0. All by default.
 */
export function linearStart(
  packed: PackedRows,
  columns: readonly number[] = [...STATE_FEATURES.keys()],
): { readonly weights: Float32Array; readonly bias: Float32Array } {
  const [size, horizons] = [STATE_FEATURES.length, VOL_HORIZONS_HOURS.length];
  const weights = new Float32Array(size * horizons);
  const bias = new Float32Array(horizons);
  const regressors = Array.from({ length: packed.rows }, (_, row) =>
    Float64Array.from([1, ...columns.map((column) => packed.state[row * size + column] ?? Number.NaN)]),
  );
  const label = (row: number, horizon: number): number => packed.labels[row * horizons + horizon] ?? Number.NaN;
  for (let horizon = 0; horizon < horizons; horizon += 1) {
    const sums = leastSquares(columns.length + 1);
    regressors.forEach((row, index) => {
      sums.add(row, label(index, horizon), packed.weights[index]);
    });
    const solution = sums.solve(SKIP_RIDGE) ?? new Float64Array(columns.length + 1);
    solution.subarray(1).forEach((value, place) => {
      weights[(columns[place] ?? 0) * horizons + horizon] = value;
    });
    // QLIKE is smallest where the mean of realised over forecast is one.
    const [ratio, total] = regressors.reduce<readonly [number, number]>(
      ([sum, mass], row, index) => {
        const fitted = row.reduce((value, entry, place) => value + entry * (solution[place] ?? 0), 0);
        const weight = packed.weights[index] ?? 0;
        return [sum + weight * Math.exp(label(index, horizon) - fitted), mass + weight];
      },
      [0, 0],
    );
    bias[horizon] = (solution[0] ?? 0) + Math.log(ratio / total);
  }
  return { weights, bias };
}

function tooFewRows(block: string, rows: number): PlimsollError<"TRAINING_TOO_FEW_ROWS"> {
  return new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `The ${block} block has ${rows} rows; at least ${MIN_ROWS} are needed.`,
    remedy: "Give --data with at least a year of hourly bars.",
    context: { block, rows, limit: MIN_ROWS },
  });
}
