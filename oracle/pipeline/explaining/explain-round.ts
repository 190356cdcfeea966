/** Explanations of one kept round, from nothing but the inputs that it committed to. */
import { z } from "zod";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { ExplanationFault, PositionExplanation } from "../../domain/explanation.ts";
import {
  EXPLANATION_FORMAT,
  type ExplainedCase,
  explainPositions,
} from "../../scoring/explanation/explain-positions.ts";
import type { ScoringSettings } from "../../scoring/scoring-settings.ts";
import { type CommittedPosition, hashText, type InputsCommitment, settingsHash } from "./commit-inputs.ts";
import { decodeAssetInputs, decodePositionInputs } from "./inputs-codec.ts";

/** What became of one position. */
export interface ExplainedEntry {
  readonly sourceIndex: number;
  readonly positionId: bigint;
  /** `null` with the reason beside it. */
  readonly explanation: PositionExplanation | null;
  readonly fault: ExplanationFault | null;
}

/**
 * Explains every committed position, or only those that `isWanted`.
 *
 * @throws PlimsollError `EXPLANATION_OTHER_SETTINGS` when the scores were made with other settings than these.
 */
export function explainRound(
  { assets, positions }: Pick<InputsCommitment, "assets" | "positions">,
  settings: ScoringSettings,
  isWanted: (position: CommittedPosition) => boolean = () => true,
): readonly ExplainedEntry[] {
  const own = settingsHash(settings);
  const wanted = positions
    .filter(isWanted)
    .map((committed) => ({ committed, inputs: decodePositionInputs(committed.text) }));
  const other = wanted.find(({ inputs }) => inputs.settingsHash !== own);
  if (other !== undefined) throw otherSettings(other.inputs.settingsHash, own);
  return Object.entries(assets).flatMap(([assetHash, text]) => {
    const group = wanted.filter(({ inputs }) => inputs.assetHash === assetHash);
    if (group.length === 0) return [];
    const cases = group.map(
      ({ committed, inputs }): ExplainedCase => ({
        explained: inputs,
        inputsHash: hashText(committed.text),
        signed: committed.signed,
      }),
    );
    const outcomes = explainPositions({ asset: decodeAssetInputs(text), cases, settings });
    return group.map(({ committed: { sourceIndex, positionId } }, place): ExplainedEntry => {
      const outcome = outcomes[place];
      if (outcome?.ok === true) return { sourceIndex, positionId, explanation: outcome.value, fault: null };
      return { sourceIndex, positionId, explanation: null, fault: outcome?.reason ?? "not-scored" };
    });
  });
}

const integer = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform((text) => BigInt(text));
const FAULTS = ["incomplete", "not-the-signed-score", "not-scored"] as const satisfies readonly ExplanationFault[];
const entriesSchema = z.array(
  z.object({
    sourceIndex: z.number(),
    positionId: integer,
    // Written by this very program, version and all; anything older is explained again.
    explanation: z
      .custom<PositionExplanation>(
        (value) =>
          typeof value === "object" && value !== null && "format" in value && value.format === EXPLANATION_FORMAT,
      )
      .nullable(),
    fault: z.enum(FAULTS).nullable(),
  }),
);

/** Text of a round's explanations. */
export function encodeExplanations(entries: readonly ExplainedEntry[]): string {
  return canonicalJson(entries);
}

/** Reads {@link encodeExplanations}; `null` for what another version of this program wrote. */
export function decodeExplanations(text: string): readonly ExplainedEntry[] | null {
  const parsed = entriesSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

function otherSettings(found: string, own: string): PlimsollError<"EXPLANATION_OTHER_SETTINGS"> {
  return new PlimsollError({
    code: "EXPLANATION_OTHER_SETTINGS",
    problem: `The scores were made with settings ${found}; this program has ${own}.`,
    remedy: "Explain them with the version of the program that scored them.",
    context: { found, own },
  });
}
