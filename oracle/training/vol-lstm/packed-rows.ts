/** Rows as flat arrays: they cross threads, and batches are gathered from them. */
import { z } from "zod";
import type { Rng } from "../../math/rng.ts";
import { VOL_NAMES, volBatch } from "../../models/vol-lstm/run-vol-network.ts";
import {
  DAY_FEATURES,
  DAY_STEPS,
  HOUR_FEATURES,
  HOUR_STEPS,
  STATE_FEATURES,
  VOL_HORIZONS_HOURS,
  type VolInput,
} from "../../models/vol-lstm/vol-inputs.ts";
import { gatherValues } from "../tensor/fit-loop.ts";
import type { Batch } from "../tensor/trainer.ts";
import { LSTM_UNITS } from "./vol-network-graph.ts";
import { VOL_TRAINING_NAMES } from "./vol-problem.ts";
import type { VolRow } from "./vol-rows.ts";

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, "a Float32Array");

/** Flat rows. */
export const packedRowsSchema = z.object({
  rows: z.int().positive(),
  /** `[rows, HOUR_STEPS × HOUR_FEATURES]` */
  hours: floats,
  /** `[rows, DAY_STEPS × DAY_FEATURES]` */
  days: floats,
  /** `[rows, STATE_FEATURES]` */
  state: floats,
  /** Log of the realised variance over the base. `[rows, horizon]` */
  labels: floats,
  /** `[rows]`, mean 1. */
  weights: floats,
});

/** Flat rows; see {@link packedRowsSchema}. */
export type PackedRows = z.infer<typeof packedRowsSchema>;

const WIDTHS = { hours: HOUR_STEPS * HOUR_FEATURES, days: DAY_STEPS * DAY_FEATURES, state: STATE_FEATURES.length };
/** Share of hidden units that a training batch leaves out (research/ml-models.md §6.2). */
const DROPOUT = 0.2;
/** Weights of rows halve over this time, seconds (research/ml-models.md §6.2: two years). */
const WEIGHT_HALF_LIFE_SEC = 2 * 365 * 86_400;

/** Packs labelled rows; weights fall with age. */
export function packRows(rows: readonly VolRow[]): PackedRows {
  const newest = rows.reduce((latest, { atSec }) => Math.max(latest, atSec), 0);
  const raw = rows.map(({ atSec }) => 2 ** ((atSec - newest) / WEIGHT_HALF_LIFE_SEC));
  const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
  const pack = (width: number, values: (row: VolRow) => ArrayLike<number>): Float32Array => {
    const packed = new Float32Array(rows.length * width);
    rows.forEach((row, index) => {
      packed.set(values(row), index * width);
    });
    return packed;
  };
  return {
    rows: rows.length,
    hours: pack(WIDTHS.hours, ({ input }) => input.hours),
    days: pack(WIDTHS.days, ({ input }) => input.days),
    state: pack(WIDTHS.state, ({ input }) => input.state),
    labels: pack(VOL_HORIZONS_HOURS.length, ({ input, realised }) =>
      realised.map((value, horizon) => Math.log(value) - (input.bases[horizon] ?? Number.NaN)),
    ),
    weights: Float32Array.from(raw, (weight) => weight / mean),
  };
}

/** Inputs of chosen rows, as views. */
export function packedInputs(packed: PackedRows): readonly Pick<VolInput, "hours" | "days" | "state">[] {
  const view = (values: Float32Array, width: number, row: number): Float32Array =>
    values.subarray(row * width, (row + 1) * width);
  return Array.from({ length: packed.rows }, (_, row) => ({
    hours: view(packed.hours, WIDTHS.hours, row),
    days: view(packed.days, WIDTHS.days, row),
    state: view(packed.state, WIDTHS.state, row),
  }));
}

/** One training batch of the given rows, with its dropout mask drawn from the stream. */
export function trainingBatch(
  packed: PackedRows,
  inputs: ReturnType<typeof packedInputs>,
  { rows, rng }: { readonly rows: Int32Array; readonly rng: Rng },
): Batch {
  const chosen = Array.from(rows).flatMap((row) => inputs[row] ?? []);
  const { hours, days, state } = volBatch(chosen);
  const dropout = Float32Array.from({ length: rows.length * 2 * LSTM_UNITS }, () =>
    rng.uniform() < DROPOUT ? 0 : 1 / (1 - DROPOUT),
  );
  return {
    [VOL_NAMES.hours]: hours,
    [VOL_NAMES.days]: days,
    [VOL_NAMES.state]: state,
    [VOL_TRAINING_NAMES.labels]: gatherValues(packed.labels, rows, VOL_HORIZONS_HOURS.length),
    [VOL_TRAINING_NAMES.weights]: gatherValues(packed.weights, rows, 1),
    [VOL_TRAINING_NAMES.dropout]: dropout,
  };
}
