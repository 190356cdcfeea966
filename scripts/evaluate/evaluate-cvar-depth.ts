/** Evaluation of the close-out shortfall: the engine's tail, the student against its teacher, and what books say of depth. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createCloseOutPredictor } from "../../oracle/models/cvar-depth/close-out-predictor.ts";
import { openSession } from "../../oracle/models/onnx-runtime.ts";
import { ARTEFACT_FILES } from "../../oracle/models/session.ts";
import { collectRows } from "../../oracle/training/cvar-depth/teacher-rows.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { depthReport } from "./cvar-depth/depth-report.ts";
import { type HorizonScores, horizonScores } from "./cvar-depth/horizon-tails.ts";
import { servedCases } from "./cvar-depth/served-rows.ts";
import { countPairs, halvedDepth, type ServedErrors, servedErrors, studentSpeed } from "./cvar-depth/student-report.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/cvar-depth");
/** design/models.md §3, row `cvar-depth`, and the speeds asked of it. */
const LIMITS = { fz0: 1.9, z2: 0.5, median: 0.03, p99: 0.08, studentRowsPerSec: 1e6, teacherSeriesPerSec: 50 };
const PAIRS = 1_000_000;
const SERVED = "engine";
const REQUIREMENT_LEVEL = 0.975;

/**
 * Evaluates the committed artefact, its teacher on real path laws, and the engine's next-day tail.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATE_NO_WINDOW` when no day has all forecasts, and those of the readers.
 */
export async function evaluateCvarDepth({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const predictor = await createCloseOutPredictor(ARTEFACT);
  if (predictor.reason !== null) throw refusedArtefact(ARTEFACT, predictor.reason);
  const tails = await horizonScores(paths, fromSec);
  if (tails.length === 0) throw noWindow(fromSec);
  const { cases, seriesPerSec } = await servedCases(paths, fromSec);
  const served = await servedErrors(predictor, collectRows(cases));
  await predictor.close();
  const student = await studentFacts(cases.map(({ probed }) => probed));
  return {
    model: "cvar-depth",
    window: {
      from: isoTime(Math.min(...tails.map((entry) => entry.fromSec))),
      to: isoTime(Math.max(...tails.map((entry) => entry.toSec))),
    },
    metrics: {
      tails: tails.map((entry) => tailMetrics(entry, [SERVED])),
      student: { rows: served.rows, refused: served.refused, levels: levelMetrics(served.student) },
      monotone: { pairs: student.monotone.pairs, violations: { ...student.monotone.violations } },
      speed: { ...student.speed, teacherSeriesPerSec: seriesPerSec },
      shortfallGrowthAtHalfDepth: { ...student.halved },
      depth: depthReport(paths),
    },
    baselines: {
      quadrature: { levels: levelMetrics(served.quadrature) },
      ...Object.fromEntries(tails.map((entry) => [`tails-${entry.asset}`, tailMetrics(entry, baselinesOf(entry))])),
    },
    targets: {
      ...tailTargets(tails),
      ...errorTargets(served),
      monotoneViolations: atMost(sum(Object.values(student.monotone.violations)), 0),
      studentRowsPerSec: atLeast(student.speed.networkRowsPerSec, LIMITS.studentRowsPerSec),
      teacherSeriesPerSec: atLeast(seriesPerSec, LIMITS.teacherSeriesPerSec),
    },
  };
}

type Probed = Parameters<typeof halvedDepth>[1];

async function studentFacts(cases: Probed) {
  const session = await openSession(readFileSync(join(ARTEFACT, ARTEFACT_FILES.model)));
  try {
    return {
      speed: await studentSpeed(session, cases),
      halved: await halvedDepth(session, cases),
      monotone: await countPairs(session, PAIRS),
    };
  } finally {
    await session.release();
  }
}

function baselinesOf({ scores }: HorizonScores): readonly string[] {
  return Object.keys(scores).filter((name) => name !== SERVED);
}

function tailMetrics({ asset, days, scores }: HorizonScores, names: readonly string[]): Metrics {
  return { asset, days, ...Object.fromEntries(names.map((name) => [name, { ...scores[name] }])) };
}

function levelMetrics(errors: ServedErrors["student"]): readonly Metrics[] {
  return errors.map(({ level, shortfall, aboveIntrinsic }) => ({
    level,
    shortfall: { ...shortfall },
    aboveIntrinsic: { ...aboveIntrinsic },
  }));
}

/** FZ0 grows with an asset's volatility: its anchor is BTC's. Of Z2 the worst asset counts. */
function tailTargets(tails: readonly HorizonScores[]): Evaluation["targets"] {
  const bitcoin = tails.find(({ asset }) => asset === "BTC")?.scores[SERVED];
  const sizes = tails.map(({ scores }) => Math.abs(scores[SERVED]?.z2 ?? Number.NaN));
  return {
    ...(bitcoin === undefined ? {} : { fz0OfBitcoin: atMost(bitcoin.fz0, LIMITS.fz0) }),
    z2Size: atMost(Math.max(...sizes), LIMITS.z2),
  };
}

function errorTargets({ student }: ServedErrors): Evaluation["targets"] {
  const found = student.find(({ level }) => level === REQUIREMENT_LEVEL)?.shortfall;
  return {
    studentErrorMedian: atMost(found?.median ?? Number.NaN, LIMITS.median),
    studentError99: atMost(found?.p99 ?? Number.NaN, LIMITS.p99),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function noWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No day from ${isoTime(fromSec) ?? "the start"} on has a forecast of every model.`,
    remedy: "Give an earlier --from, or more history: 500 days of hourly bars come before the first forecast.",
    context: { fromSec: fromSec ?? "none" },
  });
}
