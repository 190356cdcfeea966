/** Trains the crash network and its rivals: own features alone, and a deeper network. */
import { CRASH_FEATURES } from "../../models/contagion/crash-graph.ts";
import type { MarketPanel } from "../../models/contagion/market-panel.ts";
import { type MessageGraph, withoutEdges } from "../../models/contagion/message-graph.ts";
import { runMessageNetwork } from "../../models/contagion/run-message-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { type CrashCase, crashCases } from "./crash-cases.ts";
import { type CrashReport, crashReport } from "./crash-report.ts";
import { fitMessages, type MessageFit } from "./fit-messages.ts";
import type { LabelledGraph } from "./labelled-graph.ts";
import type { MessageLayout } from "./message-layout.ts";
import { exportMessages, type TrainedMessages } from "./message-network.ts";
import { requireCases } from "./require-cases.ts";

/** Chosen by walk-forward before the last fifth of the panel (docs/models/log.md). */
export const CRASH_SETTINGS = {
  layout: { features: CRASH_FEATURES.length, kinds: 1, channels: 0, rounds: 0, outputs: 1 },
  fit: { batchGraphs: 16, epochs: 40, learningRate: 0.03, penalty: 0.01, loss: "log-odds", start: -3 },
  /** Bars from one training moment to the next. */
  stride: 3,
} as const satisfies { readonly layout: MessageLayout; readonly fit: MessageFit; readonly stride: number };

/** Two further rounds with hidden units: they were no better, and are fitted beside for as long as that must be shown. */
const DEEP_LAYOUT: MessageLayout = { ...CRASH_SETTINGS.layout, channels: 4, rounds: 2 };
/** Outcomes of a moment reach this far: nothing closer to the end of training is fitted. */
const PERIOD_SEC = 86_400;
const FITS = 3;

/** A crash network with what it was fitted beside. */
export interface CrashFit {
  /** One round of messages. */
  readonly network: TrainedMessages;
  /** The same fitted without edges: a logistic regression on a node's own features with weights of known sign. */
  readonly own: TrainedMessages;
  /** Two further rounds with hidden units. */
  readonly deep: TrainedMessages;
  readonly graphs: number;
  readonly fromSec: number;
  /** End of the newest outcome, seconds. */
  readonly untilSec: number;
}

/** What to train. */
export interface CrashRequest {
  readonly seed: string;
  /** No outcome later than this is read. */
  readonly toSec: number;
  readonly onProgress?: (share: number) => void;
}

/**
 * Fits the network and its baselines on a panel.
 *
 * @throws PlimsollError `TRAINING_TOO_FEW_ROWS` below 100 moments or without any crash.
 */
export async function fitCrash(panel: MarketPanel, { seed, toSec, onProgress }: CrashRequest): Promise<CrashFit> {
  const cases = crashCases(panel, { fromSec: null, toSec, stride: CRASH_SETTINGS.stride });
  requireCases(cases);
  const isolated = cases.map((entry) => ({ ...entry, graph: withoutEdges(entry.graph) }));
  const fitted = (graphs: readonly LabelledGraph[], layout: MessageLayout, share: number): Promise<TrainedMessages> =>
    fitMessages({
      layout,
      graphs,
      settings: CRASH_SETTINGS.fit,
      seed: `${seed}/crash`,
      onProgress: (done) => onProgress?.(share + done / FITS),
    });
  return {
    network: await fitted(cases, CRASH_SETTINGS.layout, 0),
    own: await fitted(isolated, CRASH_SETTINGS.layout, 1 / FITS),
    deep: await fitted(cases, DEEP_LAYOUT, 2 / FITS),
    graphs: cases.length,
    fromSec: cases[0]?.atSec ?? Number.NaN,
    untilSec: (cases.at(-1)?.atSec ?? Number.NaN) + PERIOD_SEC,
  };
}

/** Judges a fit on later moments; gains are those of the network. */
export async function judgeCrash(
  { network, own, deep }: CrashFit,
  cases: readonly CrashCase[],
  stepSec: number,
): Promise<CrashReport> {
  const models = [
    { name: "network", trained: network, readsEdges: true },
    { name: "own", trained: own, readsEdges: false },
    { name: "edgesCut", trained: network, readsEdges: false },
    { name: "deep", trained: deep, readsEdges: true },
  ];
  const judged = await Promise.all(
    models.map(async ({ trained, ...model }) => {
      const session = await openSession(exportMessages(trained, {}));
      return { ...model, session, predict: (graph: MessageGraph) => runMessageNetwork(session, graph) };
    }),
  );
  try {
    return await crashReport(cases, judged, stepSec);
  } finally {
    await Promise.all(judged.map(({ session }) => session.release()));
  }
}
