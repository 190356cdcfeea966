/** Ninety simulated days under present and proposed bounds: how far they are made, and what would have differed. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { HistoryReplaySchema, HistorySchema } from "../../api/contract/history.ts";
import type { Attempt } from "../core/ask.ts";
import { formatBps, formatNumber, formatSpan, formatTime, formatUsd } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { type Column, table } from "./table.ts";

type History = z.output<typeof HistorySchema>["history"];
type Replay = NonNullable<z.output<typeof HistoryReplaySchema>["replay"]>;
type Short = Replay["shorts"][number];
type Outcome = Replay["present"];

/** What the page has asked for. */
export interface ShownHistory {
  readonly history: History;
  /** `null` where it was not asked for: no class, bounds that contradict themselves, or no week yet. */
  readonly replay: Attempt<z.output<typeof HistoryReplaySchema>> | null;
}

const DAY_SEC = 86_400;

/** Draws the panel's content. */
export function historyPanel({ history, replay }: ShownHistory, scene: Scene): TemplateResult {
  if (history === null) {
    return html`<p class="empty">Unknown: this node makes no history, or is starting.</p>`;
  }
  return html`${progress(history)} ${history.weeksDone === 0 || replay === null ? nothing : answer(replay, scene)}`;
}

/** That it is simulated stands first, whatever follows. */
function progress(history: NonNullable<History>): TemplateResult {
  const { label, weeks, weeksDone, state, etaSec, fault, fromSec, toSec } = history;
  const days = Math.round((toSec - fromSec) / DAY_SEC);
  const left = etaSec === null ? "time left unknown" : `about ${formatSpan(etaSec)} left`;
  const how =
    state === "done"
      ? nothing
      : html`<p>
          <label for="history-progress">${weeksDone} of ${weeks} weeks made,
            ${state === "failed" ? html`<span class="low">stopped: ${fault}</span>` : left}</label>
          <progress id="history-progress" max=${weeks} value=${weeksDone}></progress>
        </p>`;
  return html`<p class="note">
      <b>Simulated history</b>, not a market that was: ${days} days of ${label}, to ${formatTime(toSec)} UTC, a scripted crash of 30 % in
      the last week. Scores are those of the node's own models; shorts are opened, topped up, flagged and liquidated by the mirror
      of vault and rule engine.
    </p>
    ${how}`;
}

function answer(replay: NonNullable<ShownHistory["replay"]>, scene: Scene): TemplateResult {
  if (!replay.ok) return html`<p role="status" class="low">${replay.problem}</p>`;
  const found = replay.answer.replay;
  if (found === null) {
    // Nobody tells when it is done: it is asked for again.
    scene.askSoon();
    return html`<p role="status" class="result">being replayed …</p>`;
  }
  const { asset, shorts, fromSec, toSec, classId } = found;
  if (shorts.length === 0)
    return html`<p class="empty">No short was in class ${classId} in ${formatSpan(toSec - fromSec)}.</p>`;
  const differing = shorts.filter(differs);
  return html`${outcomes(found, scene)}
    ${charts(found)}
    <details><summary>${differing.length} of ${shorts.length} shorts on ${asset} fare differently</summary>
      ${table({ id: "history-shorts", name: "Shorts that fare differently", rows: differing, columns: SHORT_COLUMNS, keyOf: ({ index }) => String(index), empty: "None.", scene })}
    </details>
    <p class="note">
      ${formatSpan(toSec - fromSec)} replayed. Scores are those of the sizes at opening; the market does not answer to liquidations; other
      classes keep their present bounds.
    </p>`;
}

interface OutcomeRow {
  readonly name: string;
  readonly present: string;
  readonly proposed: string;
  readonly note: string;
}

