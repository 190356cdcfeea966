/** Charts of a position's past. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { PositionTrailSchema } from "../../api/contract/trails.ts";
import { formatBps, formatHealth } from "../core/format.ts";

type Point = z.infer<typeof PositionTrailSchema>["points"][number];

/** Health above this is drawn at this height: the line near 1 is what matters. */
const SHOWN_HEALTH = 5;

/** Bounds that are drawn with a ratio. */
export interface DrawnBounds {
  readonly rhoFloorBps: number;
  readonly rhoCeilingBps: number;
}

/** ρ in force, its target and what the first operator asked for, between floor and ceiling of the class. */
export function ratioChart(points: readonly Point[], bounds: DrawnBounds | null): TemplateResult {
  const highest = Math.max(
    0,
    ...points.flatMap((point) => [point.rhoBps, point.rhoTargetBps, point.scoredRhoBps ?? 0]),
  );
  // A ceiling far above everything would press the lines flat: it is named below instead.
  const isCeilingNear = bounds !== null && bounds.rhoCeilingBps <= 2 * highest;
  const level = (name: string, bps: number) => ({
    name,
    colour: "--soft",
    isDashed: true,
    values: points.map(() => bps),
  });
  const last = points.at(-1);
  const spec = {
    summary: `Collateral ratio, ${points.length} points${last === undefined ? "" : `; newest ${formatBps(last.rhoBps)}, target ${formatBps(last.rhoTargetBps)}`}`,
    timesSec: points.map(({ atSec }) => atSec),
    lines: [
      { name: "ρ in force", colour: "--calm", isStep: true, values: points.map(({ rhoBps }) => rhoBps) },
      { name: "target", colour: "--warn", isStep: true, values: points.map(({ rhoTargetBps }) => rhoTargetBps) },
      {
        name: "asked by operator 1",
        colour: "--ink",
        isDashed: true,
        values: points.map(({ scoredRhoBps }) => scoredRhoBps),
      },
      ...(bounds === null ? [] : [level("floor", bounds.rhoFloorBps)]),
      ...(isCeilingNear ? [level("ceiling", bounds.rhoCeilingBps)] : []),
    ],
    format: formatBps,
  };
  const limits =
    bounds === null
      ? html`Bounds unknown.`
      : html`Bounds of the class: ${formatBps(bounds.rhoFloorBps)} to ${formatBps(bounds.rhoCeilingBps)}.`;
  return html`<plimsoll-chart .spec=${spec}></plimsoll-chart><p class="note">${limits}</p>`;
}

/** Health with the line below which it can be liquidated; gaps are unknown. */
export function healthChart(points: readonly Point[]): TemplateResult {
  const last = points.at(-1);
  const spec = {
    summary: `Health, ${points.length} points; newest ${last === undefined ? "unknown" : formatHealth(last.health)}`,
    timesSec: points.map(({ atSec }) => atSec),
    lines: [
      {
        name: "health",
        colour: "--calm",
        values: points.map(({ health }) => (health === null ? null : Math.min(health, SHOWN_HEALTH))),
      },
      { name: "liquidation", colour: "--bad", isDashed: true, values: points.map(() => 1) },
    ],
    format: (value: number) => (value >= SHOWN_HEALTH ? `≥ ${SHOWN_HEALTH}` : value.toFixed(2)),
  };
  return html`<plimsoll-chart .spec=${spec}></plimsoll-chart>
    <p class="note">Gaps are unknown; above ${SHOWN_HEALTH} the line stays at ${SHOWN_HEALTH}.</p>`;
}
