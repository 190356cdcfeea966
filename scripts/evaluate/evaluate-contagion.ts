/** Evaluation of contagion: crashes of assets against own features, the surrogate against the exact solver, the flow graph. */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PlimsollError } from "../../oracle/domain/errors.ts";
import { CONTAGION_IDS, type ContagionManifest } from "../../oracle/models/contagion/contagion-manifest.ts";
import { type ContagionNetwork, loadContagionNetwork } from "../../oracle/models/contagion/contagion-network.ts";
import { type CrashCase, crashCases } from "../../oracle/training/contagion/crash-cases.ts";
import { type CrashReport, crashReport } from "../../oracle/training/contagion/crash-report.ts";
import { fitCrash, judgeCrash } from "../../oracle/training/contagion/train-crash.ts";
import { judgeLoss, type LossAgreement } from "../../oracle/training/contagion/train-loss.ts";
import { atLeast, type Evaluation, isoTime, type Metrics } from "../../oracle/training/evaluate/evaluation.ts";
import { readBarPanel } from "../data/bar-panel.ts";
import { addOnReport } from "./contagion/add-on-report.ts";
import { flowReport } from "./contagion/flow-report.ts";
import { guardedOutputs } from "./contagion/guarded-outputs.ts";
import { protocolReport } from "./contagion/protocol-report.ts";
import { refusedArtefact } from "./refused-artefact.ts";
import type { EvaluationRequest } from "./registry.ts";

const ARTIFACTS = join(dirname(fileURLToPath(import.meta.url)), "../../oracle/models/artifacts");
/** design/models.md §3, row `contagion-gnn`. */
const LIMITS = { auc: 0.68, averagePrecision: 0.15, gain: 0, rSquared: 0.97, rankCorrelation: 0.95 } as const;
/** The last fifth of the panel, where no window is said. */
const REPORT_SHARE = 0.2;
const SEED = "plimsoll-1";
/** Log odds of a node without an answer: nearly certain. */
const LIKELIEST = 20;
/** Share of its debts that a node without an answer does not pay. */
const ALL_UNPAID = 1;
const JUDGED = { networks: 500, nodes: 64, seed: "evaluate-contagion" } as const;

/**
 * Refits the network and its rivals on what ended before the window, and judges them in it; what serves beside them, guard included, where it
 * has not seen the window.
 *
 * @throws PlimsollError `ARTEFACT_REFUSED`, `EVALUATE_NO_WINDOW`, `TRAINING_TOO_FEW_ROWS`, and those of the readers.
 */
export async function evaluateContagion({ paths, fromSec }: EvaluationRequest): Promise<Evaluation> {
  const crash = await shippedNetwork(CONTAGION_IDS.crash);
  const loss = await shippedNetwork(CONTAGION_IDS.loss);
  const panel = readBarPanel(paths);
  const split = Math.floor((1 - REPORT_SHARE) * panel.endSec.length);
  const startSec = fromSec ?? panel.endSec[split] ?? Number.NaN;
  const cases = crashCases(panel, { fromSec: startSec, toSec: panel.endSec.at(-1) ?? Number.NaN, stride: 1 });
  if (cases.length === 0) throw noWindow(startSec);
  const fit = await fitCrash(panel, { seed: SEED, toSec: startSec });
  const report = await judgeCrash(fit, cases, panel.spanSec);
  const committed = await judgeServed(crash, cases, { startSec, stepSec: panel.spanSec });
  await crash.close();
  const served = guardedOutputs(loss, ALL_UNPAID);
  const surrogate = await judgeLoss(served.predict, JUDGED);
  await loss.close();
  const { network, ...rivals } = report.scores;
  return {
    model: "contagion-gnn",
    window: { from: isoTime(cases[0]?.atSec ?? null), to: isoTime(cases.at(-1)?.atSec ?? null) },
    metrics: {
      crash: { moments: report.moments, ...network },
      gains: gainMetrics(report),
      committed: committed === null ? "has seen the window" : { ...committed },
      surrogate: { ...surrogate, unansweredShare: served.unansweredShare() },
      addOn: addOnReport(panel, startSec),
      flows: flowReport(paths),
      protocols: protocolReport(paths),
    },
    baselines: Object.fromEntries(Object.entries(rivals).map(([name, scores]) => [name, { ...scores }])),
    targets: targetsOf(report, surrogate),
  };
}

function targetsOf({ scores, gains }: CrashReport, surrogate: LossAgreement): Evaluation["targets"] {
  return {
    crashAuc: atLeast(scores.network?.auc ?? Number.NaN, LIMITS.auc),
    crashAveragePrecision: atLeast(scores.network?.averagePrecision ?? Number.NaN, LIMITS.averagePrecision),
    aucAboveOwnFeatures: atLeast(gains.own?.auc ?? Number.NaN, LIMITS.gain),
    aucAboveEdgesCut: atLeast(gains.edgesCut?.auc ?? Number.NaN, LIMITS.gain),
    surrogateRSquared: atLeast(surrogate.rSquared, LIMITS.rSquared),
    surrogateRankCorrelation: atLeast(surrogate.rankCorrelation, LIMITS.rankCorrelation),
  };
}

function gainMetrics({ gains }: CrashReport): Metrics {
  return Object.fromEntries(Object.entries(gains).map(([name, gain]) => [name, { ...gain }]));
}

/** What serves, on the window; `null` where the network was fitted on parts of it. */
async function judgeServed(
  network: ContagionNetwork,
  cases: readonly CrashCase[],
  { startSec, stepSec }: { readonly startSec: number; readonly stepSec: number },
): Promise<Metrics | null> {
  if ((network.manifest.training.untilSec ?? Number.POSITIVE_INFINITY) > startSec) return null;
  const { predict, unansweredShare } = guardedOutputs(network, LIKELIEST);
  const { scores } = await crashReport(cases, [{ name: "served", predict, readsEdges: true }], stepSec);
  return { ...scores.served, unansweredShare: unansweredShare() };
}

async function shippedNetwork(id: ContagionManifest["id"]): Promise<ContagionNetwork> {
  const loaded = await loadContagionNetwork(join(ARTIFACTS, id), id);
  if (loaded.ok) return loaded.value;
  throw refusedArtefact(join(ARTIFACTS, id), loaded.reason);
}

function noWindow(fromSec: number): PlimsollError<"EVALUATE_NO_WINDOW"> {
  return new PlimsollError({
    code: "EVALUATE_NO_WINDOW",
    problem: `No moment from ${isoTime(fromSec) ?? "the start"} on has 30 days of history and a known next day.`,
    remedy: "Give an earlier --from, or more files.",
    context: { fromSec },
  });
}
