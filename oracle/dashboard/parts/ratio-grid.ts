/** ρ that open positions need now, by moneyness, tenor and size, with the static grid beside it. */
import { html, type TemplateResult } from "lit-html";
import { staticGridRho } from "../../scoring/static-grid.ts";
import { formatBps, formatNumber } from "../core/format.ts";
import type { Position } from "../core/order.ts";
import { heatCell } from "./heat.ts";

/** The market that positions are placed in. */
export interface GridMarket {
  readonly asset: string;
  /** USD. */
  readonly spot: number;
  /** Decimal a year; `null` when it is unknown: the grid then assumes its own. */
  readonly vol: number | null;
  readonly nowSec: number;
}

/** Upper edges of the distance out of the money, as a share of the spot; in the money lies below 0. */
const DISTANCES = [0, 0.05, 0.1, 0.2, 0.35, Number.POSITIVE_INFINITY] as const;
const DISTANCE_NAMES = ["in the money", "0–5 % out", "5–10 %", "10–20 %", "20–35 %", "beyond"] as const;
/** Upper edges of the tenor, days. */
const TENORS = [1, 3, 7, 14, 30, 90, Number.POSITIVE_INFINITY] as const;
const TENOR_NAMES = ["to 1 d", "to 3 d", "to 7 d", "to 14 d", "to 30 d", "to 90 d", "longer"] as const;
const DAY_SEC = 86_400;
const YEAR_SEC = 365 * DAY_SEC;

interface Placed {
  readonly row: Position;
  readonly gridBps: number;
  readonly place: string;
}

/** A table for calls or puts; empty cells have no position, which says nothing about what they would need. */
export function ratioGrid(kind: Position["kind"], positions: readonly Position[], market: GridMarket): TemplateResult {
  const placed = positions
    .filter((row) => row.kind === kind && row.asset === market.asset && row.expirySec > market.nowSec)
    .map((row) => placeOf(row, market));
  if (placed.length === 0) return html`<p class="empty">No open ${kind} on ${market.asset}.</p>`;
  const byPlace = Map.groupBy(placed, ({ place }) => place);
  const greatest = Math.max(...placed.map(({ row }) => row.rhoTargetBps));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="ρ of ${kind}s, scrollable">
    <table class="heat" aria-label="ρ of ${kind}s on ${market.asset} beside the static grid">
      <thead><tr><th scope="col">${kind}s</th>${TENOR_NAMES.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
      <tbody>
        ${DISTANCE_NAMES.map(
          (name, distance) => html`<tr>
            <th scope="row">${name}</th>
            ${TENOR_NAMES.map((_, tenor) => cell(byPlace.get(`${distance}:${tenor}`) ?? [], greatest))}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function placeOf(row: Position, { asset, spot, vol, nowSec }: GridMarket): Placed {
  const out = row.kind === "put" ? (spot - row.strike) / spot : (row.strike - spot) / spot;
  const days = (row.expirySec - nowSec) / DAY_SEC;
  const distance = DISTANCES.findIndex((edge) => out <= edge);
  const tenor = TENORS.findIndex((edge) => days <= edge);
  const gridBps = staticGridRho({ asset, series: row, spot, tenorYears: (row.expirySec - nowSec) / YEAR_SEC, vol });
  return { row, gridBps, place: `${distance}:${tenor}` };
}

/** Mean ρ, that of the smallest and of the largest position where they differ, and the grid's. */
function cell(placed: readonly Placed[], greatest: number): TemplateResult {
  if (placed.length === 0) return html`<td class="number"><span aria-label="no position">–</span></td>`;
  const bySize = placed.toSorted((left, right) => left.row.size - right.row.size);
  const mean = (of: (one: Placed) => number) => placed.reduce((sum, one) => sum + of(one), 0) / placed.length;
  const [smallest, largest] = [bySize[0], bySize.at(-1)];
  const sizes =
    smallest === undefined || largest === undefined || smallest === largest
      ? ""
      : `${formatNumber(smallest.row.size)} contracts: ${formatBps(smallest.row.rhoTargetBps)}; ${formatNumber(largest.row.size)}: ${formatBps(largest.row.rhoTargetBps)}`;
  const value = mean(({ row }) => row.rhoTargetBps);
  const text = html`<b>${formatBps(value)}</b> <small>grid ${formatBps(mean(({ gridBps }) => gridBps))} · ${placed.length}</small>
    ${sizes === "" ? "" : html`<small class="sizes">${sizes}</small>`}`;
  return heatCell({ value, least: 0, greatest, text, note: null });
}
