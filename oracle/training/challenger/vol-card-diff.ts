/** What changes from one volatility artefact to the next, as Markdown for the people who vote on it. */
import type { VolManifest } from "../../models/vol-lstm/vol-manifest.ts";
import { scoreMeans } from "../vol-lstm/score-means.ts";
import { type DiffRow, dayText, diffTable, fileLines, fixedText, verdictLines } from "./card-diff-parts.ts";
import type { PromotionDecision } from "./promotion-decision.ts";

/** The two artefacts and how they compared. */
export interface VolCardDiffInput {
  readonly champion: VolManifest;
  readonly challenger: VolManifest;
  readonly decision: PromotionDecision;
}

const LOSS = "QLIKE of the combination";

/** Markdown text: decision, hashes, spans, series, data files, walk-forward scores, each with both values. */
export function volCardDiff({ champion, challenger, decision }: VolCardDiffInput): string {
  return [
    ...verdictLines(challenger.id, decision, LOSS),
    ...diffTable(rowsOf(champion, challenger)),
    "",
    "## Data files",
    "",
    ...fileLines(champion.training.files, challenger.training.files),
    "",
    "Scores of the two cards are of different walk-forwards; only the comparison above is on the same times.",
    "",
  ].join("\n");
}

function rowsOf(champion: VolManifest, challenger: VolManifest): readonly DiffRow[] {
  const row = (name: string, of: (manifest: VolManifest) => string): DiffRow => [name, of(champion), of(challenger)];
  const [old, fresh] = [scoreMeans(champion.metrics.scores), scoreMeans(challenger.metrics.scores)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return [
    row("SHA-256 of model.onnx", ({ sha256 }) => `\`${sha256}\``),
    row("fitted rows", ({ training: { rows, span } }) => `${rows.train}, from ${dayText(span.fromSec)}`),
    row("stopping rows", ({ training: { rows, span } }) => `${rows.stop}, from ${dayText(span.stopFromSec)}`),
    row("newest label", ({ training }) => dayText(training.span.untilSec)),
    row("series", ({ training }) => training.series.join(", ")),
    row("seed, networks", ({ training }) => `${training.seed}, ${training.networks}`),
    ...names.map((name): DiffRow => {
      const ratio = (means: typeof old): string => fixedText(means[name]?.toLogHar ?? Number.NaN);
      return [`QLIKE to own log-HAR, ${name}`, ratio(old), ratio(fresh)];
    }),
  ];
}
