/** A report's words and tables for the terminal. */
import { formatCell } from "./format-cell.ts";
import type { Report, ReportTable } from "./report.ts";

/** Title, paragraphs and aligned tables; charts are left to the page. */
export function renderText({ title, intro, sections }: Report): string {
  const blocks = sections.flatMap((section) => [
    `## ${section.title}`,
    ...(section.text ?? []),
    ...(section.tables ?? []).map(tableText),
  ]);
  return `${[`# ${title}`, ...intro, ...blocks].join("\n\n")}\n`;
}

function tableText({ caption, columns, rows }: ReportTable): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column, place) => formatCell(row[place] ?? null, column))),
  ];
  const widths = columns.map((_, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  const aligned = lines.map((line) =>
    line
      .map((cell, place) => (place === 0 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return [caption, ...aligned].join("\n");
}
