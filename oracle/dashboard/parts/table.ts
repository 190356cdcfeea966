/** Tables: sorted by their heads, walked through with the arrow keys, and drawn in part when they are long. */
import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { Scene } from "../core/page.ts";
import { withQuery } from "../core/route.ts";

/** One column. */
export interface Column<Row> {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly className?: string;
  /** Colour of a cell. */
  readonly tone?: (row: Row) => string;
  readonly cell: (row: Row) => unknown;
  /** Name in the address and value to sort by; without it the column cannot be sorted by. `null` sorts as unknown: first. */
  readonly sort?: { readonly key: string; readonly by: (row: Row) => number | string | null };
}

/** A table. */
export interface TableInput<Row> {
  readonly id: string;
  /** For those who cannot see the heading above it. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** Instead of a table without rows. */
  readonly empty: string;
  readonly scene: Scene;
}

/** Longer tables are drawn in part. */
const GREATEST_WHOLE = 150;
/** Height of a row in a long table, pixels: `tables.css` says the same. */
const ROW_PX = 31;
/** Rows drawn above and below what is seen. */
const MARGIN_ROWS = 12;
/** Seen before anybody has scrolled. */
const FIRST_SEEN_PX = 640;

/** Draws a table; the first column is the name of the row. */
export function table<Row>(input: TableInput<Row>): TemplateResult {
  const { id, name, rows, empty } = input;
  if (rows.length === 0) return html`<p id="${id}-empty" class="empty">${empty}</p>`;
  const sorted = sortRows(input);
  const isLong = rows.length > GREATEST_WHOLE;
  const { first, last } = isLong ? seenRows(id, rows.length) : { first: 0, last: rows.length };
  return html`<div
    id="${id}-frame"
    class="scroll ${isLong ? "long" : ""}"
    tabindex="0"
    role="region"
    aria-label="${name}, scrollable"
    @scroll=${isLong ? () => onScroll(input) : nothing}
  >
    <table id=${id} aria-label=${name} aria-rowcount=${isLong ? rows.length + 1 : nothing} @keydown=${walk}>
      <thead><tr aria-rowindex=${isLong ? 1 : nothing}>${input.columns.map((column) => head(column, input.scene))}</tr></thead>
      <tbody>
        ${spacer(first)}
        ${repeat(sorted.slice(first, last), input.keyOf, (row, index) => bodyRow(row, isLong ? first + index + 2 : null, input))}
        ${spacer(rows.length - last)}
      </tbody>
    </table>
  </div>`;
}

function seenRows(id: string, count: number): { readonly first: number; readonly last: number } {
  // Asked of the document each time: a frame that was made anew stands at its top, whatever the one before did.
  const frame = document.getElementById(`${id}-frame`);
  const topPx = frame?.scrollTop ?? 0;
  const heightPx = frame?.clientHeight || FIRST_SEEN_PX;
  const first = Math.max(0, Math.min(Math.floor(topPx / ROW_PX), count) - MARGIN_ROWS);
  return { first, last: Math.min(count, first + Math.ceil(heightPx / ROW_PX) + 2 * MARGIN_ROWS) };
}

/** Draws again before the margin is used up. */
function onScroll({ scene }: { readonly scene: Scene }): void {
  requestAnimationFrame(scene.redraw);
}

function spacer(rows: number): unknown {
  if (rows === 0) return nothing;
  return html`<tr class="spacer" aria-hidden="true"><td .style=${`height: ${rows * ROW_PX}px`}></td></tr>`;
}

function head<Row>({ name, isNumber, sort }: Column<Row>, scene: Scene): TemplateResult {
  const className = isNumber === true ? "number" : "";
  if (sort === undefined) return html`<th scope="col" class=${className}>${name}</th>`;
  const now = scene.route.query.get("sort") ?? "";
  const isUp = now === sort.key;
  const isDown = now === `-${sort.key}`;
  const order = isUp ? "ascending" : isDown ? "descending" : nothing;
  const next = isUp ? `-${sort.key}` : sort.key;
  return html`<th scope="col" class=${className} aria-sort=${order}>
    <button type="button" @click=${() => scene.go(withQuery(scene.route, { sort: next }))}>
      ${name}<span aria-hidden="true">${isUp ? " ↑" : isDown ? " ↓" : ""}</span>
    </button>
  </th>`;
}

function bodyRow<Row>(row: Row, index: number | null, { columns, keyOf }: TableInput<Row>): TemplateResult {
  const [first, ...others] = columns;
  return html`<tr data-row=${keyOf(row)} aria-rowindex=${index ?? nothing}>
    <th scope="row">${first?.cell(row)}</th>
    ${others.map((column) => html`<td class=${classOf(column, row)}>${column.cell(row)}</td>`)}
  </tr>`;
}

function classOf<Row>({ isNumber, className, tone }: Column<Row>, row: Row): string {
  return [isNumber === true ? "number" : "", className ?? "", tone?.(row) ?? ""].filter(Boolean).join(" ");
}

/** Sorted by the column that the address names; in the given order without one. */
function sortRows<Row>({ rows, columns, scene }: TableInput<Row>): readonly Row[] {
  const wanted = scene.route.query.get("sort") ?? "";
  const sort = columns.find((column) => column.sort?.key === wanted.replace(/^-/, ""))?.sort;
  if (sort === undefined) return rows;
  const direction = wanted.startsWith("-") ? -1 : 1;
  return rows.toSorted((left, right) => direction * compare(sort.by(left), sort.by(right)));
}

/** What is unknown comes before everything that is known. */
function compare(left: number | string | null, right: number | string | null): number {
  if (left === null || right === null)
    return Number(right === null) - Number(left === null) === 0 ? 0 : left === null ? -1 : 1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "en");
}

const STEPS: Readonly<Record<string, "previousElementSibling" | "nextElementSibling">> = {
  ArrowUp: "previousElementSibling",
  ArrowDown: "nextElementSibling",
};

/** Arrow keys go from the link of one row to that of the next. */
function walk(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  if (step === undefined || !(event.target instanceof Element)) return;
  const link = event.target.closest("tr")?.[step]?.querySelector("a");
  if (link === null || link === undefined) return;
  event.preventDefault();
  link.focus();
}
