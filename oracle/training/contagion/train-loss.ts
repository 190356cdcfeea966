/** Trains the surrogate of the clearing solver on drawn networks, and judges it on networks of twice the size. */

import { rankCorrelation } from "../../math/rank-correlation.ts";
import { createRng, type Rng } from "../../math/rng.ts";
import { mean } from "../../math/statistics.ts";
import { LOSS_FEATURES } from "../../models/contagion/loss-graph.ts";
import type { MessageGraph } from "../../models/contagion/message-graph.ts";
import { runMessageNetwork } from "../../models/contagion/run-message-network.ts";
import { openSession } from "../../models/onnx-runtime.ts";
import { fitMessages, type MessageFit } from "./fit-messages.ts";
import { drawLossCase, type LossCase, networkLoss } from "./loss-cases.ts";
import type { MessageLayout } from "./message-layout.ts";
import { exportMessages, type TrainedMessages } from "./message-network.ts";

/** Chosen on drawn networks of the training sizes' double, other seeds (docs/models/log.md). */
export const LOSS_SETTINGS = {
  layout: { features: LOSS_FEATURES.length, kinds: 1, channels: 8, rounds: 6, outputs: 1 },
  fit: { batchGraphs: 16, epochs: 100, learningRate: 0.02, penalty: 1e-7, loss: "squares", start: -4 },
  networks: 800,
  /** Nodes of a training network. */
  nodes: { from: 16, to: 32 },
} as const satisfies {
  readonly layout: MessageLayout;
  readonly fit: MessageFit;
  readonly networks: number;
  readonly nodes: { readonly from: number; readonly to: number };
};

/** Agreement with the exact solver over networks. */
export interface LossAgreement {
  readonly networks: number;
  readonly nodes: number;
  /** Share of the variance of the networks' losses that is explained. */
  readonly rSquared: number;
  /** Spearman's correlation of the networks' losses. */
  readonly rankCorrelation: number;
  /** Mean and largest error of a network's loss, share of all debts between nodes. */
  readonly meanError: number;
  readonly maxError: number;
}

/** Trains on drawn networks. */
export function fitLoss(seed: string, onProgress: (share: number) => void): Promise<TrainedMessages> {
  const rng = createRng(`${seed}/loss-networks`);
  const { from, to } = LOSS_SETTINGS.nodes;
  const cases = drawCases(LOSS_SETTINGS.networks, () => from + rng.integer(to - from + 1), rng);
  return fitMessages({
    layout: LOSS_SETTINGS.layout,
    graphs: cases.map(({ labelled }) => labelled),
    settings: LOSS_SETTINGS.fit,
    seed: `${seed}/loss`,
    onProgress,
  });
}

/** Shares of debts that the nodes of a graph do not pay. */
export type UnpaidShares = (graph: MessageGraph) => Promise<ArrayLike<number>>;

/** Judges the bytes of a model by {@link judgeLoss}. */
export async function judgeLossModel(model: Uint8Array, drawn: DrawnNetworks): Promise<LossAgreement> {
  const session = await openSession(model);
  try {
    return await judgeLoss((graph) => runMessageNetwork(session, graph), drawn);
  } finally {
    await session.release();
  }
}

/** Which networks are drawn. */
export interface DrawnNetworks {
  readonly networks: number;
  readonly nodes: number;
  readonly seed: string;
}

/** Draws networks that training never saw and compares. */
export async function judgeLoss(
  predict: UnpaidShares,
  { networks, nodes, seed }: DrawnNetworks,
): Promise<LossAgreement> {
  const cases = drawCases(networks, () => nodes, createRng(seed));
  const exact = cases.map((entry) => networkLoss(entry, entry.labelled.labels));
  const found: number[] = [];
  for (const entry of cases) found.push(networkLoss(entry, await predict(entry.labelled.graph)));
  const errors = exact.map((value, place) => Math.abs(value - (found[place] ?? Number.NaN)));
  const centre = mean(exact);
  const spread = exact.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return {
    networks,
    nodes,
    rSquared: 1 - errors.reduce((sum, error) => sum + error * error, 0) / spread,
    rankCorrelation: rankCorrelation(exact, found),
    meanError: mean(errors),
    maxError: Math.max(...errors),
  };
}

/** Bytes of the surrogate. */
export function exportLoss(trained: TrainedMessages): Uint8Array {
  return exportMessages(trained, { "produced-by": "plimsoll training engine" });
}

function drawCases(count: number, nodes: () => number, rng: Rng): readonly LossCase[] {
  return Array.from({ length: count }, () => drawLossCase(nodes(), rng));
}
