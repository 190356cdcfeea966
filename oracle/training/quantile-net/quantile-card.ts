/** The card of the quantile network: what people must know before they rely on it. */
import type { FeatureSchema } from "../../domain/features.ts";
import type { QuantileManifest } from "../../models/manifest.ts";

const MS_PER_SECOND = 1_000;
const PERCENT = 100;
/** Days from the end of its rows to the day by which the network should be trained again: half a year of new market. */
const EXPIRY_DAYS = 180;
const SECONDS_PER_DAY = 86_400;

/** What the card tells besides the manifest. */
export interface CardFacts {
  readonly schema: FeatureSchema;
  /** Time of the training, seconds: only the card names it, so that the other files depend on seed and data alone. */
  readonly trainedAtSec: number;
}

/** Markdown text of the card; every number comes from the manifest or the facts. */
export function quantileCard(manifest: QuantileManifest, { schema, trainedAtSec }: CardFacts): string {
  return [
    "# quantile-net: adverse-move quantiles",
    "",
    ...purpose(manifest),
    ...inputs(manifest, schema),
    ...howTrained(manifest),
    ...results(manifest),
    ...limits(manifest, trainedAtSec),
  ].join("\n");
}

function purpose(manifest: QuantileManifest): readonly string[] {
  const serves = manifest.defaultChoice === "quantile-net" ? "the network" : "the GARCH quantile";
  return [
    "Quantiles of the worst fall (1 − min/S) and the worst rise (max/S − 1) of spot within",
    `${manifest.horizonsHours.join(", ")} hours at levels ${manifest.levels.join(", ")}.`,
    `By default **${serves}** serves: mean pinball loss of the network over all cells is`,
    `${manifest.metrics.network.meanRatioToGarch.toFixed(4)} times that of the GARCH quantile on the report block.`,
    "",
    `- SHA-256 of model.onnx: \`${manifest.sha256}\``,
    `- Feature schema ${manifest.featureSchemaVersion}: \`${manifest.featureSchemaHash}\``,
    "",
  ];
}

function inputs(manifest: QuantileManifest, schema: FeatureSchema): readonly string[] {
  const rows = schema.definitions.map((definition, index) => {
    const range = manifest.guard.features[index] ?? null;
    const seen = range === null ? "never seen, ignored" : `${range.min.toPrecision(3)} … ${range.max.toPrecision(3)}`;
    const rises = definition.monotone === 1 ? "raises risk" : "";
    return `| ${definition.name} | ${definition.unit} | ${definition.windowSec} | ${seen} | ${rises} |`;
  });
  return [
    "## Inputs",
    "",
    "| feature | unit | window, s | range in training | constraint |",
    "|---|---|---:|---|---|",
    ...rows,
    "",
    "Besides: the forecast standard deviation of the log return over each horizon (decimal), which may only raise every",
    "quantile, and one missing indicator for each feature. A missing feature enters as its median.",
    "",
  ];
}

function howTrained(manifest: QuantileManifest): readonly string[] {
  const { training, environment } = manifest;
  const { span, rows } = training;
  return [
    "## Training",
    "",
    `- Data: ${training.dataSource}; ${training.files.length} files, hashes in manifest.json.`,
    `- Fitted on ${rows.train} rows from ${day(span.fromSec)} to ${day(span.trainToSec)}, stopped on ${rows.stop} rows to`,
    `  ${day(span.stopToSec)}, reported on ${rows.report} rows to ${day(span.reportToSec)}; 72 hours purged between the blocks.`,
    `- ${training.networks} networks of ${training.hiddenUnits.join(" × ")} tanh units (seed \`${training.seed}\`), averaged inside the graph; half of`,
    "  the units are fed by constrained inputs through non-negative weights only. Pinball loss in units of σ√h, AdamW,",
    "  gradient norm clipped at 1, whole signal families masked at random (15 %).",
    "- Quantiles are running sums of softplus steps over levels and horizons: they cannot cross.",
    `- Node ${environment.node}, onnxruntime ${environment.onnxruntime}, ${environment.platform}; same seed, data and machine give the same bytes.`,
    "",
  ];
}

function results(manifest: QuantileManifest): readonly string[] {
  const { metrics } = manifest;
  return [
    "## Report block",
    "",
    "Pinball loss as basis points of spot, then the breach rate in percent in brackets. The GARCH quantile is filtered",
    "historical simulation over the same forecasts; its parameters are refitted every 30 days here, daily when live.",
    `Mean ratio of pinball losses to the GARCH quantile: network ${metrics.network.meanRatioToGarch.toFixed(4)}, EWMA-normal ${metrics.ewmaNormal.meanRatioToGarch.toFixed(4)}.`,
    "",
    ...(["fall", "rise"] as const).flatMap((direction) => resultTable(manifest, direction)),
    `Largest difference between the exported model and a plain float64 pass: ${metrics.exportParity.toExponential(1)} (log move).`,
    "",
  ];
}

