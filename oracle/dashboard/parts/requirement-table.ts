/** ρ that positions which do not exist would need, by moneyness, tenor and size, beside the static grid. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { RequirementsSchema } from "../../api/contract/requirements.ts";
import type { Attempt } from "../core/ask.ts";
import { formatBps, formatNumber, formatShare } from "../core/format.ts";
import type { Scene } from "../core/page.ts";
import { age } from "./age.ts";
import { heatCell } from "./heat.ts";

type Surface = NonNullable<z.output<typeof RequirementsSchema>["requirements"]>;
type Cell = Surface["cells"][number];

/** What the node said, or that it is not there yet. */
export function requirementPanel(asked: Attempt<z.output<typeof RequirementsSchema>>, scene: Scene): TemplateResult {
  if (!asked.ok) return html`<p class="empty">Unknown: ${asked.problem}</p>`;
  const surface = asked.answer.requirements;
  if (surface === null) {
    // Nobody tells when it is done: it is asked for again.
    scene.askSoon();
    return html`<p class="empty" role="status">Being worked out, once the first round is signed …</p>`;
  }
  const sizes = distinct(surface.cells, ({ notionalUsd }) => notionalUsd);
  const doubt = surface.isDoubted
    ? html`<p class="low">The market of that round was in doubt: the values are conservative.</p>`
    : nothing;
  return html`<p class="note">
      What the scoring would ask of a new position alone in its series, in the market of the round
      ${age(surface.atSec, scene.status.marketTimeSec)}, inside the bounds of its class. Large figures: ${usd(sizes[0] ?? 0)} of notional;
      small ones: ${sizes.slice(1).map(usd).join(", ")}, and what the static grid would ask.
      ${surface.fallbacks.length === 0 ? "" : `Stood in: ${surface.fallbacks.join(", ")}.`}
    </p>
    ${doubt} ${kindTable("put", surface)} ${kindTable("call", surface)}`;
}

function kindTable(kind: Cell["kind"], { cells, asset }: Surface): TemplateResult {
  const own = cells.filter((cell) => cell.kind === kind);
  const tenors = distinct(own, ({ tenorDays }) => tenorDays);
  const strikes = distinct(own, ({ moneyness }) => moneyness);
  const greatest = Math.max(1, ...own.map(({ rhoBps }) => rhoBps));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="ρ of new ${kind}s, scrollable">
    <table class="heat" aria-label="ρ of new ${kind}s on ${asset} beside the static grid">
      <thead><tr><th scope="col">${kind}, strike over spot</th>${tenors.map((days) => html`<th scope="col" class="number">${formatNumber(days)} d</th>`)}</tr></thead>
      <tbody>
        ${strikes.map(
          (moneyness) => html`<tr>
            <th scope="row">${formatShare(moneyness, 0)} <small>${distance(kind, moneyness)}</small></th>
            ${tenors.map((days) =>
              placeCell(
                own.filter((cell) => cell.moneyness === moneyness && cell.tenorDays === days),
                greatest,
              ),
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** One place in all sizes; the colour repeats the first one's figure. */
function placeCell([first, ...larger]: readonly Cell[], greatest: number): TemplateResult {
  if (first === undefined) return html`<td class="number"><span aria-label="not asked">–</span></td>`;
  const more = larger.map(({ notionalUsd, rhoBps }) => `${usd(notionalUsd)}: ${formatBps(rhoBps)}`).join(" · ");
  const text = html`<b>${formatBps(first.rhoBps)}</b> <small class="sizes">${more}</small>
    <small class="sizes">grid ${formatBps(first.gridBps)}</small>`;
  return heatCell({ value: first.rhoBps, least: 0, greatest, text, note: null });
}

/** Said in words, too: out of the money is below the spot for a put, above it for a call. */
function distance(kind: Cell["kind"], moneyness: number): string {
  if (moneyness === 1) return "at the money";
  return (kind === "put") === moneyness < 1 ? "out" : "in";
}

function distinct(cells: readonly Cell[], of: (cell: Cell) => number): readonly number[] {
  return [...new Set(cells.map(of))].toSorted((left, right) => left - right);
}

function usd(amount: number): string {
  return amount >= 1e6 ? `$ ${formatNumber(amount / 1e6)} M` : `$ ${formatNumber(amount)}`;
}
