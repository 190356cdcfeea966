/** Implied volatility over strike and expiry, as a table coloured by height; beyond the quoted strikes it is marked. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { SurfaceSchema } from "../../api/contract/surface.ts";
import { formatShare, formatTime } from "../core/format.ts";
import { heatCell } from "./heat.ts";

type Surface = NonNullable<z.infer<typeof SurfaceSchema>["surface"]>;
type Slice = Surface["slices"][number];

/** Strikes over the forward, as K/F − 1. */
const MONEYNESS = [-0.3, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.3] as const;

/** The table. */
export function volTable({ slices }: Surface): TemplateResult {
  const values = slices.flatMap((slice) => MONEYNESS.map((moneyness) => volAt(slice, moneyness)));
  const range = { least: Math.min(...values), greatest: Math.max(...values) };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Implied volatility, scrollable">
      <table class="heat" aria-label="Implied volatility by expiry and strike">
        <thead><tr><th scope="col">expiry (UTC)</th>${MONEYNESS.map((one) => html`<th scope="col" class="number">${one === 0 ? "at the forward" : `${one > 0 ? "+" : ""}${formatShare(one, 0)}`}</th>`)}</tr></thead>
        <tbody>
          ${slices.map(
            (slice) => html`<tr>
              <th scope="row">${formatTime(slice.expirySec)}</th>
              ${MONEYNESS.map((moneyness) => {
                const vol = volAt(slice, moneyness);
                return heatCell({
                  value: vol,
                  ...range,
                  text: formatShare(vol),
                  note: isQuoted(slice, moneyness) ? null : "beyond the quoted strikes",
                });
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note">Columns: strike over forward. Cells in italics lie beyond the quoted strikes, where the surface may only raise what the rules say.</p>`;
}

/** Volatility off the raw SVI slice (Gatheral 2004): √(w(k)/T). */
function volAt({ svi, tenorYears }: Slice, moneyness: number): number {
  const distance = Math.log(1 + moneyness) - svi.m;
  const variance = svi.a + svi.b * (svi.rho * distance + Math.hypot(distance, svi.sigma));
  return Math.sqrt(Math.max(0, variance) / tenorYears);
}

function isQuoted({ lowestQuoted, highestQuoted }: Slice, moneyness: number): boolean {
  const strike = Math.log(1 + moneyness);
  return strike >= lowestQuoted && strike <= highestQuoted;
}
