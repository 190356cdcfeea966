/** What a ratio is made of: signed shares of ρ as bars. */
import { html, type TemplateResult } from "lit-html";
import { formatBps } from "../core/format.ts";
import type { Position } from "../core/order.ts";

const PERCENT = 100;

/** Bars of the contributions, the greatest first; they sum to ρ as it was scored. */
export function drivers({ reasons }: Pick<Position, "reasons">): TemplateResult {
  if (reasons.length === 0) return html`<p class="empty">Unknown: not scored yet.</p>`;
  const greatest = Math.max(...reasons.map(({ contributionBps }) => Math.abs(contributionBps)), 1);
  const sum = reasons.reduce((total, { contributionBps }) => total + contributionBps, 0);
  return html`<table class="bars" aria-label="Contributions to ρ">
      <tbody>
        ${reasons.map(({ factor, contributionBps }) => {
          const width = `${(Math.abs(contributionBps) / greatest) * PERCENT}%`;
          const sign = contributionBps < 0 ? "−" : "+";
          return html`<tr>
            <th scope="row">${factor}</th>
            <td class="bar"><span class=${contributionBps < 0 ? "down" : "up"} .style=${`width: ${width}`}></span></td>
            <td class="number">${sign}${formatBps(Math.abs(contributionBps))}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p class="note">Sum ${formatBps(sum)}: what the first operator asks for, before step, delay and drift of the chain.</p>`;
}
