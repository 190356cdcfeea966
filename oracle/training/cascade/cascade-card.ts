/** The card of the cascade artefact: what people must know before they rely on it. */
import { CASCADE_INPUTS } from "../../models/cascade/cascade-inputs.ts";
import type { CascadeManifest } from "../../models/cascade/cascade-manifest.ts";

const MS_PER_SECOND = 1_000;
const PERCENT = 100;

/** Markdown text of the card; every number comes from the manifest. */
export function cascadeCard(manifest: CascadeManifest, { trainedAtSec }: { readonly trainedAtSec: number }): string {
  return [
    "# cascade: hazard of a wave of liquidations, and how far forced selling carries a fall",
    "",
    ...purpose(manifest),
    ...howTrained(manifest, trainedAtSec),
    ...results(manifest),
    ...inputs(manifest),
    ...limits(),
    "",
  ].join("\n");
}

function day(timeSec: number): string {
  return new Date(timeSec * MS_PER_SECOND).toISOString().slice(0, "2026-01-01".length);
}

function purpose({ sha256 }: CascadeManifest): readonly string[] {
  return [
    "Probability that liquidators repay more than 0.2 M USD within 6 h, more than 1 M USD within 24 h; further log fall that forced",
    "selling adds to a shock.",
    "",
    "- **For**: the state `cascade` of each asset, its place on the API and in the metrics, a weight in the score that is 0 by default,",
    "  what-ifs over very many books. **Not for**: a forecast of price.",
    "- **Fallback**: no state at all where artefact or a week of bars are missing; the fixed point itself instead of the surrogate.",
    `- **Surrogate** ${sha256}; the hazards are numbers in the manifest. No part of the model bundle.`,
    "",
  ];
}

function howTrained({ training, arrivals, metrics }: CascadeManifest, trainedAtSec: number): readonly string[] {
  const { span, rows } = training;
  return [
    "## Training",
    "",
    `- ${day(trainedAtSec)}, seed ${training.seed}`,
    `- Hazards: ${training.hours} hours of ETH and Aave v2, ${day(span.fromSec)} to ${day(span.untilSec)}; an event followed ${training.frequency
      .map((value) => `${(PERCENT * value).toFixed(1)} %`)
      .join(" and ")} of them`,
    `- Arrivals: ${arrivals.baseline.toFixed(3)} calls an hour, offspring ${arrivals.branching.map((value) => value.toFixed(2)).join(", ")} with half-lives of`,
    `  ${arrivals.halfLives.join(", ")} h`,
    `- Surrogate: ${rows.train} drawn books fitted, ${rows.stop} stopped the training, ${rows.report} judge it; two hidden layers of positive weights`,
    `- Export differs from a plain float64 pass by ${metrics.exportParity.toExponential(1)} at most, log points`,
    "- The hazards age: protocols, amounts and bots change. They are four years older than this project; retrain where newer calls are at hand",
    "",
    "Files:",
    ...training.files.map(({ name, sha256 }) => `- ${name} ${sha256}`),
    "",
  ];
}

function results({ metrics }: CascadeManifest): readonly string[] {
  const rows = metrics.hazards.map(
    ({ auc, averagePrecision, plainAuc }, place) =>
      `| ${place === 0 ? 6 : 24} h | ${auc.toFixed(3)} | ${averagePrecision.toFixed(3)} | ${plainAuc.toFixed(3)} |`,
  );
  const errors = (["surrogate", "twoRounds"] as const).map((name) => {
    const { median, p95, p99, mean, explained } = metrics[name];
    return `| ${name} | ${[median, p95, p99, mean].map((value) => (PERCENT * value).toFixed(3)).join(" | ")} | ${explained.toFixed(3)} |`;
  });
  return [
    "## How good",
    "",
    "The walk over the training span, every forecast by an earlier fit:",
    "",
    "| horizon | AUC | average precision | AUC of the plain logit |",
    "|---|---:|---:|---:|",
    ...rows,
    "",
    "Error of the surrogate against the fixed point on drawn books, log percent; two rounds of selling beside it:",
    "",
    "| | median | 95 % | 99 % | mean | variance explained |",
    "|---|---:|---:|---:|---:|---:|",
    ...errors,
    "",
  ];
}

function inputs({ hazards }: CascadeManifest): readonly string[] {
  const [short, long] = hazards;
  return [
    "## Inputs of the hazards",
    "",
    "Each may only raise them. Slopes are those on scaled inputs, clipped at four standard deviations.",
    "",
    "| input | 6 h | 24 h | 6 h without arrivals | 24 h without arrivals |",
    "|---|---:|---:|---:|---:|",
    ...CASCADE_INPUTS.map((name, place) => {
      const slopes = [short?.withArrivals, long?.withArrivals, short?.withoutArrivals, long?.withoutArrivals];
      return `| ${name} | ${slopes.map((model) => (model?.logit.slopes[place] ?? Number.NaN).toFixed(3)).join(" | ")} |`;
    }),
    "",
  ];
}

function limits(): readonly string[] {
  return [
    "## Known limits",
    "",
    "- One protocol, one chain, one coin, thirteen months; other assets are served by what falls of ETH meant for Aave v2.",
    "- Amounts are in USD of 2021: the base rate moves with a protocol's size.",
    "- Near a tipping point the fixed point jumps; the surrogate smooths the jump and can be wrong by all of it.",
    "- Depth after a fall is assumed, not measured beyond 3 % (docs/models/cvar-depth.md).",
  ];
}
