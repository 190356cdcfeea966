/** Draws the teacher's rows, trains the student on them, exports it and judges it on path laws that it never saw. */
import { CLOSE_OUT_FEATURES } from "../../domain/close-out-features.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { CloseOutManifest } from "../../models/cvar-depth/close-out-manifest.ts";
import { runCloseOutNetwork } from "../../models/cvar-depth/run-close-out-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { exportParity } from "../export-parity.ts";
import { trainEnsemble } from "../tensor/ensemble.ts";
import { LONGEST_HORIZON } from "./draw-cases.ts";
import type { StudentTask } from "./fit-student.ts";
import { plainStudent } from "./plain-student.ts";
import { quadratureLogShares, studentErrors } from "./student-errors.ts";
import { exportStudent, type TrainedStudent } from "./student-graph.ts";
import type { StudentScaling } from "./student-layout.ts";
import { type TeacherRows, teacherRows } from "./teacher-rows.ts";
import { studentPool, type UnitPaths, unitPaths } from "./unit-paths.ts";

/** Settings of a training; defaults in {@link STUDENT_SETTINGS}. */
export interface StudentSettings extends Pick<StudentTask, "layout"> {
  readonly fit: StudentTask["settings"];
  readonly networks: number;
  /** Degrees of freedom of the residual pools: hourly residuals of BTC and ETH lie between 3 and 6. */
  readonly degrees: readonly number[];
  readonly reportDegrees: readonly number[];
  readonly paths: number;
  readonly reportPaths: number;
  /** Markets drawn for each block. */
  readonly markets: { readonly train: number; readonly stop: number; readonly report: number };
  readonly casesPerMarket: number;
}

/** Chosen on the stop block alone; the report block had no part in it. */
export const STUDENT_SETTINGS: StudentSettings = {
  layout: { risingUnits: 64, freeUnits: 20, hiddenLayers: 2 },
  fit: { batchRows: 256, maxEpochs: 250, patience: 60, learningRate: 5e-3 },
  networks: 1,
  degrees: [3, 4, 6, 12],
  reportDegrees: [5, 8],
  paths: 4_000,
  reportPaths: 10_000,
  markets: { train: 1_500, stop: 150, report: 200 },
  casesPerMarket: 12,
};

/** Everything an artefact is written from. */
export interface StudentTraining {
  readonly settings: StudentSettings;
  readonly trained: TrainedStudent;
  readonly model: Uint8Array;
  readonly train: TeacherRows;
  readonly rows: CloseOutManifest["training"]["rows"];
  readonly metrics: CloseOutManifest["metrics"];
}

/** A training request. */
export interface StudentRequest {
  readonly seed: string;
  readonly settings?: StudentSettings;
  readonly threads?: number;
  /** Share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const PARITY_ROWS = 256;
const LEAST_ROWS = 100;
const MEMBER = new URL("./fit-student.ts", import.meta.url);
/** Pricing takes most of the time. */
const PRICING_SHARE = 0.8;

/**
 * Trains the student. Needs no data: the residual pools are drawn.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS`, `ENSEMBLE_MEMBER_FAILED`, `EXPORT_PARITY`, `CLOSE_OUT_PATHS`.
 */
export async function trainStudent(request: StudentRequest): Promise<StudentTraining> {
  const settings = request.settings ?? STUDENT_SETTINGS;
  const { train, stop, report } = drawBlocks(settings, request);
  const scaling = scalingOf(train);
  const { layout, fit, networks } = settings;
  const tasks: StudentTask[] = Array.from({ length: networks }, (_, network) => ({
    seed: `${request.seed}/network-${network}`,
    layout,
    scaling,
    train,
    stop,
    settings: fit,
  }));
  const threads = request.threads === undefined ? {} : { threads: request.threads };
  const found = await trainEnsemble({
    module: MEMBER,
    tasks,
    ...threads,
    onProgress: (_, { done, total }) => request.onProgress?.(PRICING_SHARE + ((1 - PRICING_SHARE) * done) / total),
  });
  const trained = { layout, scaling, networks: found };
  const model = exportStudent(trained, { "produced-by": "plimsoll training engine" });
  const rows = { train: train.rows, stop: stop.rows, report: report.rows };
  return { settings, trained, model, train, rows, metrics: await judge(trained, model, report) };
}

function drawBlocks(settings: StudentSettings, { seed, onProgress }: StudentRequest) {
  const { markets, casesPerMarket } = settings;
  const pools = (degrees: readonly number[], paths: number): readonly UnitPaths[] =>
    degrees.map((degree) =>
      unitPaths(studentPool(degree, `${seed}/pool-${degree}`), {
        paths,
        steps: LONGEST_HORIZON,
        seed: `${seed}/paths-${degree}`,
      }),
    );
  const total = markets.train + markets.stop + markets.report;
  let drawn = 0;
  const draw = (block: keyof typeof markets, from: readonly UnitPaths[]): TeacherRows => {
    const onMarket = (): void => {
      drawn += 1;
      onProgress?.((PRICING_SHARE * drawn) / total);
    };
    const rows = teacherRows(from, { markets: markets[block], casesPerMarket, seed: `${seed}/${block}`, onMarket });
    if (rows.rows < LEAST_ROWS) throw tooFewRows(block, rows.rows);
    return rows;
  };
  const known = pools(settings.degrees, settings.paths);
  return {
    train: draw("train", known),
    stop: draw("stop", known),
    report: draw("report", pools(settings.reportDegrees, settings.reportPaths)),
  };
}

function scalingOf({ rows, features }: TeacherRows): StudentScaling {
  const width = CLOSE_OUT_FEATURES.length;
  const centre = new Float64Array(width);
  const spread = new Float64Array(width);
  for (let feature = 0; feature < width; feature += 1) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row += 1) sum += features[row * width + feature] ?? Number.NaN;
    for (let row = 0; row < rows; row += 1) {
      squares += ((features[row * width + feature] ?? Number.NaN) - sum / rows) ** 2;
    }
    centre[feature] = sum / rows;
    spread[feature] = Math.sqrt(squares / rows) || 1;
  }
  return { centre, spread };
}

async function judge(
  trained: TrainedStudent,
  model: Uint8Array,
  report: TeacherRows,
): Promise<CloseOutManifest["metrics"]> {
  const session = await openSession(model);
  try {
    const found = await runCloseOutNetwork(session, report.features);
    const plain = plainStudent(trained, report.features.subarray(0, PARITY_ROWS * CLOSE_OUT_FEATURES.length));
    return {
      student: studentErrors(report, found),
      quadrature: studentErrors(report, quadratureLogShares(report)),
      exportParity: exportParity(found, plain, "student-graph.ts with plain-student.ts"),
    };
  } finally {
    await session.release();
  }
}

function tooFewRows(block: string, rows: number): PlimsollError<"TRAINING_TOO_FEW_ROWS"> {
  return new PlimsollError({
    code: "TRAINING_TOO_FEW_ROWS",
    problem: `The ${block} block has ${rows} rows; at least ${LEAST_ROWS} are needed.`,
    remedy: "Draw more markets or more cases a market.",
    context: { block, rows, limit: LEAST_ROWS },
  });
}
