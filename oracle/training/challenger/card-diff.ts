/** What changes from one artefact to the next, as Markdown for the people who vote on it. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import { type DiffRow, dayText, diffTable, fileLines, fixedText, verdictLines } from "./card-diff-parts.ts";
import type { PromotionDecision } from "./promotion-decision.ts";

/** The two artefacts and how they compared. */
export interface CardDiffInput {
  readonly champion: QuantileManifest;
  readonly challenger: QuantileManifest;
  readonly decision: PromotionDecision;
  /** Names of the features in schema order. */
  readonly featureNames: readonly string[];
}

const LOSS = "pinball loss in standard deviations";
const PERCENT = 100;
const TAIL_LEVEL = QUANTILE_LEVELS.indexOf(0.99);

/** Markdown text: decision, hashes, spans, inputs, data files, metrics, each with both values. */
export function cardDiff({ champion, challenger, decision, featureNames }: CardDiffInput): string {
  return [
    ...verdictLines(challenger.id, decision, LOSS),
    ...diffTable(rowsOf(champion, challenger)),
    "",
    "## Inputs",
    "",
    ...inputLines(champion, challenger, featureNames),
    "",
    "## Data files",
    "",
    ...fileLines(champion.training.files, challenger.training.files),
    "",
    "Metrics of the two cards are of different report blocks; only the comparison above is on the same rows.",
    "",
  ].join("\n");
}

function rowsOf(champion: QuantileManifest, challenger: QuantileManifest): readonly DiffRow[] {
  const row = (name: string, of: (manifest: QuantileManifest) => string): DiffRow => [
    name,
    of(champion),
    of(challenger),
  ];
  return [
    row("SHA-256 of model.onnx", ({ sha256 }) => `\`${sha256}\``),
    row(
      "feature schema",
      ({ featureSchemaVersion, featureSchemaHash }) => `${featureSchemaVersion} \`${featureSchemaHash}\``,
    ),
    row("serves by default", ({ defaultChoice }) => defaultChoice),
    row(
      "fitted rows",
      ({ training }) =>
        `${training.rows.train}, ${dayText(training.span.fromSec)} to ${dayText(training.span.trainToSec)}`,
    ),
    row("stopping rows", ({ training }) => `${training.rows.stop}, to ${dayText(training.span.stopToSec)}`),
    row("report rows", ({ training }) => `${training.rows.report}, to ${dayText(training.span.reportToSec)}`),
    row("seed, networks", ({ training }) => `${training.seed}, ${training.networks}`),
    row("pinball to GARCH", ({ metrics }) => fixedText(metrics.network.meanRatioToGarch)),
    ...QUANTILE_HORIZONS_HOURS.map((hours, horizon) =>
      row(`breaches of 1 % at ${hours} h, fall / rise`, ({ metrics }) => breaches(metrics.network.breach, horizon)),
    ),
  ];
}

function breaches(breach: QuantileManifest["metrics"]["network"]["breach"], horizon: number): string {
  const percent = (share: number | undefined): string => `${((share ?? Number.NaN) * PERCENT).toFixed(2)} %`;
  return `${percent(breach.fall[horizon]?.[TAIL_LEVEL])} / ${percent(breach.rise[horizon]?.[TAIL_LEVEL])}`;
}

function inputLines(
  { guard: old }: QuantileManifest,
  { guard: fresh }: QuantileManifest,
  names: readonly string[],
): readonly string[] {
  const lines = names.flatMap((name, index) => {
    const [before, after] = [old.features[index] ?? null, fresh.features[index] ?? null];
    if (before === null && after === null) return [];
    if (before === null) return [`- ${name}: used now, not before`];
    if (after === null) return [`- ${name}: not used any more`];
    const isWider = after.min < before.min || after.max > before.max;
    return isWider ? [`- ${name}: seen range ${span(before)} → ${span(after)}`] : [];
  });
  return lines.length === 0 ? ["No input was added or dropped, and none has a wider range."] : lines;
}

function span({ min, max }: { readonly min: number; readonly max: number }): string {
  return `[${fixedText(min)}, ${fixedText(max)}]`;
}
