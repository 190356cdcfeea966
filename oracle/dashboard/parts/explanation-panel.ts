/** Why a position has its numbers, in sentences: exact shares by meaning, what would change them, and what binds them to the chain. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { explanationRoute } from "../../api/contract/explanations.ts";
import { formatBps } from "../core/format.ts";
import { formatRoute } from "../core/route.ts";
import { age } from "./age.ts";
import { hash, unknown } from "./bits.ts";

/** The API's answer. */
export type Explained = z.infer<typeof explanationRoute.answer>;

/** Draws the explanation, or says that there is none. */
export function explanationPanel(answer: Explained | null, nowSec: number): TemplateResult {
  if (answer === null) return html`<p class="empty">Unknown: no report of this position has been explained yet.</p>`;
  const { explanation, reportDigest, operator } = answer;
  if (explanation === null)
    return html`<p class="empty">Unknown: the inputs of the newest report could not be explained.</p>`;
  const { reference, meanings, counterfactuals, signed } = explanation;
  return html`
    <p class="note">
      ${reference.text} There ρ would be ${formatBps(reference.rhoBps)} and the score ${reference.score}; here
      ${hash(operator)} signed ${formatBps(signed.rhoBps)} and ${signed.score} ${age(explanation.atSec, nowSec)}.
    </p>
    <ul class="facts-list">${meanings.map(({ text }) => html`<li>${text}</li>`)}</ul>
    ${
      counterfactuals.length === 0
        ? nothing
        : html`<h4>Scored again with one thing changed</h4>
        <ul class="facts-list">${counterfactuals.map(({ text }) => html`<li>${text}</li>`)}</ul>`
    }
    <p class="note">
      Inputs ${hash(explanation.inputsHash)} of
      ${reportDigest === null ? unknown("no report") : html`<a href=${formatRoute(["report", reportDigest])}>report ${answer.epoch}</a>`}:
      anyone can compute this explanation anew from them.
    </p>
  `;
}
