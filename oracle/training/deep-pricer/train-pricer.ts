/** Draws the teacher's cells, trains the pricing network on them, exports it and judges it on parameters that it never saw. */
import { createRng, type Rng } from "../../math/rng.ts";
import { quantile } from "../../math/statistics.ts";
import { meanVariance } from "../../math/svcj.ts";
import {
  cubeParameters,
  PRICER_CELLS,
  PRICER_DAYS,
  PRICER_PARAMETERS,
  PRICER_STRIKES,
} from "../../models/deep-pricer/pricer-layout.ts";
import type { PricerManifest } from "../../models/deep-pricer/pricer-manifest.ts";
import { pricerRunner } from "../../models/deep-pricer/run-pricer.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { exportParity } from "../export-parity.ts";
import { add, mul, sqrt, sub } from "../tensor/elementwise-ops.ts";
import { gatherValues, type ParameterValues, runFit, shuffledBatches } from "../tensor/fit-loop.ts";
import { reduceMean } from "../tensor/matrix-ops.ts";
import { input, scalar } from "../tensor/operation.ts";
import type { Batch, TrainableParameter, TrainingProblem } from "../tensor/trainer.ts";
import {
  type CellScaling,
  exportPricer,
  plainPricer,
  pricerParameters,
  type TrainedPricer,
  trainableCells,
} from "./pricer-graph.ts";
import { drawPricerRows, type PricerRows } from "./teacher-cells.ts";

/** Settings of a training. */
export interface PricerSettings {
  readonly units: readonly number[];
  readonly rows: { readonly train: number; readonly stop: number; readonly report: number };
  readonly batchRows: number;
  readonly maxEpochs: number;
  readonly patience: number;
  readonly learningRate: number;
}

/** Chosen on the stop block alone. */
export const PRICER_SETTINGS: PricerSettings = {
  units: [128, 128, 128],
  rows: { train: 20_000, stop: 200, report: 400 },
  batchRows: 128,
  maxEpochs: 300,
  patience: 40,
  learningRate: 2e-3,
};

/** Everything an artefact is written from. */
export interface PricerTraining {
  readonly settings: PricerSettings;
  readonly model: Uint8Array;
  readonly train: PricerRows;
  readonly metrics: PricerManifest["metrics"];
}

/** A training request. */
export interface PricerRequest {
  readonly seed: string;
  readonly settings?: PricerSettings;
  /** Share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const LABELS = "labels";
/** Errors of the log ratio below this count by their square, above by their size. */
const ROUNDED_ERROR = 0.002;
const PARITY_ROWS = 128;
const PRICING_SHARE = 0.5;
const DAYS_PER_YEAR = 365;
const VOL_POINTS = 100;

/**
 * Trains the network. Needs no data: parameters are drawn.
 *
 * @throws PlimsollError `EXPORT_PARITY`, `TRAINING_DIVERGED`.
 */
export async function trainPricer({
  seed,
  settings = PRICER_SETTINGS,
  onProgress,
}: PricerRequest): Promise<PricerTraining> {
  const { rows, units, batchRows } = settings;
  const onRow = (done: number): void => onProgress?.((PRICING_SHARE * done) / rows.train);
  const train = drawPricerRows(rows.train, `${seed}/train`, onRow);
  const [stop, report] = [drawPricerRows(rows.stop, `${seed}/stop`), drawPricerRows(rows.report, `${seed}/report`)];
  const scaling = scalingOf(train);
  const rng = createRng(`${seed}/network`);
  const { parameters: values } = await runFit({
    problem: pricerProblem({ units, scaling, batchRows: Math.min(batchRows, rows.train) }, rng.fork("start")),
    settings,
    rng: rng.fork("order"),
    batches: (order) => epochBatches(train, Math.min(batchRows, rows.train), order),
    stopLoss: (found) => meanError({ units, scaling, values: found }, stop),
    onEpoch: ({ progress }) => onProgress?.(PRICING_SHARE + ((1 - PRICING_SHARE) * progress.done) / progress.total),
  });
  const trained = { units, scaling, values };
  const model = exportPricer(trained);
  return { settings, model, train, metrics: await judge(trained, model, report) };
}

function scalingOf({ rows, cells }: PricerRows): CellScaling {
  const centre = new Float64Array(PRICER_CELLS);
  const spread = new Float64Array(PRICER_CELLS);
  for (let cell = 0; cell < PRICER_CELLS; cell += 1) {
    const column = Float64Array.from({ length: rows }, (_, row) => cells[row * PRICER_CELLS + cell] ?? Number.NaN);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    centre[cell] = mean;
    spread[cell] = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows) || 1;
  }
  return { centre, spread };
}

