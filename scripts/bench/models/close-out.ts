/** Measures the expected shortfall of close-outs: the teacher's full revaluation, and the student on the teacher's rows. */
import { join } from "node:path";
import { CLOSE_OUT_FEATURES } from "../../../oracle/domain/close-out-features.ts";
import { PlimsollError } from "../../../oracle/domain/errors.ts";
import { closeOutManifestSchema, closeOutVectorsSchema } from "../../../oracle/models/cvar-depth/close-out-manifest.ts";
import { runCloseOutNetwork } from "../../../oracle/models/cvar-depth/run-close-out-network.ts";
import { loadArtefact } from "../../../oracle/models/session.ts";
import { type TeacherRows, teacherRows } from "../../../oracle/training/cvar-depth/teacher-rows.ts";
import { studentPool, unitPaths } from "../../../oracle/training/cvar-depth/unit-paths.ts";
import { ARTIFACTS_DIR } from "../bench-ground.ts";
import { type BenchResult, judge, rounded } from "../result.ts";
import { timesOf } from "../times.ts";

const PATHS = 10_000;
/** The longest horizon of the settings, hours. */
const STEPS = 24;
const DEGREES_OF_FREEDOM = 5;
const SERIES = { markets: 4, casesPerMarket: 16 } as const;
const TEACHER_PLAN = { warmUp: 1, repeats: 5 } as const;
const LIMIT_SERIES_PER_SEC = 50;
const STUDENT_ROWS = 65_536;
const STUDENT_PLAN = { warmUp: 2, repeats: 10 } as const;
const LIMIT_ROWS_PER_SEC = 1_000_000;
const MS_PER_SECOND = 1_000;
const SEED = "bench-close-out";

/** Draws markets and positions and prices each on 10 000 paths of up to a day. */
export async function benchTeacher(): Promise<BenchResult> {
  const pool = unitPaths(studentPool(DEGREES_OF_FREEDOM, SEED), { paths: PATHS, steps: STEPS, seed: SEED });
  const count = SERIES.markets * SERIES.casesPerMarket;
  const { cpuDecile, median } = await timesOf(() => teacherRows([pool], { ...SERIES, seed: SEED }), TEACHER_PLAN);
  const perSecond = (milliseconds: number): number => (count * MS_PER_SECOND) / milliseconds;
  return judge(
    perSecond(cpuDecile),
    { limit: LIMIT_SERIES_PER_SEC, unit: "series/s", passes: "at-least" },
    { median: rounded(perSecond(median)), series: count, paths: PATHS, longestHorizonHours: STEPS },
  );
}

/**
 * Runs the committed student.
 *
 * @throws PlimsollError `BENCH_ARTEFACT` when there is none.
 */
export async function benchStudent(): Promise<BenchResult> {
  const directory = join(ARTIFACTS_DIR, "cvar-depth");
  const loaded = await loadArtefact(directory, { manifest: closeOutManifestSchema, vectors: closeOutVectorsSchema });
  if (!loaded.ok) throw noArtefact(directory, loaded.reason);
  const { session } = loaded.value;
  const pool = unitPaths(studentPool(DEGREES_OF_FREEDOM, SEED), { paths: PATHS, steps: STEPS, seed: SEED });
  const features = repeated(teacherRows([pool], { ...SERIES, seed: SEED }));
  const { cpuDecile, median } = await timesOf(() => runCloseOutNetwork(session, features), STUDENT_PLAN);
  await session.release();
  const perSecond = (milliseconds: number): number => Math.round((STUDENT_ROWS * MS_PER_SECOND) / milliseconds);
  return judge(
    perSecond(cpuDecile),
    { limit: LIMIT_ROWS_PER_SEC, unit: "rows/s", passes: "at-least" },
    { median: perSecond(median), rows: STUDENT_ROWS, batchMs: rounded(cpuDecile) },
  );
}

function repeated({ features, rows }: TeacherRows): Float32Array {
  const width = CLOSE_OUT_FEATURES.length;
  return Float32Array.from(
    { length: STUDENT_ROWS * width },
    (_, index) => features[index % (rows * width)] ?? Number.NaN,
  );
}

function noArtefact(directory: string, reason: string): PlimsollError<"BENCH_ARTEFACT"> {
  return new PlimsollError({
    code: "BENCH_ARTEFACT",
    problem: `The artefact in ${directory} cannot be used: ${reason}.`,
    remedy: "Restore it from the repository or run npm run train -- --model cvar-depth.",
    context: { directory, reason },
  });
}
