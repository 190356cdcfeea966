/** What would have been: the class's positions of the past under present and under proposed bounds. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { PositionTrailSchema } from "../../api/contract/trails.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { formatBps, formatSpan } from "../core/format.ts";
import { LIQUIDATION_HEALTH } from "../core/order.ts";
import type { Scene } from "../core/page.ts";
import { type ReplayedPosition, replayBounds } from "../core/replay-bounds.ts";
import { formatRoute } from "../core/route.ts";
import { type Column, table } from "./table.ts";

type Trail = z.infer<typeof PositionTrailSchema>;

/** A change of bounds. */
export interface BoundsChange {
  readonly classId: number;
  readonly current: RiskClass;
  readonly proposed: RiskClass;
  /** Names of the fields that differ. */
  readonly changed: readonly string[];
}

interface Replayed {
  readonly trail: Trail;
  readonly before: ReplayedPosition;
  readonly after: ReplayedPosition;
}

/** Ninety days, as the issue of a delegate asks; what is there may be less and is said. */
const WANTED_SEC = 90 * 86_400;

/** Draws the replay, or says why there is none. */
export function replayPanel(trails: readonly Trail[] | null, change: BoundsChange, scene: Scene): TemplateResult {
  if (trails === null) return html`<p class="empty">Unknown: this node tells nothing of the past.</p>`;
  const seen = trails.filter(({ points }) => points.length > 0);
  if (seen.length === 0) return html`<p class="empty">This node has seen no position of class ${change.classId}.</p>`;
  const replayed = seen.map(
    (trail): Replayed => ({
      trail,
      before: replayBounds(trail.points, change.classId, change.current),
      after: replayBounds(trail.points, change.classId, change.proposed),
    }),
  );
  return html`<p class="note">${spanText(seen)}</p>
    ${chart(replayed)}
    ${table({ id: "replay-table", name: "Replay by position", rows: replayed, columns: COLUMNS, keyOf: ({ trail }) => `${trail.source}:${trail.id}`, empty: "", scene })}
    <p class="note">
      What the first operator asked for, replayed through the chain's own rules from the class default on. Reactions of writers,
      and caps over whole reports, are left out.
    </p>`;
}

function spanText(trails: readonly Trail[]): string {
  const times = trails.flatMap(({ points }) => [points[0]?.atSec ?? 0, points.at(-1)?.atSec ?? 0]);
  const spanSec = Math.max(...times) - Math.min(...times);
  const points = trails.reduce((sum, trail) => sum + trail.points.length, 0);
  const short =
    spanSec < WANTED_SEC ? ` Less than the 90 days that a delegate would want: this node has seen no more.` : "";
  return `${trails.length} positions, ${points} points over ${formatSpan(spanSec)}.${short}`;
}

/** Mean ρ of the class over time. */
function chart(replayed: readonly Replayed[]): TemplateResult {
  const times = [...new Set(replayed.flatMap(({ trail }) => trail.points.map(({ atSec }) => atSec)))].toSorted(
    (a, b) => a - b,
  );
  const spec = {
    summary: "Mean ρ of the class under present and proposed bounds",
    timesSec: times,
    lines: [
      {
        name: "present bounds",
        colour: "--calm",
        isStep: true,
        values: meansAt(times, replayed, ({ before }) => before.rhoBps),
      },
      {
        name: "proposed bounds",
        colour: "--warn",
        isStep: true,
        values: meansAt(times, replayed, ({ after }) => after.rhoBps),
      },
      {
        name: "asked for",
        colour: "--ink",
        isDashed: true,
        values: meansAt(times, replayed, ({ trail }) => trail.points.map(({ scoredRhoBps }) => scoredRhoBps)),
      },
    ],
    format: formatBps,
  };
  return html`<plimsoll-chart .spec=${spec}></plimsoll-chart>`;
}

function meansAt(
  times: readonly number[],
  replayed: readonly Replayed[],
  valuesOf: (position: Replayed) => readonly (number | null)[],
): readonly (number | null)[] {
  const sums = new Map(times.map((time) => [time, { total: 0, count: 0 }]));
  for (const position of replayed) {
    const values = valuesOf(position);
    for (const [index, { atSec }] of position.trail.points.entries()) {
      const value = values[index] ?? null;
      const sum = sums.get(atSec);
      if (value === null || sum === undefined) continue;
      sum.total += value;
      sum.count += 1;
    }
  }
  return times.map((time) => {
    const { total, count } = sums.get(time) ?? { total: 0, count: 0 };
    return count === 0 ? null : total / count;
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const unhealthy = ({ health }: ReplayedPosition) =>
  health.filter((value) => value !== null && value < LIQUIDATION_HEALTH).length;
const pair = (now: string | number, then: string | number) =>
  now === then ? `${now}` : html`${now} → <b class="near">${then}</b>`;

const COLUMNS: readonly Column<Replayed>[] = [
  {
    name: "position",
    cell: ({ trail }) => html`<a href=${formatRoute(["position", trail.source, trail.id])}>#${trail.id}</a>`,
  },
  {
    name: "mean ρ",
    isNumber: true,
    cell: ({ before, after }) => pair(formatBps(mean(before.rhoBps)), formatBps(mean(after.rhoBps))),
  },
  {
    name: "greatest ρ",
    isNumber: true,
    cell: ({ before, after }) => pair(formatBps(Math.max(...before.rhoBps)), formatBps(Math.max(...after.rhoBps))),
  },
  { name: "clamped", isNumber: true, cell: ({ before, after }) => pair(before.clamped, after.clamped) },
  { name: "tightened", isNumber: true, cell: ({ before, after }) => pair(before.tightened, after.tightened) },
  { name: "loosened", isNumber: true, cell: ({ before, after }) => pair(before.loosened, after.loosened) },
  {
    name: "points below health 1",
    isNumber: true,
    cell: ({ before, after }) => pair(unhealthy(before), unhealthy(after)),
  },
];
