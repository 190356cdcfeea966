/** Bounds of a class as a table of present and proposed values; what is proposed is part of the address. */
import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { BOUNDS_FIELDS, type BoundsField } from "../../domain/bounds-fields.ts";
import type { RiskClass } from "../../domain/risk-class.ts";
import { firstWidened } from "../../rules/class-narrowing.ts";
import { formatBps, formatSpan } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { formatRoute, withQuery } from "../core/route.ts";

/** What is edited. */
export interface EditedBounds {
  readonly bounds: RiskClass;
  readonly proposed: RiskClass;
  readonly faults: readonly string[];
}

const MINUTE_SEC = 60;

/** The editor with a sentence on what kind of change it is. */
export function boundsEditor({ bounds, proposed, faults }: EditedBounds, scene: Scene): TemplateResult {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Bounds, scrollable"><table id="bounds" class="editor" aria-label="Bounds now and proposed">
      <thead><tr><th scope="col">bound</th><th scope="col" class="number">now</th><th scope="col">proposed</th></tr></thead>
      <tbody>${BOUNDS_FIELDS.map((field) => row(field, { bounds, proposed }, scene))}</tbody>
    </table></div>
    <p role="status" class=${faults.length > 0 ? "low" : "note"}>${verdict({ bounds, proposed, faults })}</p>
    <p><button type="button" @click=${() => scene.go(cleared(scene))}>Back to the present bounds</button></p>
  `;
}

function row(
  field: BoundsField,
  { bounds, proposed }: Pick<EditedBounds, "bounds" | "proposed">,
  scene: Scene,
): TemplateResult {
  const { key, name, unit, read } = field;
  const text = scene.route.query.get(key) ?? "";
  const [now, then] = [read(bounds), read(proposed)];
  const tone = then === now ? "" : "near";
  return html`<tr>
    <th scope="row"><label for="bound-${key}">${name}</label></th>
    <td class="number">${shown(now, unit)}</td>
    <td>
      <input id="bound-${key}" inputmode="numeric" size="7" placeholder=${now} .value=${live(text)}
        @change=${(event: Event) => change(event, key, scene)} />
      <small>${unit}</small>${then === now ? nothing : html` <span class=${tone}>${shown(then, unit)}</span>`}
    </td>
  </tr>`;
}

function shown(value: number, unit: BoundsField["unit"]): string {
  if (unit === "bps") return formatBps(value);
  return formatSpan(unit === "min" ? value * MINUTE_SEC : value);
}

function verdict({ bounds, proposed, faults }: EditedBounds): string {
  if (faults.length > 0) return `Cannot be proposed: ${faults.join(", ")}.`;
  if (BOUNDS_FIELDS.every(({ read }) => read(bounds) === read(proposed))) return "Nothing is changed.";
  const widened = firstWidened(bounds, proposed);
  if (widened === null) return "Narrows only: the short delay of the timelock holds.";
  return `Widens (${widened}): the long delay of the timelock holds.`;
}

function change(event: Event, key: string, scene: Scene): void {
  if (event.target instanceof HTMLInputElement) scene.go(withQuery(scene.route, { [key]: event.target.value.trim() }));
}

function cleared({ route: { path, query } }: Scene): string {
  return formatRoute(path, new Map([["class", query.get("class") ?? ""]]));
}
