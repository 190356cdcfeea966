/** A model card: headings, tables, lists and paragraphs of Markdown as elements. Texts are text nodes only. */
import { html, type TemplateResult } from "lit-html";

/** Draws a card; what is no heading, table or list is a paragraph. */
export function cardText(text: string): TemplateResult {
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== "");
  return html`<div class="card-text">${blocks.map((block) => drawBlock(block.trim()))}</div>`;
}

function drawBlock(block: string): TemplateResult {
  const lines = block.split("\n");
  const [first = ""] = lines;
  if (first.startsWith("#")) {
    const rest = lines.slice(1).join("\n").trim();
    return html`<h4>${plain(first.replace(/^#+\s*/, ""))}</h4>${rest === "" ? "" : drawBlock(rest)}`;
  }
  if (first.startsWith("|")) return drawTable(lines);
  if (/^[-*] /.test(first))
    return html`<ul>${block.split(/\n(?=[-*] )/).map((item) => html`<li>${plain(item.slice(2))}</li>`)}</ul>`;
  return html`<p>${plain(block)}</p>`;
}

function drawTable(lines: readonly string[]): TemplateResult {
  const rows = lines.filter((line) => !/^\|[\s:|-]+\|$/.test(line)).map(cellsOf);
  const [head = [], ...body] = rows;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of the card, scrollable">
    <table>
      <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
      <tbody>${body.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => plain(cell.trim()));
}

/** Marks of emphasis and code say nothing here. */
function plain(text: string): string {
  return text.replaceAll(/\*\*|`/g, "");
}
