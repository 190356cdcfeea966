/** Operators by rounds: one mark for what each did. Shape and letter say the same as the colour. */
import { html, type TemplateResult } from "lit-html";
import type { z } from "zod";
import type { RoundSchema } from "../../api/contract/rounds.ts";
import { formatAddress } from "../core/format.ts";

type Round = z.infer<typeof RoundSchema>;
type Voice = Round["voices"][number];

const MARKS = {
  signed: { letter: "■", meaning: "signed the report" },
  agreed: { letter: "▪", meaning: "agreed, signature not needed" },
  observed: { letter: "□", meaning: "observed, holds no report" },
  silent: { letter: "×", meaning: "did not observe" },
} as const;

/** The map, the oldest round on the left, with its legend. */
export function quorumMap(rounds: readonly Round[]): TemplateResult {
  const ascending = rounds.toReversed();
  const operators = [...new Set(rounds.flatMap(({ voices }) => voices.map(({ operator }) => operator)))];
  if (operators.length === 0) return html`<p class="empty">No round yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Who signed, scrollable">
      <table id="quorum-map" class="map" aria-label="Who signed">
        <tbody>
          ${operators.map(
            (operator) => html`<tr>
              <th scope="row" title=${operator}>${formatAddress(operator)}</th>
              ${ascending.map((round) => mark(round, operator))}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note legend">
      ${Object.entries(MARKS).map(([name, { letter, meaning }]) => html`<span><i class=${name} aria-hidden="true">${letter}</i> ${meaning}</span>`)}
    </p>`;
}

function mark({ epoch, voices }: Round, operator: string): TemplateResult {
  const kind = kindOf(voices.find((voice) => voice.operator === operator));
  const { letter, meaning } = MARKS[kind];
  return html`<td class=${kind} title="epoch ${epoch}: ${meaning}">${letter}</td>`;
}

function kindOf(voice: Voice | undefined): keyof typeof MARKS {
  if (voice === undefined || !voice.observed) return "silent";
  if (voice.signed) return "signed";
  return voice.agreed ? "agreed" : "observed";
}
