/** Table rows of the page. Texts enter as text nodes only: nothing from the API is ever read as HTML. */
import type { Delivery, Position, Report } from "./answers.ts";
import {
  formatAddress,
  formatBps,
  formatHealth,
  formatNumber,
  formatReason,
  formatTime,
  type Reason,
} from "./format.ts";
import { LIQUIDATION_HEALTH } from "./order.ts";

/** Below this a position is coloured as near to liquidation. */
const NEAR_LIQUIDATION = 1.2;
const SHOWN_REASONS = 3;

/** A row of the table of open positions. */
export function openRow(row: Position): HTMLTableRowElement {
  return tableRow(row, [
    healthCell(row.health),
    tagCell(row.status),
    ratioCell(row),
    numberCell(formatBps(row.piBps)),
    numberCell(row.score.toString()),
    reasonsCell(row.reasons),
    numberCell(formatNumber(row.size)),
    cell(formatTime(row.expirySec)),
    addressCell(row.owner),
  ]);
}

/** A row of the table of ended positions: with the last values in force, without a health. */
export function endedRow(row: Position): HTMLTableRowElement {
  const isOver = row.status === "closed" || row.status === "settled";
  return tableRow(row, [
    tagCell(isOver ? row.status : "expired"),
    numberCell(formatBps(row.rhoBps)),
    numberCell(formatBps(row.piBps)),
    numberCell(row.score.toString()),
    numberCell(formatNumber(row.size)),
    cell(formatTime(row.expirySec)),
    addressCell(row.owner),
  ]);
}

/** A row of the table of reports. */
export function reportRow(row: Report): HTMLTableRowElement {
  const tr = document.createElement("tr");
  const skipped = Object.entries(row.skipped).map(([reason, count]) => `${reason} ${count}`);
  tr.append(
    rowHeader(row.epoch),
    tagCell(row.state),
    cell(formatTime(row.observedAtSec)),
    numberCell(row.entries.toString()),
    numberCell(row.applied.toString()),
    cell(skipped.join(" · ") || "–", "wrap"),
    numberCell(row.signers.length.toString()),
    numberCell(row.gasUsed === null ? "–" : formatNumber(Number(row.gasUsed))),
  );
  return tr;
}

/** A row of the table of held reports. */
export function heldRow(row: Delivery["heldReports"][number]): HTMLTableRowElement {
  const tr = document.createElement("tr");
  tr.dataset.held = row.digest;
  const name = row.chunkIndex === 0 ? row.epoch : `${row.epoch} part ${row.chunkIndex + 1}`;
  tr.append(
    rowHeader(name, formatAddress(row.digest)),
    tagCell(row.state),
    cell(formatTime(row.heldAtSec)),
    cell(formatTime(row.releasableUntilSec)),
    cell(row.decidedAtSec === null ? "–" : formatTime(row.decidedAtSec)),
    numberCell(row.entries === null ? "unknown" : row.entries.toString()),
    numberCell(row.tightened.toString()),
    numberCell(formatBps(row.tighteningBps)),
  );
  return tr;
}

function tableRow(row: Position, cells: readonly HTMLElement[]): HTMLTableRowElement {
  const tr = document.createElement("tr");
  tr.dataset.position = row.id;
  tr.dataset.source = row.sourceIndex.toString();
  const name = row.sourceIndex === 0 ? `#${row.id}` : `source ${row.sourceIndex} #${row.id}`;
  tr.append(rowHeader(`${row.asset} ${formatNumber(row.strike)} ${row.kind}`, name), ...cells);
  return tr;
}

/** The first cell of a row, with a name of less weight behind it. */
export function rowHeader(text: string, id = ""): HTMLTableCellElement {
  const th = document.createElement("th");
  th.scope = "row";
  th.append(text);
  if (id !== "") th.append(" ", small(id));
  return th;
}

function small(text: string): HTMLElement {
  const element = document.createElement("small");
  element.textContent = text;
  return element;
}

/** A cell of text. */
export function cell(text: string, className = ""): HTMLTableCellElement {
  const td = document.createElement("td");
  td.textContent = text;
  td.className = className;
  return td;
}

/** A cell of a number. */
export function numberCell(text: string, tone = ""): HTMLTableCellElement {
  return cell(text, `number ${tone}`.trim());
}

function tagCell(state: string): HTMLTableCellElement {
  const td = document.createElement("td");
  const tag = document.createElement("span");
  tag.className = `tag ${state}`;
  tag.textContent = state;
  td.append(tag);
  return td;
}

function addressCell(address: string): HTMLTableCellElement {
  const td = cell(formatAddress(address), "address");
  td.title = address;
  return td;
}

/** One line a reason, so that the table does not grow as wide as the longest three names together. */
function reasonsCell(reasons: readonly Reason[]): HTMLTableCellElement {
  const td = cell("", "reasons");
  const lines = reasons.slice(0, SHOWN_REASONS).map((reason) => {
    const line = document.createElement("span");
    line.textContent = formatReason(reason);
    return line;
  });
  td.append(...(lines.length === 0 ? ["–"] : lines.flatMap((line) => [line, " "])));
  return td;
}

function healthCell(health: number | null): HTMLTableCellElement {
  return numberCell(formatHealth(health), healthTone(health));
}

function healthTone(health: number | null): string {
  if (health === null || health < LIQUIDATION_HEALTH) return "low";
  return health < NEAR_LIQUIDATION ? "near" : "";
}

function ratioCell(row: Position): HTMLTableCellElement {
  const text = `${formatBps(row.rhoBps)} → ${formatBps(row.rhoTargetBps)}`;
  if (row.rhoTargetBps === row.rhoBps) return numberCell(text);
  return numberCell(text, row.rhoTargetBps > row.rhoBps ? "up" : "down");
}
