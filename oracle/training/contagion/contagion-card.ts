/** Cards of the contagion networks: what people must know before they rely on them. */
import { CONTAGION_IDS, type ContagionManifest } from "../../models/contagion/contagion-manifest.ts";
import { isoTime } from "../evaluate/evaluation.ts";

const VALID_DAYS = 180;
const SECONDS_PER_DAY = 86_400;
const day = (timeSec: number | null): string => isoTime(timeSec)?.slice(0, "2026-01-01".length) ?? "none";

/** Markdown text of the card; every number comes from the manifest. */
export function contagionCard(manifest: ContagionManifest, facts: { readonly trainedAtSec: number }): string {
  const body = manifest.id === CONTAGION_IDS.crash ? crashCard(manifest) : lossCard(manifest);
  return [...body, ...commonLines(manifest, facts.trainedAtSec), ""].join("\n");
}

function crashCard({ training }: ContagionManifest): readonly string[] {
  const { untilSec } = training;
  return [
    "# contagion-gnn: crash of an asset within a day",
    "",
    "Log odds that an asset trades 10 % below its close within the next 24 hours, from its own volatility and falls and, over the",
    "edges of a correlation graph, from its neighbours'.",
    "",
    "- **For**: the contagion index of assets. **Not for**: scores; it is no part of the model bundle, and nothing that is signed",
    "  reads it. It claims no cause: a common driver that reaches one asset first looks the same.",
    "- **Architecture**: one round of messages, the mean over neighbours, linear read-out, every weight bound to be positive: no",
    "  rise of volatility and no fall anywhere lowers a probability. Two further rounds with hidden units were no better.",
    "- **Graph**: correlation of 180 bars of 4 hours, shrunk by 0.1, edges from 0.2 up, weights of a receiver sum to 1",
    "- **Loss**: log-odds loss, squared weights × 0.01; fixed length of 40 epochs",
    "- **Inputs**: 30 days of bars, the last one complete; nothing later is read",
    `- **Moments** ${day(training.fromSec)} to ${day(untilSec)}; past its date after ${day(untilSec === null ? null : untilSec + VALID_DAYS * SECONDS_PER_DAY)}`,
    '- **Fallback**: none is known that is better: a node outside of the ranges below has no probability, which is not "no risk"',
    "- **Known weakness**: one year with two storms; in quiet months neighbours add noise (docs/models/contagion.md)",
  ];
}

function lossCard(_manifest: ContagionManifest): readonly string[] {
  return [
    "# contagion-loss: debts left unpaid after a named default",
    "",
    "Share of its debts that each node of a network of debts does not pay when one node pays nothing to anyone:",
    "a surrogate of the exact clearing vector (Eisenberg and Noe 2001).",
    "",
    "- **For**: very many hypothetical defaults at once, and gradients. **Not for**: a single network: the exact solver answers in less",
    "  than a millisecond, and is what is served.",
    "- **Architecture**: hidden units clipped to [0, 1] or from 0, sums over edges, weights bound to be positive: a thinner node never",
    "  pays more",
    "- **Data**: drawn networks of 16 to 32 nodes (`oracle/training/contagion/draw-network.ts`); judged on 64 nodes",
    "- **Loss**: squared error over the spread of the labels",
    "- It knows no market and so does not expire",
    "- **Fallback**: the exact solver",
    "- **Known weakness**: networks unlike the drawn ones; no costs of default",
  ];
}

function commonLines(manifest: ContagionManifest, trainedAtSec: number): readonly string[] {
  const { features, training, metrics, sha256, exportParity, layout } = manifest;
  return [
    `- **Model file** ${sha256}`,
    `- **Trained** on ${day(trainedAtSec)} from ${training.graphs} graphs, seed ${training.seed}; ${layout.channels} hidden units, ${layout.rounds} further rounds`,
    `- **Export** differs from a plain float64 pass by ${exportParity.toExponential(1)} at most`,
    "",
    "## Figures",
    "",
    "| what | value |",
    "|---|---:|",
    ...Object.entries(metrics).map(([name, value]) => `| ${name} | ${Number(value.toPrecision(4))} |`),
    "",
    "## Inputs of a node",
    "",
    "| input | range in training |",
    "|---|---|",
    ...features.map(({ name, range }) => `| ${name} | ${range.min.toPrecision(3)} … ${range.max.toPrecision(3)} |`),
    ...(training.files.length === 0
      ? []
      : ["", "## Data", "", ...training.files.map((file) => `- ${file.name} ${file.sha256}`)]),
  ];
}
