/** Explanations of scores: what is asked and what is answered. */
import { z } from "zod";
import { INPUT_SOURCES, MEANINGS } from "../../domain/explanation.ts";
import type { Hex } from "../../domain/units.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";
import { PositionIdSchema } from "./positions.ts";

/** The same texts, typed as what they are. */
const HexText = HexSchema.refine((text): text is Hex => text.startsWith("0x"));

const numbers = {
  rhoBps: z.number().describe("Collateral ratio ρ, basis points"),
  piBps: z.number().describe("Liquidation penalty π, basis points"),
  score: z.number().describe("Points, 0…600"),
};

const ExplanationSchema = z
  .object({
    format: z.number().int().describe("Version of the rules that the explanation is computed by"),
    source: HexText,
    id: z.string(),
    asset: z.string(),
    atSec: z.number().describe("Time of the round, seconds since the epoch"),
    inputsHash: HexText.describe("keccak256 of the position's inputs"),
    signed: z.object(numbers).describe("As this operator signed them; the report has the median of all operators"),
    reference: z
      .object({ kind: z.enum(["usual-day", "class-default"]), text: z.string(), ...numbers })
      .describe("What the position is compared with"),
    meanings: z
      .array(
        z.object({
          meaning: z.enum(MEANINGS).describe("Group of inputs"),
          ...numbers,
          text: z.string().describe("The reason in words"),
        }),
      )
      .describe("Exact Shapley values, the largest first; they sum to signed − reference"),
    sources: z
      .array(z.object({ source: z.enum(INPUT_SOURCES), ...numbers }))
      .describe("The same by where the inputs come from"),
    completenessGap: z.number().describe("|sum − difference|; above 1e-9 nothing is shown"),
    counterfactuals: z.array(
      z.object({
        kind: z.enum(["less-volatility", "more-collateral", "liquidation", "no-doubt"]),
        changedTo: z
          .number()
          .describe("Share of today's volatility; collateral per contract; spot in USD; 1 for no doubt"),
        result: z.number().describe("ρ in basis points, score or health after the change, scored again"),
        text: z.string(),
      }),
    ),
  })
  .meta({ id: "Explanation" });

const ProofSchema = z
  .object({
    positionInputs: z.string().describe("Canonical JSON; its keccak256 is the explanation's inputsHash"),
    assetInputs: z.string().describe("Canonical JSON; its keccak256 is the assetHash of positionInputs"),
    siblings: z.array(HexText).describe("From the leaf to inputsRoot"),
    inputsRoot: HexText,
    observation: z.string().describe("The operator's signed observation, which holds inputsRoot"),
    evidence: z
      .array(z.object({ digest: HexText, signature: HexText }))
      .describe("keccak256 over these is the report's evidenceHash on chain"),
  })
  .meta({ id: "ExplanationProof" });

/** Answer with everything that binds it to the chain. */
const ExplanationAnswerSchema = z.object({
  epoch: z.string().describe("Of the report that counted the observation"),
  reportDigest: HexText,
  operator: HexText,
  explanation: ExplanationSchema.nullable().describe("null where there is none that adds up; see fault"),
  fault: z.enum(["incomplete", "not-the-signed-score", "not-scored"]).nullable(),
  proof: ProofSchema,
});

/** Explanation of one position's score. */
export const explanationRoute = declareRoute({
  path: "/v1/positions/{id}/explanation",
  name: "explanation",
  summary: "Why the position's numbers are what they are, with the proof that it is of a report on chain.",
  room: "positions",
  params: { id: PositionIdSchema },
  query: {
    source: HexSchema.optional().describe("Address of the position source"),
    report: z
      .string()
      .regex(/^\d{1,20}$/, "an epoch is a decimal integer")
      .optional()
      .describe("Epoch of a report that is still kept; the newest explained one by default"),
  },
  answer: ExplanationAnswerSchema,
  errors: { POSITION_UNKNOWN: 404, EXPLANATION_UNKNOWN: 404 },
});
