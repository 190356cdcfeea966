/** `npm run train -- --model contagion-gnn`: trains the crash network and the surrogate of clearing, writes both artefacts. */
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createRng } from "../../oracle/math/rng.ts";
import { CONTAGION_IDS, type ContagionManifest } from "../../oracle/models/contagion/contagion-manifest.ts";
import { CRASH_FEATURES } from "../../oracle/models/contagion/crash-graph.ts";
import { LOSS_FEATURES } from "../../oracle/models/contagion/loss-graph.ts";
import { sha256 } from "../../oracle/models/session.ts";
import { crashCases } from "../../oracle/training/contagion/crash-cases.ts";
import type { CrashReport } from "../../oracle/training/contagion/crash-report.ts";
import { drawLossCase } from "../../oracle/training/contagion/loss-cases.ts";
import { CRASH_SETTINGS, fitCrash, judgeCrash } from "../../oracle/training/contagion/train-crash.ts";
import { exportLoss, fitLoss, judgeLossModel, LOSS_SETTINGS } from "../../oracle/training/contagion/train-loss.ts";
import { writeContagion } from "../../oracle/training/contagion/write-contagion.ts";
import { barPanelFiles, readBarPanel } from "../data/bar-panel.ts";

/** What the command hands over. */
export interface ContagionTrainingOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly seed: string;
  readonly environment: ContagionManifest["environment"];
  readonly onProgress: (share: number) => void;
}

const MS_PER_SECOND = 1_000;
/** The last part of the panel judges a fit on the rest; then all of it is fitted. */
const REPORT_SHARE = 0.2;
const JUDGED = { networks: 500, nodes: 2 * LOSS_SETTINGS.nodes.to } as const;
/** Share of the work by stage: report fit, final fit, surrogate. */
const STAGES = [0.3, 0.3, 0.4] as const;

/** Trains, writes, and returns what the command prints. */
export async function trainContagion(options: ContagionTrainingOptions): Promise<Readonly<Record<string, unknown>>> {
  const startedMs = performance.now();
  const crash = await trainCrash(options);
  const loss = await trainLoss(options);
  return {
    model: crash.id,
    directory: join(resolve(options.out), crash.id),
    sha256: crash.sha256,
    crash: crash.metrics,
    surrogate: { sha256: loss.sha256, ...loss.metrics },
    exportParity: Math.max(crash.exportParity, loss.exportParity),
    seconds: Math.round((performance.now() - startedMs) / MS_PER_SECOND),
  };
}

async function trainCrash(options: ContagionTrainingOptions): Promise<ContagionManifest> {
  const { data, seed, environment, out, onProgress } = options;
  const panel = readBarPanel(data);
  const bars = panel.endSec.length;
  const reportSec = panel.endSec[Math.floor((1 - REPORT_SHARE) * bars)] ?? Number.NaN;
  const toSec = panel.endSec.at(-1) ?? Number.NaN;
  const tested = await fitCrash(panel, { seed, toSec: reportSec, onProgress: (done) => onProgress(STAGES[0] * done) });
  const cases = crashCases(panel, { fromSec: reportSec, toSec, stride: 1 });
  const report = await judgeCrash(tested, cases, panel.spanSec);
  const final = await fitCrash(panel, {
    seed,
    toSec,
    onProgress: (done) => onProgress(STAGES[0] + STAGES[1] * done),
  });
  const files = barPanelFiles(data).map((path) => ({ name: basename(path), sha256: sha256(readFileSync(path)) }));
  const graphs = crashCases(panel, { fromSec: null, toSec, stride: CRASH_SETTINGS.stride }).map(({ graph }) => graph);
  const artefact = {
    id: CONTAGION_IDS.crash,
    trained: final.network,
    featureNames: CRASH_FEATURES,
    graphs,
    metrics: crashMetrics(report),
    training: { seed, files, graphs: final.graphs, fromSec: final.fromSec, untilSec: final.untilSec },
    environment,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
  };
  return writeContagion(artefact, join(resolve(out), CONTAGION_IDS.crash));
}

function crashMetrics({ scores, gains, moments }: CrashReport): ContagionManifest["metrics"] {
  const byModel = Object.entries(scores).flatMap(([name, { auc, averagePrecision, logLoss }]) => [
    [`${name} AUC`, auc],
    [`${name} average precision`, averagePrecision],
    [`${name} log-loss`, logLoss],
  ]);
  const own = gains.own;
  const interval =
    own === undefined
      ? []
      : [
          ["gain over own, AUC, 2.5 %", own.aucInterval[0]],
          ["gain over own, AUC, 97.5 %", own.aucInterval[1]],
        ];
  return Object.fromEntries([
    ["report moments", moments],
    ["report base rate", scores.network?.base ?? Number.NaN],
    ...byModel,
    ...interval,
  ]);
}

async function trainLoss(options: ContagionTrainingOptions): Promise<ContagionManifest> {
  const { seed, environment, out, onProgress } = options;
  const before = STAGES[0] + STAGES[1];
  const trained = await fitLoss(seed, (done) => onProgress(before + STAGES[2] * done));
  const agreement = await judgeLossModel(exportLoss(trained), { ...JUDGED, seed: `${seed}/judged` });
  const rng = createRng(`${seed}/golden`);
  const artefact = {
    id: CONTAGION_IDS.loss,
    trained,
    featureNames: LOSS_FEATURES,
    graphs: Array.from({ length: JUDGED.networks }, () => drawLossCase(LOSS_SETTINGS.nodes.to, rng).labelled.graph),
    metrics: { ...agreement },
    training: { seed, files: [], graphs: LOSS_SETTINGS.networks, fromSec: null, untilSec: null },
    environment,
    trainedAtSec: Math.floor(Date.now() / MS_PER_SECOND),
  };
  return writeContagion(artefact, join(resolve(out), CONTAGION_IDS.loss));
}
