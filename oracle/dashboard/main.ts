/** The web page: positions with their enforced and target parameters, and the last reports, refreshed by polling. */
import type { PositionRow, ReportRow } from "../domain/view.ts";
import { formatBps, formatReason, formatTime } from "./format.ts";

interface PositionList {
  readonly marketTimeSec: number;
  readonly dataSource: string;
  readonly models: readonly { readonly id: string; readonly sha256: string }[];
  readonly positions: readonly PositionRow[];
}

const REFRESH_MS = 2_000;
const NEAR_LIQUIDATION = 1.2;
const SHOWN_REASONS = 3;
const HASH_DIGITS = 12;

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`The page has no ${selector}.`);
  return found;
}

function cell(text: string, className = ""): HTMLTableCellElement {
  const td = document.createElement("td");
  td.textContent = text;
  td.className = className;
  return td;
}

function tagCell(state: string): HTMLTableCellElement {
  const td = document.createElement("td");
  const tag = document.createElement("span");
  tag.className = `tag ${state}`;
  tag.textContent = state;
  td.append(tag);
  return td;
}

function healthCell(health: number | null): HTMLTableCellElement {
  if (health === null) return cell("unknown", "number low");
  const tone = health < 1 ? " low" : health < NEAR_LIQUIDATION ? " near" : "";
  return cell(health.toFixed(2), `number${tone}`);
}

function ratioCell(row: PositionRow): HTMLTableCellElement {
  const direction = row.rhoTargetBps > row.rhoBps ? " up" : row.rhoTargetBps < row.rhoBps ? " down" : "";
  return cell(`${formatBps(row.rhoBps)} → ${formatBps(row.rhoTargetBps)}`, `number${direction}`);
}

function positionRow(row: PositionRow): HTMLTableRowElement {
  const tr = document.createElement("tr");
  tr.dataset["position"] = row.id;
  tr.append(
    cell(row.id),
    cell(`${row.asset} ${row.strike} ${row.kind}`),
    cell(formatTime(row.expirySec)),
    cell(row.size.toString(), "number"),
    ratioCell(row),
    cell(formatBps(row.piBps), "number"),
    cell(row.score.toString(), "number"),
    healthCell(row.health),
    tagCell(row.status),
    cell(row.reasons.slice(0, SHOWN_REASONS).map(formatReason).join(" · ")),
  );
  return tr;
}

function reportRow(row: ReportRow): HTMLTableRowElement {
  const tr = document.createElement("tr");
  const skipped = Object.entries(row.skipped).map(([reason, count]) => `${reason} ${count}`);
  tr.append(
    cell(row.epoch, "number"),
    cell(formatTime(row.observedAtSec)),
    tagCell(row.state),
    cell(row.entries.toString(), "number"),
    cell(row.applied.toString(), "number"),
    cell(skipped.join(" · ") || "–"),
    cell(row.signers.length.toString(), "number"),
    cell(row.gasUsed ?? "–", "number"),
  );
  return tr;
}

async function getJson<Body>(path: string): Promise<Body> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return await response.json();
}

async function refresh(): Promise<void> {
  const status = element("#status");
  try {
    const [list, reports] = await Promise.all([
      getJson<PositionList>("/v1/positions"),
      getJson<readonly ReportRow[]>("/v1/reports?limit=12"),
    ]);
    element("#positions tbody").replaceChildren(...list.positions.map(positionRow));
    element("#reports tbody").replaceChildren(...reports.map(reportRow));
    element("#models").textContent = list.models
      .map((model) => `${model.id} ${model.sha256.slice(0, HASH_DIGITS)}…`)
      .join(" · ");
    status.textContent = `${list.dataSource} · market time ${formatTime(list.marketTimeSec)} UTC`;
    status.className = "";
  } catch (error) {
    // Without an answer the page says "unknown": what it shows may be old.
    status.textContent = `state unknown: ${error instanceof Error ? error.message : String(error)}`;
    status.className = "unknown";
  }
}

await refresh();
setInterval(() => void refresh(), REFRESH_MS);
