/** Figures behind a decision about a model: whatever the log holds, as names and values. */
import { html, type TemplateResult } from "lit-html";
import { formatNumber } from "../core/format.ts";

const GREATEST_DEPTH = 3;
const GREATEST_TEXT = 160;

/** Names and values of a record, nested ones with a dot; `null` for one that holds nothing. */
export function comparison(detail: unknown): TemplateResult | null {
  const facts = flatten(detail, "", GREATEST_DEPTH);
  if (facts.length === 0) return null;
  return html`<span class="pairs">${facts.map(([name, value]) => html`<span><small>${name}</small> ${value}</span> `)}</span>`;
}

function flatten(value: unknown, name: string, depth: number): readonly (readonly [string, string])[] {
  if (value === null || value === undefined) return name === "" ? [] : [[name, "unknown"]];
  if (typeof value === "object" && depth > 0) {
    return Object.entries(value).flatMap(([key, part]) =>
      flatten(part, name === "" ? key : `${name}.${key}`, depth - 1),
    );
  }
  return [[name, textOf(value)]];
}

function textOf(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > GREATEST_TEXT ? `${text.slice(0, GREATEST_TEXT)} …` : text;
}
