/** A round that can be explained, as it is kept: inputs, the signed observation that commits to them, and its evidence. */
import { z } from "zod";
import { digestOf } from "../../consensus/observe.ts";
import { decodeMessage, encodeMessage } from "../../consensus/wire.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { PlimsollError } from "../../domain/errors.ts";
import type { EvidencePart, Observation, SignedObservation } from "../../domain/report.ts";
import type { Hex } from "../../domain/units.ts";
import type { InputsCommitment } from "./commit-inputs.ts";

/** One round of one operator. */
export interface ExplainedRound {
  /** Digest of the report that counted the observation. */
  readonly reportDigest: Hex;
  readonly signed: SignedObservation;
  /** What the report's evidence hash is made of. */
  readonly evidence: readonly EvidencePart[];
  readonly inputs: InputsCommitment;
}

/** What a round left behind. */
export interface RoundTraces {
  readonly own: Observation;
  readonly inputs: InputsCommitment;
  readonly reportDigest: Hex;
  readonly evidence: readonly EvidencePart[];
}

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value));
const integer = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform((text) => BigInt(text));

/** Parts of the evidence hash. */
export const evidenceSchema = z.array(z.object({ digest: hex, signature: hex }));

const roundSchema = z.object({
  reportDigest: hex,
  observation: z.string(),
  evidence: evidenceSchema,
  root: hex,
  assets: z.record(hex, z.string()),
  positions: z.array(
    z.object({
      sourceIndex: z.number(),
      positionId: integer,
      text: z.string(),
      signed: z.object({ rhoBps: z.number(), piBps: z.number(), score: z.number() }),
    }),
  ),
});

/** The round with the operator's signature; `null` where the report did not count its observation: nothing then binds it. */
export function boundRound({ own, inputs, reportDigest, evidence }: RoundTraces): ExplainedRound | null {
  const digest = digestOf(own);
  const part = evidence.find((one) => one.digest === digest);
  if (part === undefined) return null;
  return { reportDigest, signed: { observation: own, signature: part.signature }, evidence, inputs };
}

/** Text to keep. */
export function encodeRound({ reportDigest, signed, evidence, inputs }: ExplainedRound): string {
  const { root, assets, positions } = inputs;
  return canonicalJson({ reportDigest, observation: encodeSigned(signed), evidence, root, assets, positions });
}

/** Reads {@link encodeRound}; throws zod's error, or `OBSERVATION_MALFORMED`, for anything else. */
export function decodeRound(text: string): ExplainedRound {
  const { reportDigest, observation, evidence, ...inputs } = roundSchema.parse(JSON.parse(text));
  return { reportDigest, signed: decodeSigned(observation), evidence, inputs };
}

/** A signed observation as operators send it. */
export function encodeSigned(signed: SignedObservation): string {
  return encodeMessage({ kind: "observation", signed });
}

/**
 * Reads {@link encodeSigned}.
 *
 * @throws PlimsollError `OBSERVATION_MALFORMED`.
 */
export function decodeSigned(text: string): SignedObservation {
  const message = decodeMessage(text);
  if (message.ok && message.value.kind === "observation") return message.value.signed;
  throw new PlimsollError({
    code: "OBSERVATION_MALFORMED",
    problem: `A signed observation cannot be read${message.ok ? "" : `: ${message.detail}`}.`,
    remedy: "Ask for it again from the operator who signed it.",
  });
}
