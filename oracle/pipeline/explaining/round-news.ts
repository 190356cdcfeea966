/** What people are told of an explained round: one line, of the position that is farthest from an ordinary one. */
import type { PositionExplanation } from "../../domain/explanation.ts";
import { BPS } from "../../domain/units.ts";
import type { ExplainedEntry } from "./explain-round.ts";

/** A round that has been explained. */
export interface ExplainedNews {
  readonly epoch: bigint;
  readonly entries: readonly ExplainedEntry[];
}

const PERCENT = 100;

/** The round's line; none where nothing was explained. */
export function roundNews({ epoch, entries }: ExplainedNews): readonly string[] {
  const explained = entries.flatMap(({ sourceIndex, explanation }) =>
    explanation === null ? [] : [{ sourceIndex, explanation }],
  );
  const [first] = explained.toSorted((left, right) => distance(right.explanation) - distance(left.explanation));
  if (first === undefined) return [];
  const { sourceIndex, explanation } = first;
  const ratio = ((explanation.signed.rhoBps * PERCENT) / BPS).toFixed(1);
  const reason = explanation.meanings[0]?.text ?? "";
  return [
    `explained ${explained.length} scores of report ${epoch}; ${sourceIndex}:${explanation.id} ρ ${ratio}%: ${reason}`,
  ];
}

function distance({ signed, reference }: PositionExplanation): number {
  return Math.abs(signed.rhoBps - reference.rhoBps);
}
