/** Evaluation of the hedger: drawn worlds at the targets' costs, real hours, and real option paths in coin. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InferenceSession } from "onnxruntime-node";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createRng } from "../../oracle/math/rng.ts";
import { createHedger } from "../../oracle/models/hedger/hedger.ts";
import { SIMULATED_WORLDS, simulatedWorld } from "../../oracle/models/hedger/simulated-worlds.ts";
import { openSession } from "../../oracle/models/onnx-runtime.ts";
import { ARTEFACT_FILES } from "../../oracle/models/session.ts";
import { atLeast, atMost, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { type CellScores, judgeCell } from "../../oracle/training/hedger/judge-cell.ts";
import { blockWorld, hourlyMarket } from "../../oracle/training/hedger/real-world.ts";
import { REPORT_COSTS, reportRequest } from "../../oracle/training/hedger/write-hedger.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { HEDGER_UNTIL_SEC } from "../train/train-hedger.ts";
import { fittedUntil } from "./fitted-until.ts";
import { type OptionScores, optionScores } from "./hedger/option-scores.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTEFACT = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts/hedger");
/** design/models.md §3, row `hedger`: share by which the worst twentieth's mean loss is smaller, by cost. */
const GAINS = new Map([
  [5e-4, 0.08],
  [2e-3, 0.1],
  [5e-3, 0.1],
]);
/** Worlds that the targets name. */
const JUDGED_WORLDS: readonly string[] = ["gbm", "heston"];
const PATHS = 50_000;
const BLOCK_PATHS = 10_000;
/** Hours before the window from which volatilities are learned, and the month that a path takes. */
const LEAD_HOURS = 480;
const LEAST_HOURS = 4_000;
const SECONDS_PER_HOUR = 3_600;
const NO_GAS = { gas: 0, limit: 1 };

type NamedCell = CellScores & { readonly world: string };

/**
 * Evaluates the committed artefact. Hourly bars and option chains are each used where the data have them.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`; `EVALUATE_NO_WINDOW` when the data have neither long enough; those of the readers.
 */
export async function evaluateHedger({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const hedger = await createHedger(ARTEFACT);
  if (hedger.reason !== null) throw refusedArtefact(ARTEFACT, hedger.reason);
  await hedger.close();
  const session = await openSession(readFileSync(join(ARTEFACT, ARTEFACT_FILES.model)));
  try {
    const real = await orNone(() => realCells(session, paths, fromSec ?? HEDGER_UNTIL_SEC));
    const options = await orNone(() => optionScores(session, paths, fromSec ?? Number.NEGATIVE_INFINITY));
    if (real.length === 0 && options.length === 0) throw noWindow(fromSec);
    return report({ drawn: await drawnCells(session), real, options }, fromSec);
  } finally {
    await session.release();
  }
}

async function drawnCells(session: InferenceSession): Promise<readonly NamedCell[]> {
  const cells: NamedCell[] = [];
  for (const world of SIMULATED_WORLDS) {
    const drawn = simulatedWorld(world, reportRequest(PATHS), createRng(`evaluate-hedger-${world}`));
    for (const cost of [0, ...REPORT_COSTS])
      cells.push({ world, ...(await judgeCell(session, drawn, { cost, ...NO_GAS })) });
  }
  return cells;
}

/** Stretches of each asset's hours from the window's start on; assets with less than half a year are left out. */
async function realCells(
  session: InferenceSession,
  paths: readonly string[],
  fromSec: number,
): Promise<readonly NamedCell[]> {
  const cells: NamedCell[] = [];
  for (const [asset, { endSec, close }] of readSpotBars(paths)) {
    const start = endSec.findIndex((end) => end > fromSec - LEAD_HOURS * SECONDS_PER_HOUR);
    if (start < 0 || close.length - start < LEAST_HOURS) continue;
    const market = hourlyMarket(close.slice(start), asset);
    const drawn = blockWorld([market], reportRequest(BLOCK_PATHS), createRng(`evaluate-hedger-${asset}`));
    for (const cost of REPORT_COSTS)
      cells.push({ world: `hours of ${asset}`, ...(await judgeCell(session, drawn, { cost, ...NO_GAS })) });
  }
  return cells;
}

interface Judged {
  readonly drawn: readonly NamedCell[];
  readonly real: readonly NamedCell[];
  readonly options: readonly OptionScores[];
}

function report({ drawn, real, options }: Judged, fromSec: number | null): Evaluation {
  const ends = options.map(({ toSec }) => toSec);
  return {
    model: "hedger",
    window: { from: isoTime(fromSec), to: ends.length === 0 ? null : isoTime(Math.max(...ends)) },
    metrics: {
      drawn: drawn.map(metricsOf),
      hours: real.map(metricsOf),
      options: options.map((row): Metrics => ({ ...row })),
      /** Hours before the end of training that the window holds are no test. */
      ...fittedUntil(["hedger"], fromSec ?? HEDGER_UNTIL_SEC),
    },
    baselines: {
      rules: Object.fromEntries(
        [...drawn, ...real].map(({ world, cost, blackScholes, band, whalleyWilmott }) => [
          `${world}-${cost}`,
          { blackScholes, band, whalleyWilmott },
        ]),
      ),
      tuned: Object.fromEntries(
        [...drawn, ...real].map(({ world, cost, tuned, tunedRule }) => [`${world}-${cost}`, { tuned, tunedRule }]),
      ),
    },
    targets: targetsOf(drawn, options),
  };
}

function metricsOf({ world, cost, network, withoutForecast, withoutMarket, gain, gainOnTuned }: NamedCell): Metrics {
  return { world, cost, network, withoutForecast, withoutMarket, gain, gainOnTuned };
}

function targetsOf(drawn: readonly NamedCell[], options: readonly OptionScores[]): Evaluation["targets"] {
  const gains = drawn.flatMap(({ world, cost, gain }) => {
    const target = GAINS.get(cost);
    return target === undefined || !JUDGED_WORLDS.includes(world)
      ? []
      : [[`gain-${world}-${cost}`, atLeast(gain, target)] as const];
  });
  const worst = Math.max(...options.map(({ ratioToBestBand }) => ratioToBestBand));
  return { ...Object.fromEntries(gains), ...(options.length === 0 ? {} : { optionPathsToBestBand: atMost(worst, 1) }) };
}

/** Data without one of the two kinds leave that part out; every other fault is the caller's. */
async function orNone<Row>(read: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PlimsollError && error.code === "DATA_NOT_FOUND") return [];
    throw error;
  }
}

function noWindow(fromSec: number | null): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `From ${isoTime(fromSec) ?? "the start"} on the data have neither ${LEAST_HOURS} hourly bars nor options to follow.`,
    remedy: "Give spot-hourly or deribit-options below --data, or an earlier --from.",
    context: { fromSec: fromSec ?? "none" },
  });
}
