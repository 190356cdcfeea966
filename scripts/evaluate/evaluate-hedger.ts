/** Evaluation of the hedger: drawn worlds at the targets' costs, real hours, other assets, and real option paths in coin. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { createHedger } from "../../oracle/models/hedger/hedger.ts";
import { openSession } from "../../oracle/models/onnx-runtime.ts";
import { ARTEFACT_FILES } from "../../oracle/models/session.ts";
import {
  atLeast,
  atMost,
  type Evaluation,
  isoTime,
  type Metrics,
  type Target,
} from "../../oracle/training/evaluate/evaluation.ts";
import { REPORT_COSTS } from "../../oracle/training/hedger/write-hedger.ts";
import { readSpotBars } from "../data/spot-bars.ts";
import { HEDGER_UNTIL_SEC } from "../train/train-hedger.ts";
import { fittedUntil } from "./fitted-until.ts";
import {
  BOOTSTRAP,
  drawnWorlds,
  type NamedCell,
  type NamedPaths,
  namedCell,
  realWorlds,
} from "./hedger/hedger-cells.ts";
import { type JudgedHedger, type OptionScores, optionScores } from "./hedger/option-scores.ts";
import { type PanelScore, panelScores } from "./hedger/panel-scores.ts";
import { LEAST_WINDOW_HOURS, windowMarkets } from "./hedger/window-markets.ts";
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
const JUDGED_WORLDS: readonly string[] = ["gbm", "heston", BOOTSTRAP];
const PATHS = 20_000;
const BLOCK_PATHS = 10_000;

/**
 * Evaluates the committed artefact. Hourly bars and option chains are each used where the data have them.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`; `EVALUATE_NO_WINDOW` when the data have neither long enough; those of the readers.
 */
export async function evaluateHedger({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const hedger = await createHedger(ARTEFACT);
  if (hedger.reason !== null) throw refusedArtefact(ARTEFACT, hedger.reason);
  const session = await openSession(readFileSync(join(ARTEFACT, ARTEFACT_FILES.model)));
  const judged = { session, hedger };
  try {
    const real = await orNone(() => realCells(judged, paths, fromSec ?? HEDGER_UNTIL_SEC));
    const options = await orNone(() => optionScores(judged, paths, fromSec ?? Number.NEGATIVE_INFINITY));
    const panel = await orNone(() => panelScores(judged, { paths, fromSec: fromSec ?? HEDGER_UNTIL_SEC }));
    if (real.length === 0 && options.length === 0 && panel.length === 0) throw noWindow(fromSec);
    const drawn = await cellsOf(judged, drawnWorlds(PATHS), [0, ...REPORT_COSTS]);
    return report({ drawn, real, options, panel }, fromSec);
  } finally {
    await hedger.close();
    await session.release();
  }
}

async function cellsOf(
  judged: JudgedHedger,
  worlds: readonly NamedPaths[],
  costs: readonly number[],
): Promise<readonly NamedCell[]> {
  const cells: NamedCell[] = [];
  for (const world of worlds) for (const cost of costs) cells.push(await namedCell(judged, world, cost));
  return cells;
}

async function realCells(
  judged: JudgedHedger,
  paths: readonly string[],
  fromSec: number,
): Promise<readonly NamedCell[]> {
  const markets = windowMarkets(readSpotBars(paths), { fromSec, toSec: Number.POSITIVE_INFINITY });
  return cellsOf(judged, realWorlds(markets, { stretches: BLOCK_PATHS, drawn: PATHS }), REPORT_COSTS);
}

interface Judged {
  readonly drawn: readonly NamedCell[];
  readonly real: readonly NamedCell[];
  readonly options: readonly OptionScores[];
  readonly panel: readonly PanelScore[];
}

function report(judged: Judged, fromSec: number | null): Evaluation {
  const { drawn, real, options, panel } = judged;
  const ends = options.map(({ toSec }) => toSec);
  return {
    model: "hedger",
    window: { from: isoTime(fromSec), to: ends.length === 0 ? null : isoTime(Math.max(...ends)) },
    metrics: {
      drawn: drawn.map(metricsOf),
      hours: real.map(metricsOf),
      options: options.map((row): Metrics => ({ ...row })),
      panel: panel.map(({ pooled, ...row }): Metrics => ({ ...row, pooled: metricsOf(pooled) })),
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
    targets: targetsOf(judged),
  };
}

function metricsOf({ world, cost, network, gain, gainOnTuned, ...cell }: NamedCell): Metrics {
  const { served, servedGain, servedGainOnTuned, fallbackShare } = cell;
  return { world, cost, network, gain, gainOnTuned, served, servedGain, servedGainOnTuned, fallbackShare };
}

/** Judged is what serves. Real hours must lose nothing to the rules as usually set, nor to the best of all in hindsight; other assets not to the latter. */
function targetsOf({ drawn, real, options, panel }: Judged): Evaluation["targets"] {
  const gains = [...drawn, ...real].flatMap(({ world, cost, servedGain }) => {
    const target = GAINS.get(cost);
    return target === undefined || !JUDGED_WORLDS.includes(world)
      ? []
      : [[`gain-${world}-${cost}`, atLeast(servedGain, target)] as const];
  });
  const hours = real.filter(({ world }) => !JUDGED_WORLDS.includes(world));
  const least = (of: (cell: NamedCell) => number): Target => atLeast(Math.min(...hours.map(of)), 0);
  return {
    ...Object.fromEntries(gains),
    ...(hours.length === 0
      ? {}
      : {
          hoursGain: least(({ servedGain }) => servedGain),
          hoursGainOnTuned: least(({ servedGainOnTuned }) => servedGainOnTuned),
        }),
    ...(panel.length === 0
      ? {}
      : { panelGainOnTuned: atLeast(Math.min(...panel.map(({ pooled }) => pooled.servedGainOnTuned)), 0) }),
    ...(options.length === 0
      ? {}
      : { optionPathsToBestBand: atMost(Math.max(...options.map(({ servedRatio }) => servedRatio)), 1) }),
  };
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
    problem: `From ${isoTime(fromSec) ?? "the start"} on the data have neither bars of ${LEAST_WINDOW_HOURS} hours nor options to follow.`,
    remedy: "Give spot-hourly, perp-panel-4h or deribit-options below --data, or an earlier --from.",
    context: { fromSec: fromSec ?? "none" },
  });
}
