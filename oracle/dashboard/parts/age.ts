/** Ages: every figure says how old it is, and looks old when it is. */
import { html, type TemplateResult } from "lit-html";
import { formatSpan, formatTime } from "../core/format.ts";

/** Beyond this a figure of a round is old: the oracle's heartbeat is six hours (deployments/local/config.json). */
const OLD_SEC = 21_600;

/** Age of something at a market time, greyed when it is old; `null` is unknown. */
export function age(atSec: number | null, nowSec: number, oldSec = OLD_SEC): TemplateResult {
  if (atSec === null) return html`<span class="low">age unknown</span>`;
  const seconds = Math.max(0, nowSec - atSec);
  const tone = seconds > oldSec ? "age old" : "age";
  const words = seconds > oldSec ? `${formatSpan(seconds)} old` : `${formatSpan(seconds)} ago`;
  return html`<time class=${tone} datetime=${new Date(atSec * 1_000).toISOString()} title="${formatTime(atSec)} UTC">${words}</time>`;
}
