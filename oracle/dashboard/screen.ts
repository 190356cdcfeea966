/** Writes answers, or the lack of them, into the page. */
import type { Answers, Delivery, JointRiskReport, Position } from "./answers.ts";
import { formatClock, formatTime } from "./format.ts";
import { LIQUIDATION_HEALTH, sortPositions } from "./order.ts";
import { jointRow, shownGroups } from "./risk-rows.ts";
import { endedRow, heldRow, openRow, reportRow } from "./rows.ts";

const HASH_DIGITS = 12;
const SECONDS_PER_HOUR = 3_600;

/** How far the shown state can be trusted: `live`, `still` (market time does not move), or `unknown`. */
export type Trust = "live" | "still" | "unknown";

/** Replaces tables, counts and footer by a fresh answer. */
export function showAnswers({ list, reports, delivery, risk }: Answers, refreshedAtMs: number): void {
  const { open, ended } = sortPositions(list.positions, list.marketTimeSec);
  fillTable("positions", open.map(openRow));
  fillTable("reports", reports.map(reportRow));
  fillTable("ended", ended.map(endedRow));
  fillTable("held", delivery.heldReports.map(heldRow));
  element("#held-section").hidden = delivery.heldReports.length === 0;
  showBreaker(delivery.breaker);
  showRisk(risk);
  element("#ended-count").textContent = ended.length.toString();
  element("#counts").textContent = countText(open);
  element("#market").textContent = `${list.dataSource} · market time ${formatTime(list.marketTimeSec)} UTC`;
  element("#refreshed").textContent = `last refresh ${formatClock(refreshedAtMs)} UTC`;
  element("#models").textContent = list.models
    .map((model) => `${model.id} ${model.sha256.slice(0, HASH_DIGITS)}…`)
    .join(" · ");
}

/** Says how far the page can be trusted; a text that did not change is not announced again. */
export function showTrust(trust: Trust, text: string): void {
  const status = element("#status");
  document.body.dataset.trust = trust;
  if (status.textContent !== text) status.textContent = text;
}

/** A banner for every mode but NORMAL; a text that did not change is not announced again. */
function showBreaker(breaker: Delivery["breaker"]): void {
  const banner = element("#breaker");
  const cause = breaker.cause === null ? "" : ` Reason: ${breaker.cause}.`;
  const since = breaker.sinceSec === null ? "" : ` Since ${formatTime(breaker.sinceSec)} UTC.`;
  const text = `${breaker.meaning}${cause}${since}`;
  banner.dataset.mode = breaker.mode;
  banner.hidden = breaker.mode === "NORMAL";
  if (banner.textContent !== text) banner.textContent = text;
}

function showRisk(risk: JointRiskReport | null): void {
  const groups = risk === null ? [] : shownGroups(risk.groups);
  fillTable("joint", groups.map(jointRow));
  element("#joint-section").hidden = groups.length === 0;
  if (risk === null) return;
  const left = risk.groups.length - groups.length;
  const hours = risk.horizonSec / SECONDS_PER_HOUR;
  element("#joint-note").textContent =
    `Over ${hours} h on ${risk.paths} paths, as of ${formatTime(risk.atSec)} UTC. Legs of one writer offset each other, collateral does not.` +
    (left === 0 ? "" : ` ${left} more writers at /v1/risk.`);
}

function countText(open: readonly Position[]): string {
  if (open.length === 0) return "";
  const endangered = open.filter(({ health }) => health !== null && health < LIQUIDATION_HEALTH).length;
  const unknown = open.filter(({ health }) => health === null).length;
  return `${open.length} open · ${endangered} below health 1 · ${unknown} of unknown health`;
}

/** Shows the table only when it has rows; otherwise the sentence that stands for an empty one, where there is one. */
function fillTable(id: string, rows: readonly HTMLTableRowElement[]): void {
  element(`#${id} tbody`).replaceChildren(...rows);
  element(`#${id}-frame`).hidden = rows.length === 0;
  const empty = document.querySelector<HTMLElement>(`#${id}-empty`);
  if (empty !== null) empty.hidden = rows.length > 0;
}

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`The page has no ${selector}.`);
  return found;
}
