/** Cells coloured by how high their value is; the number is always written in them. */
import { html, type TemplateResult } from "lit-html";

/** One cell. */
export interface HeatInput {
  readonly value: number;
  /** Values that get no colour and the full one. */
  readonly least: number;
  readonly greatest: number;
  readonly text: unknown;
  /** Said in the title, and shown by italics; `null` for none. */
  readonly note: string | null;
}

/** The full colour still leaves the text readable. */
const FULL_SHARE = 36;

/** Draws the cell. */
export function heatCell({ value, least, greatest, text, note }: HeatInput): TemplateResult {
  const share = greatest > least ? (value - least) / (greatest - least) : 0;
  const percent = `${Math.round(Math.min(1, Math.max(0, share)) * FULL_SHARE)}%`;
  return html`<td class="number heat-cell ${note === null ? "" : "outside"}" title=${note ?? ""} .style=${`--heat: ${percent}`}>${text}</td>`;
}
