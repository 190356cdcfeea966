/** What would have to happen for a position to be liquidatable: by price, by ratio, by collateral. */
import { html, type TemplateResult } from "lit-html";
import { formatBps, formatNumber, formatShare } from "../core/format.ts";
import { liquidationPrice, liquidationRhoBps } from "../core/liquidation.ts";
import { LIQUIDATION_HEALTH, type Position } from "../core/order.ts";
import { age } from "./age.ts";
import type { DrawnBounds } from "./trail-charts.ts";

/** What is known beside the position. */
export interface Surroundings {
  readonly spot: { readonly price: number; readonly atSec: number } | null;
  readonly bounds: DrawnBounds | null;
  readonly nowSec: number;
}

/** A list of sentences with their numbers. */
export function counterfactuals(row: Position, around: Surroundings): TemplateResult {
  return html`<ul class="facts-list">
    <li id="liquidation-price">${priceSentence(row, around)}</li>
    <li>${targetSentence(row)}</li>
    <li>${ratioSentence(row, around.bounds)}</li>
  </ul>`;
}

function priceSentence(row: Position, { spot, nowSec }: Surroundings): TemplateResult {
  const price = liquidationPrice(row);
  const isSafe = row.kind === "put" ? price === 0 : price === Number.POSITIVE_INFINITY;
  if (isSafe) return html`<b>No price</b> of ${row.asset} makes it liquidatable: it is fully covered.`;
  if (!Number.isFinite(price) || price === 0)
    return html`<b class="low">Liquidatable at any price</b> at the ρ of now.`;
  const side = row.kind === "put" ? "below" : "above";
  const sentence = html`Liquidatable with ${row.asset} ${side} <b>$ ${formatNumber(Math.round(price))}</b> at the ρ of now`;
  if (spot === null) return html`${sentence}; <span class="low">the distance is unknown</span> without quotes.`;
  const move = price / spot.price - 1;
  const words = move < 0 ? "a fall" : "a rise";
  return html`${sentence}: ${words} of <b>${formatShare(Math.abs(move))}</b> from $ ${formatNumber(Math.round(spot.price))}
    (${age(spot.atSec, nowSec)}).`;
}

function targetSentence(row: Position): TemplateResult {
  if (row.rhoTargetBps === row.rhoBps)
    return html`No ramp is running: ρ stays at ${formatBps(row.rhoBps)} until the next report.`;
  const atTarget = row.health === null ? null : (row.health * row.rhoBps) / row.rhoTargetBps;
  if (atTarget === null)
    return html`ρ is on its way to ${formatBps(row.rhoTargetBps)}; <span class="low">health there is unknown</span>.`;
  const tone = atTarget < LIQUIDATION_HEALTH ? "low" : "";
  return html`ρ is on its way to ${formatBps(row.rhoTargetBps)}: at the price of now health would be
    <b class=${tone}>${atTarget.toFixed(2)}</b> there.`;
}

function ratioSentence(row: Position, bounds: DrawnBounds | null): TemplateResult {
  const rho = liquidationRhoBps(row);
  if (rho === null) return html`<span class="low">Which ρ would be too much is unknown.</span>`;
  if (rho >= 10_000) return html`No ρ makes it liquidatable at the price of now.`;
  const beyond = bounds !== null && rho > bounds.rhoCeilingBps ? ", which the ceiling of its class rules out" : "";
  return html`Liquidatable at the price of now with a ρ above <b>${formatBps(rho)}</b>${beyond}.`;
}
