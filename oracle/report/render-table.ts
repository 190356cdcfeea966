/** A table as HTML: a caption, heads for columns and rows, and its own scroll bar where a phone is too narrow. */
import { escapeHtml } from "./escape-html.ts";
import { formatCell } from "./format-cell.ts";
import type { ReportTable } from "./report.ts";

/** Draws a table; without rows it says so in place of them. */
export function renderTable({ caption, columns, rows, strongRows = [] }: ReportTable): string {
  const head = columns.map(({ title }) => `<th scope="col">${escapeHtml(title)}</th>`).join("");
  const body = rows.map((row, place) => {
    const cells = columns.map((column, index) => {
      const cell = row[index] ?? null;
      const text = escapeHtml(formatCell(cell, column));
      if (index === 0) return `<th scope="row">${text}</th>`;
      return `<td${typeof cell === "string" ? ' class="text"' : ""}>${text}</td>`;
    });
    return `<tr${strongRows.includes(place) ? ' class="strong"' : ""}>${cells.join("")}</tr>`;
  });
  const filled =
    rows.length > 0
      ? body.join("")
      : `<tr><td class="text" colspan="${Math.max(1, columns.length)}">No rows.</td></tr>`;
  const label = escapeHtml(caption);
  return `<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table><caption>${label}</caption><thead><tr>${head}</tr></thead><tbody>${filled}</tbody></table></div>`;
}
