/** Small pieces that every page is made of. */
import { html, nothing, type TemplateResult } from "lit-html";
import { formatAddress } from "../core/format.ts";

/** One figure of a strip. */
export interface Figure {
  readonly name: string;
  readonly value: unknown;
  /** Beside the value, in less weight. */
  readonly note?: unknown;
  readonly tone?: "low" | "near" | "calm" | undefined;
}

/** A strip of figures. */
export function figures(list: readonly Figure[]): TemplateResult {
  return html`<dl class="figures">
    ${list.map(
      ({ name, value, note, tone }) =>
        html`<div><dt>${name}</dt><dd class=${tone ?? ""}>${value}${note === undefined ? nothing : html`<small>${note}</small>`}</dd></div>`,
    )}
  </dl>`;
}

/** A state in a frame; states that are not known to be good are never green. */
export function tag(state: string): TemplateResult {
  return html`<span class="tag ${state}">${state}</span>`;
}

/** A section with a heading of its own. */
export function panel(id: string, name: unknown, content: unknown): TemplateResult {
  return html`<section id="${id}-section" class="panel" aria-labelledby="${id}-title">
    <h3 id="${id}-title">${name}</h3>
    ${content}
  </section>`;
}

/** The word for what nobody could compute; never a number, never green. */
export function unknown(text = "unknown"): TemplateResult {
  return html`<span class="low">${text}</span>`;
}

/** A value, or the word for an unknown one. */
export function orUnknown<Value>(value: Value | null, write: (value: Value) => unknown): unknown {
  return value === null ? unknown() : write(value);
}

/** An address or hash in short, whole in its title. */
export function hash(text: string): TemplateResult {
  return html`<span class="address" title=${text}>${formatAddress(text)}</span>`;
}