function resultTable(manifest: QuantileManifest, direction: "fall" | "rise"): readonly string[] {
  const { network, garch, ewmaNormal } = manifest.metrics;
  const cell = (policy: typeof network, horizon: number, level: number): string => {
    const loss = (policy.pinball[direction][horizon]?.[level] ?? 0) * PERCENT * PERCENT;
    const breach = (policy.breach[direction][horizon]?.[level] ?? 0) * PERCENT;
    return `${loss.toFixed(2)} (${breach.toFixed(2)})`;
  };
  const rows = manifest.horizonsHours.flatMap((hours, horizon) =>
    manifest.levels.map((level, place) => {
      const cells = [network, garch, ewmaNormal].map((policy) => cell(policy, horizon, place));
      return `| ${hours} h | ${(PERCENT * (1 - level)).toFixed(1)} % | ${cells.join(" | ")} |`;
    }),
  );
  return [
    `### ${direction === "fall" ? "Falls" : "Rises"}`,
    "",
    "| horizon | stated breach | network | GARCH quantile | EWMA-normal |",
    "|---|---:|---:|---:|---:|",
    ...rows,
    "",
  ];
}

function limits(manifest: QuantileManifest, trainedAtSec: number): readonly string[] {
  return [
    "## Limits",
    "",
    weakness(manifest),
    "- The report block is short for the highest levels: at 0.5 % a few violent days decide.",
    "- Signals marked as never seen are ignored, whatever their value.",
    "- Fallback: the GARCH quantile, per asset, with a flag in the observation, when the artefact is missing or altered, the",
    "  feature schema differs, too many inputs are missing or out of range, or an output is not finite and ordered.",
    ...expiry(manifest.training.span.reportToSec, trainedAtSec),
    "",
  ];
}

/** By when to train again, and what it means when the data were older than that on the day of training. */
function expiry(dataEndSec: number, trainedAtSec: number): readonly string[] {
  const expirySec = dataEndSec + EXPIRY_DAYS * SECONDS_PER_DAY;
  const dates = `Its rows end on ${day(dataEndSec)}, it was trained on ${day(trainedAtSec)}`;
  if (trainedAtSec <= expirySec) {
    return [`- Train again by ${day(expirySec)}, ${EXPIRY_DAYS} days after the end of its rows.`, `  ${dates}.`];
  }
  const ageDays = Math.floor((trainedAtSec - dataEndSec) / SECONDS_PER_DAY);
  return [
    `- **Past its date since ${day(expirySec)}**, ${EXPIRY_DAYS} days after the end of its rows.`,
    `  ${dates}, ${ageDays} days later: it has`,
    "  seen nothing of the market since, and no figure above speaks for that time. No program checks this date and no flag",
    "  is set, so the network serves all the same. Before relying on it, train it again on newer data; until then count its",
    "  breach rates on live outcomes.",
  ];
}

/** Where the network loses: its number of cells with more pinball loss than the GARCH quantile, and the worst of them. */
function weakness(manifest: QuantileManifest): string {
  const { network, garch } = manifest.metrics;
  const ratios = (["fall", "rise"] as const).flatMap((direction) =>
    manifest.horizonsHours.flatMap((hours, horizon) =>
      manifest.levels.map((level, place) => {
        const loss = network.pinball[direction][horizon]?.[place] ?? Number.NaN;
        const ratio = loss / (garch.pinball[direction][horizon]?.[place] ?? Number.NaN);
        return { ratio, label: `${direction} over ${hours} h at level ${level}` };
      }),
    ),
  );
  const worse = ratios.filter(({ ratio }) => ratio > 1).sort((a, b) => b.ratio - a.ratio);
  const [worst] = worse;
  if (worst === undefined) return "- The network beats the GARCH quantile in every cell of the report block.";
  const percent = ((worst.ratio - 1) * PERCENT).toFixed(1);
  return `- The network loses to the GARCH quantile in ${worse.length} of ${ratios.length} cells, worst: ${worst.label}, ${percent} % more loss.`;
}

function day(timeSec: number): string {
  return new Date(timeSec * MS_PER_SECOND).toISOString().slice(0, "2026-01-01".length);
}
