/** What the differences of all models' cards are made of: verdict, table, data files. Markdown. */
import type { PromotionDecision } from "./promotion-decision.ts";

/** One line of the table: name, value of the champion, value of the challenger. */
export type DiffRow = readonly [string, string, string];

/** A data file as a manifest names it. */
interface NamedFile {
  readonly name: string;
  readonly sha256: string;
}

const DIGITS = 4;
const MS_PER_SECOND = 1_000;

/**
 * Title, decision and the figures that it rests on.
 *
 * @param loss what was compared, with its unit, e.g. "QLIKE".
 */
export function verdictLines(id: string, decision: PromotionDecision, loss: string): readonly string[] {
  const { championLoss, challengerLoss, statistic, pValue, lags, times, fromSec, toSec } = decision;
  return [
    `# ${id}: champion and challenger`,
    "",
    decision.promote ? "**Promoted.**" : `**Not promoted** (${decision.reason}).`,
    "",
    `On ${times} times that neither has seen (${dayText(fromSec)} to ${dayText(toSec)}): mean ${loss} ${fixedText(championLoss)}`,
    `of the champion, ${fixedText(challengerLoss)} of the challenger. Diebold-Mariano ${fixedText(statistic)},`,
    `p = ${fixedText(pValue)} (${lags} lags; negative favours the challenger).`,
    "",
  ];
}

/** A table of both; a value of the challenger that did not change reads "same". */
export function diffTable(rows: readonly DiffRow[]): readonly string[] {
  const lines = rows.map(([name, old, fresh]) => `| ${name} | ${old} | ${old === fresh ? "same" : fresh} |`);
  return ["| | champion | challenger |", "|---|---|---|", ...lines];
}

/** Files that are new, changed, or not read any more. */
export function fileLines(old: readonly NamedFile[], fresh: readonly NamedFile[]): readonly string[] {
  const before = new Map(old.map(({ name, sha256 }) => [name, sha256]));
  const after = new Set(fresh.map(({ name }) => name));
  const changed = fresh.flatMap(({ name, sha256 }) => {
    const known = before.get(name);
    if (known === sha256) return [];
    return [`- ${name}: ${known === undefined ? "new" : "changed"}, \`${sha256}\``];
  });
  const gone = old.filter(({ name }) => !after.has(name)).map(({ name }) => `- ${name}: not read any more`);
  const lines = [...changed, ...gone];
  return lines.length === 0 ? ["The same files."] : lines;
}

/** Day of a time in seconds, `2026-01-31`. */
export function dayText(timeSec: number): string {
  return new Date(timeSec * MS_PER_SECOND).toISOString().slice(0, "2000-01-01".length);
}

/** Four digits, or "unknown" for what is no number. */
export function fixedText(value: number): string {
  return Number.isFinite(value) ? value.toFixed(DIGITS) : "unknown";
}
