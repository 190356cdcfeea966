/** What changes from one artefact to the next, as Markdown for the people who vote on it. */
import { QUANTILE_HORIZONS_HOURS, QUANTILE_LEVELS } from "../../domain/prediction.ts";
import type { QuantileManifest } from "../../models/manifest.ts";
import type { PromotionDecision } from "./promotion-decision.ts";

/** The two artefacts and how they compared. */
export interface CardDiffInput {
  readonly champion: QuantileManifest;
  readonly challenger: QuantileManifest;
  readonly decision: PromotionDecision;
  /** Names of the features in schema order. */
  readonly featureNames: readonly string[];
}

const DIGITS = 4;
const PERCENT = 100;
const MS_PER_SECOND = 1_000;
const TAIL_LEVEL = QUANTILE_LEVELS.indexOf(0.99);

/** Markdown text: decision, hashes, spans, inputs, data files, metrics, each with both values. */
export function cardDiff({ champion, challenger, decision, featureNames }: CardDiffInput): string {
  return [
    `# ${challenger.id}: champion and challenger`,
    "",
    decision.promote ? "**Promoted.**" : `**Not promoted** (${decision.reason}).`,
    "",
    ...decisionLines(decision),
    "",
    ...table(rowsOf(champion, challenger)),
    "",
    "## Inputs",
    "",
    ...inputLines(champion, challenger, featureNames),
    "",
    "## Data files",
    "",
    ...fileLines(champion, challenger),
    "",
    "Metrics of the two cards are of different report blocks; only the comparison above is on the same rows.",
    "",
  ].join("\n");
}

function decisionLines(decision: PromotionDecision): readonly string[] {
  const { championLoss, challengerLoss, statistic, pValue, lags, times, fromSec, toSec } = decision;
  return [
    `On ${times} times that neither has seen (${day(fromSec)} to ${day(toSec)}): mean pinball loss ${fixed(championLoss)}`,
    `of the champion, ${fixed(challengerLoss)} of the challenger, in standard deviations. Diebold-Mariano ${fixed(statistic)},`,
    `p = ${fixed(pValue)} (${lags} lags; negative favours the challenger).`,
  ];
}

function rowsOf(
  champion: QuantileManifest,
  challenger: QuantileManifest,
): readonly (readonly [string, string, string])[] {
  const row = (name: string, of: (manifest: QuantileManifest) => string): readonly [string, string, string] => [
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
      ({ training }) => `${training.rows.train}, ${day(training.span.fromSec)} to ${day(training.span.trainToSec)}`,
    ),
    row("stopping rows", ({ training }) => `${training.rows.stop}, to ${day(training.span.stopToSec)}`),
    row("report rows", ({ training }) => `${training.rows.report}, to ${day(training.span.reportToSec)}`),
    row("seed, networks", ({ training }) => `${training.seed}, ${training.networks}`),
    row("pinball to GARCH", ({ metrics }) => fixed(metrics.network.meanRatioToGarch)),
    ...QUANTILE_HORIZONS_HOURS.map((hours, horizon) =>
      row(`breaches of 1 % at ${hours} h, fall / rise`, ({ metrics }) => breaches(metrics.network.breach, horizon)),
    ),
  ];
}

function breaches(breach: QuantileManifest["metrics"]["network"]["breach"], horizon: number): string {
  const percent = (share: number | undefined): string => `${((share ?? Number.NaN) * PERCENT).toFixed(2)} %`;
  return `${percent(breach.fall[horizon]?.[TAIL_LEVEL])} / ${percent(breach.rise[horizon]?.[TAIL_LEVEL])}`;
}

function table(rows: readonly (readonly [string, string, string])[]): readonly string[] {
  const lines = rows.map(([name, old, fresh]) => `| ${name} | ${old} | ${old === fresh ? "same" : fresh} |`);
  return ["| | champion | challenger |", "|---|---|---|", ...lines];
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
  return `[${fixed(min)}, ${fixed(max)}]`;
}

function fileLines({ training: old }: QuantileManifest, { training: fresh }: QuantileManifest): readonly string[] {
  const before = new Map(old.files.map(({ name, sha256 }) => [name, sha256]));
  const after = new Set(fresh.files.map(({ name }) => name));
  const changed = fresh.files.flatMap(({ name, sha256 }) => {
    const known = before.get(name);
    if (known === sha256) return [];
    return [`- ${name}: ${known === undefined ? "new" : "changed"}, \`${sha256}\``];
  });
  const gone = old.files.filter(({ name }) => !after.has(name)).map(({ name }) => `- ${name}: not read any more`);
  const lines = [...changed, ...gone];
  return lines.length === 0 ? ["The same files."] : lines;
}

function day(timeSec: number): string {
  return new Date(timeSec * MS_PER_SECOND).toISOString().slice(0, "2000-01-01".length);
}

function fixed(value: number): string {
  return Number.isFinite(value) ? value.toFixed(DIGITS) : "unknown";
}
