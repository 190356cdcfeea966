/** The committed student against its teacher: errors on served path laws, monotone pairs, speed, what half the depth would cost. */
import type { InferenceSession } from "onnxruntime-node";
import { CLOSE_OUT_FEATURES, SHORTFALL_LEVELS } from "../../../oracle/domain/close-out-features.ts";
import { quantile } from "../../../oracle/math/statistics.ts";
import type { CloseOutPredictor } from "../../../oracle/models/cvar-depth/close-out-predictor.ts";
import { runCloseOutNetwork } from "../../../oracle/models/cvar-depth/run-close-out-network.ts";
import { closeOutFeatures, type ProbedCase } from "../../../oracle/scoring/close-out-probes.ts";
import { type MonotoneCount, monotoneViolations } from "../../../oracle/training/cvar-depth/monotone-pairs.ts";
import {
  quadratureLogShares,
  type StudentErrors,
  studentErrors,
} from "../../../oracle/training/cvar-depth/student-errors.ts";
import type { TeacherRows } from "../../../oracle/training/cvar-depth/teacher-rows.ts";
import { studentPool, unitPaths } from "../../../oracle/training/cvar-depth/unit-paths.ts";

/** Errors on rows as served. */
export interface ServedErrors {
  readonly rows: number;
  /** Rows that the guard left to the teacher; no error is counted for them. */
  readonly refused: number;
  readonly student: StudentErrors;
  readonly quadrature: StudentErrors;
}

/** Rows a second of one core, by the processor's own time. */
export interface StudentSpeed {
  readonly networkRowsPerSec: number;
  /** With the probes that feed it. */
  readonly endToEndRowsPerSec: number;
}

const LEVELS = SHORTFALL_LEVELS.length;
const WIDTH = CLOSE_OUT_FEATURES.length;
const MICROSECONDS = 1e6;
const SPEED_ROWS = 65_536;
const SPEED_ROUNDS = 4;
const REQUIREMENT_LEVEL = SHORTFALL_LEVELS.indexOf(0.975);

/** Errors of student and quadrature on the rows that the student answers. */
export async function servedErrors(predictor: CloseOutPredictor, rows: TeacherRows): Promise<ServedErrors> {
  const refusedShares = SHORTFALL_LEVELS.map(() => Number.NaN);
  const { shares, fallbacks } = await predictor.predict(rows.features, () => refusedShares);
  const kept = fallbacks.flatMap((reason, row) => (reason === null ? [row] : []));
  const answered = keepRows(rows, kept);
  const stated = pick(Float32Array.from(shares, Math.log), kept, LEVELS);
  return {
    rows: kept.length,
    refused: rows.rows - kept.length,
    student: studentErrors(answered, stated),
    quadrature: studentErrors(answered, quadratureLogShares(answered)),
  };
}

function keepRows(rows: TeacherRows, kept: readonly number[]): TeacherRows {
  return {
    rows: kept.length,
    features: pick(rows.features, kept, WIDTH),
    logShares: pick(rows.logShares, kept, LEVELS),
    leverage: pick(rows.leverage, kept, LEVELS),
  };
}

function pick(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const picked = new Float32Array(rows.length * width);
  rows.forEach((row, place) => {
    picked.set(values.subarray(row * width, (row + 1) * width), place * width);
  });
  return picked;
}

/** Violations among random pairs on path laws that were not trained on. */
export function countPairs(session: InferenceSession, pairs: number): Promise<MonotoneCount> {
  const pools = [5, 8].map((degrees) =>
    unitPaths(studentPool(degrees, `pairs-${degrees}`), { paths: 10_000, steps: 24, seed: `pairs-${degrees}` }),
  );
  return monotoneViolations(session, { pools, pairs, seed: "evaluate-cvar-depth/pairs" });
}

/** Speed on repeated cases; the first round warms up. */
export async function studentSpeed(session: InferenceSession, cases: readonly ProbedCase[]): Promise<StudentSpeed> {
  const many = Array.from({ length: SPEED_ROWS }, (_, row) => cases[row % cases.length]).filter(
    (probed) => probed !== undefined,
  );
  const features = closeOutFeatures(many);
  const network = await rowsPerSec(many.length, () => runCloseOutNetwork(session, features));
  const endToEnd = await rowsPerSec(many.length, () => runCloseOutNetwork(session, closeOutFeatures(many)));
  return { networkRowsPerSec: network, endToEndRowsPerSec: endToEnd };
}

async function rowsPerSec(rows: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  const before = process.cpuUsage();
  for (let round = 0; round < SPEED_ROUNDS; round += 1) await run();
  const { user, system } = process.cpuUsage(before);
  return Math.round((SPEED_ROUNDS * rows * MICROSECONDS) / (user + system));
}

/** How much the shortfall grows where only half the depth is left, as the student says. */
export async function halvedDepth(
  session: InferenceSession,
  cases: readonly ProbedCase[],
): Promise<{ readonly median: number; readonly p99: number }> {
  const halved = cases.map((probed) => ({ ...probed, given: { ...probed.given, terms: halfOf(probed.given.terms) } }));
  const [whole, half] = [
    await runCloseOutNetwork(session, closeOutFeatures(cases)),
    await runCloseOutNetwork(session, closeOutFeatures(halved)),
  ];
  const growth = cases.map((_, row) => {
    const place = row * LEVELS + REQUIREMENT_LEVEL;
    return Math.expm1(Math.min(0, half[place] ?? Number.NaN) - Math.min(0, whole[place] ?? Number.NaN));
  });
  return { median: quantile(growth, 0.5), p99: quantile(growth, 0.99) };
}

function halfOf(terms: ProbedCase["given"]["terms"]): ProbedCase["given"]["terms"] {
  const { curve } = terms;
  const half = (values: Float64Array): Float64Array => values.map((value) => value / 2);
  return { ...terms, curve: { ...curve, notionals: half(curve.notionals), costs: half(curve.costs) } };
}