function outcomes({ present, proposed, asset }: Replay, scene: Scene): TemplateResult {
  const market = `all of ${asset}`;
  const row = (name: string, write: (outcome: Outcome) => string, note = ""): OutcomeRow => ({
    ...{ name, note, present: write(present), proposed: write(proposed) },
  });
  const rows = [
    row("mean ρ", ({ meanRhoBps }) => bps(meanRhoBps)),
    row("greatest ρ", ({ greatestRhoBps }) => bps(greatestRhoBps)),
    row("clamped", ({ clamped }) => formatNumber(clamped), "reports"),
    row("tightened", ({ tightened }) => formatNumber(tightened), "reports"),
    row("loosened", ({ loosened }) => formatNumber(loosened), "reports"),
    row("flagged", ({ flagged }) => formatNumber(flagged), "shorts"),
    row("liquidated", ({ liquidated }) => formatNumber(liquidated), "shorts"),
    row("collateral locked $", ({ lockedUsd }) => formatUsd(lockedUsd), "mean over the hours"),
    row("shortfall $", ({ shortfallUsd }) => formatUsd(shortfallUsd), market),
    row("cost of liquidations $", ({ chargeUsd }) => formatUsd(chargeUsd), market),
  ];
  return table({
    id: "history-outcome",
    name: "What would have differed",
    rows,
    columns: OUTCOME_COLUMNS,
    keyOf: ({ name }) => name,
    empty: "",
    scene,
  });
}

const OUTCOME_COLUMNS: readonly Column<OutcomeRow>[] = [
  { name: "what", cell: ({ name, note }) => html`${name} ${note === "" ? nothing : html`<small>${note}</small>`}` },
  { name: "present bounds", isNumber: true, cell: ({ present }) => present },
  {
    name: "proposed bounds",
    isNumber: true,
    tone: ({ present, proposed }) => (present === proposed ? "" : "near"),
    cell: ({ present, proposed }) => (present === proposed ? "the same" : proposed),
  },
];

function charts({ points }: Replay): TemplateResult {
  const timesSec = points.map(({ atSec }) => atSec);
  const rho = {
    summary: "Mean ρ of the class over the simulated days under both bounds",
    timesSec,
    lines: [
      { name: "present bounds", colour: "--calm", values: points.map(({ presentRhoBps }) => presentRhoBps) },
      { name: "proposed bounds", colour: "--warn", values: points.map(({ proposedRhoBps }) => proposedRhoBps) },
      { name: "asked for", colour: "--ink", isDashed: true, values: points.map(({ askedRhoBps }) => askedRhoBps) },
    ],
    format: formatBps,
  };
  const locked = {
    summary: "Collateral of the class over the simulated days under both bounds",
    timesSec,
    lines: [
      { name: "present bounds", colour: "--calm", values: points.map(({ presentLockedUsd }) => presentLockedUsd) },
      { name: "proposed bounds", colour: "--warn", values: points.map(({ proposedLockedUsd }) => proposedLockedUsd) },
    ],
    format: (usd: number) => `$ ${formatUsd(usd)}`,
  };
  return html`<plimsoll-chart .spec=${rho}></plimsoll-chart><plimsoll-chart .spec=${locked}></plimsoll-chart>`;
}

function differs({ present, proposed }: Short): boolean {
  return JSON.stringify(present) !== JSON.stringify(proposed);
}

function bps(value: number | null): string {
  return value === null ? "no short" : formatBps(value);
}

const pair = (now: string, then: string) => (now === then ? now : html`${now} → <b class="near">${then}</b>`);
const fateText = ({ isFlagged, isLiquidated }: Short["present"]) =>
  isLiquidated ? "liquidated" : isFlagged ? "flagged" : "kept";

const SHORT_COLUMNS: readonly Column<Short>[] = [
  {
    name: "short",
    cell: ({ strike, kind, index }) => html`${formatNumber(strike)} ${kind} <small>simulated ${index}</small>`,
  },
  { name: "opened", cell: ({ openSec }) => formatTime(openSec) },
  { name: "expiry", cell: ({ expirySec }) => formatTime(expirySec) },
  { name: "contracts", isNumber: true, cell: ({ size }) => formatNumber(size) },
  {
    name: "mean ρ",
    isNumber: true,
    cell: ({ present, proposed }) => pair(bps(present.meanRhoBps), bps(proposed.meanRhoBps)),
  },
  {
    name: "greatest ρ",
    isNumber: true,
    cell: ({ present, proposed }) => pair(bps(present.greatestRhoBps), bps(proposed.greatestRhoBps)),
  },
  {
    name: "locked $",
    isNumber: true,
    cell: ({ present, proposed }) => pair(formatUsd(present.lockedUsd), formatUsd(proposed.lockedUsd)),
  },
  { name: "fate", cell: ({ present, proposed }) => pair(fateText(present), fateText(proposed)) },
];