function* epochBatches({ rows, cube, cells }: PricerRows, batchRows: number, rng: Rng): Generator<Batch> {
  for (const chosen of shuffledBatches(rows, batchRows, rng)) {
    yield { cube: gatherValues(cube, chosen, PRICER_PARAMETERS), [LABELS]: gatherValues(cells, chosen, PRICER_CELLS) };
  }
}

function pricerProblem(
  { units, scaling, batchRows }: Omit<TrainedPricer, "values"> & { readonly batchRows: number },
  rng: Rng,
): TrainingProblem {
  const parameters = pricerParameters(units).map(({ name, shape }): TrainableParameter => {
    const [inputs = 1, outputs = 0] = shape;
    const initial =
      shape.length === 1
        ? new Float32Array(inputs)
        : Float32Array.from({ length: inputs * outputs }, () => rng.normal() / Math.sqrt(inputs));
    return { tensor: input(name, { shape, type: "float32" }), initial, decay: null };
  });
  const cube = input("cube", { shape: [batchRows, PRICER_PARAMETERS], type: "float32" });
  const labels = input(LABELS, { shape: [batchRows, PRICER_CELLS], type: "float32" });
  const tensors = parameters.map(({ tensor }) => tensor);
  const error = sub(trainableCells(cube, { units, scaling }, tensors), labels);
  const loss = reduceMean(sqrt(add(mul(error, error), scalar(ROUNDED_ERROR ** 2, labels.type))));
  return { parameters, batchInputs: [cube, labels], loss };
}

/** Mean size of the error on rows that are not fitted, from the exported form. */
async function meanError(
  trained: TrainedPricer & { readonly values: ParameterValues },
  stop: PricerRows,
): Promise<number> {
  const session = await openSession(exportPricer(trained));
  try {
    const found = await (await pricerRunner(session))(stop.cube);
    return (
      found.reduce((sum, value, place) => sum + Math.abs(value - (stop.cells[place] ?? Number.NaN)), 0) / found.length
    );
  } finally {
    await session.release();
  }
}

async function judge(
  trained: TrainedPricer,
  model: Uint8Array,
  report: PricerRows,
): Promise<PricerManifest["metrics"]> {
  const session = await openSession(model);
  try {
    const found = await (await pricerRunner(session))(report.cube);
    const plain = plainPricer(trained, report.cube.subarray(0, PARITY_ROWS * PRICER_PARAMETERS));
    const errors = volErrors(report, found);
    return {
      errorPoints: { median: quantile(errors, 0.5), p95: quantile(errors, 0.95), p99: quantile(errors, 0.99) },
      exportParity: exportParity(found, plain, "pricer-graph.ts, the graph with the plain pass"),
    };
  } finally {
    await session.release();
  }
}

/** Sizes of the differences to the teacher, volatility points. */
function volErrors({ rows, cube, cells }: PricerRows, found: Float32Array): readonly number[] {
  return Array.from({ length: rows }, (_, row) => {
    const parameters = cubeParameters(cube.subarray(row * PRICER_PARAMETERS, (row + 1) * PRICER_PARAMETERS));
    return Array.from({ length: PRICER_CELLS }, (_cell, cell) => {
      const days = PRICER_DAYS[Math.floor(cell / PRICER_STRIKES.length)] ?? Number.NaN;
      const unit = VOL_POINTS * Math.sqrt(meanVariance(parameters, days / DAYS_PER_YEAR));
      const at = row * PRICER_CELLS + cell;
      return unit * Math.abs(Math.exp(found[at] ?? Number.NaN) - Math.exp(cells[at] ?? Number.NaN));
    });
  }).flat();
}
