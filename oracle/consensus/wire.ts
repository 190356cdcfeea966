/** Messages of a round as bytes: JSON, big integers as decimal text, payloads packed as on chain, checked by schema. */
import { bytesToHex, hexToBytes } from "viem";
import { z } from "zod";
import type { Outcome } from "../domain/errors.ts";
import type { Attestation, RiskReport, SignedObservation, SignedReport } from "../domain/report.ts";
import type { Hex } from "../domain/units.ts";
import {
  decodeClassQuantiles,
  decodeEntries,
  ENTRY_BYTES,
  encodeClassQuantiles,
  encodeEntries,
  QUANTILE_BYTES,
} from "../rules/report-codec.ts";

/** What operators say to each other in a round. */
export type RoundMessage =
  | { readonly kind: "observation"; readonly signed: SignedObservation }
  | {
      readonly kind: "proposal";
      /** All observations that the report is to be made of. */
      readonly observations: readonly SignedObservation[];
      /** Digest of the report that the sender computed from them. */
      readonly digest: Hex;
    }
  | { readonly kind: "attestation"; readonly signed: SignedReport };

/** Most operators of a set: bits of the signer bitmap in use (architecture §4). */
const MAX_OPERATORS = 31;
const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffff_ffff;
const UINT40_MAX = 2 ** 40 - 1;
/** Digits of 2^64 − 1. */
const UINT64_PATTERN = /^(0|[1-9]\d{0,19})$/;
const UINT64_MAX = 2n ** 64n - 1n;

const isHex = (text: string): text is Hex => /^0x([0-9a-f]{2})*$/.test(text);
const hex = z.string().refine(isHex);
const hexBytes = (length: number) => hex.refine((text) => text.length === 2 + 2 * length);
const ADDRESS_BYTES = 20;
const HASH_BYTES = 32;
const COMPACT_SIGNATURE_BYTES = 64;

const uint = (max: number) => z.number().int().min(0).max(max);
const uint64 = z
  .string()
  .regex(UINT64_PATTERN)
  .transform((text) => BigInt(text))
  .refine((value) => value <= UINT64_MAX);
const hash = hexBytes(HASH_BYTES);
const packedList = (size: number) => hex.refine((text) => (text.length - 2) % (2 * size) === 0);

const slotSchema = z.strictObject({ configDigest: hash, epoch: uint64 });
const anchorSchema = z.strictObject({ blockNumber: uint64, blockHash: hash, timestampSec: uint(UINT40_MAX) });

const observationSchema = z
  .strictObject({
    slot: slotSchema,
    operator: hexBytes(ADDRESS_BYTES),
    anchor: anchorSchema,
    bundleHash: hash,
    featureSchemaHash: hash,
    inputsRoot: hash,
    fallbackBits: uint(UINT32_MAX),
    oldestInputAgeSec: uint(UINT32_MAX),
    entries: packedList(ENTRY_BYTES),
    classQuantiles: packedList(QUANTILE_BYTES),
  })
  .transform((packed, context) => {
    try {
      return {
        ...packed,
        entries: decodeEntries(hexToBytes(packed.entries)),
        classQuantiles: decodeClassQuantiles(hexToBytes(packed.classQuantiles)),
      };
    } catch (error) {
      // The codec refuses lists that do not ascend; from a peer that is bad input, not a broken assumption of ours.
      context.addIssue({ code: "custom", message: String(error) });
      return z.NEVER;
    }
  });
const signedObservationSchema = z.strictObject({
  observation: observationSchema,
  signature: hexBytes(COMPACT_SIGNATURE_BYTES),
});

const reportSchema = z.strictObject({
  epoch: uint64,
  signerSetVersion: uint(UINT32_MAX),
  observedAt: uint(UINT40_MAX),
  validUntil: uint(UINT40_MAX),
  chunkIndex: uint(UINT16_MAX),
  chunkCount: uint(UINT16_MAX),
  entriesHash: hash,
  classQuantilesHash: hash,
  positionsRoot: hash,
  bundleHash: hash,
  evidenceHash: hash,
  dispersionBps: uint(UINT16_MAX),
}) satisfies z.ZodType<RiskReport>;
const attestationSchema = z.strictObject({
  slot: slotSchema,
  digest: hash,
  operator: hexBytes(ADDRESS_BYTES),
  signature: hexBytes(COMPACT_SIGNATURE_BYTES),
}) satisfies z.ZodType<Attestation>;

const messageSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("observation"), signed: signedObservationSchema }),
  z.strictObject({
    kind: z.literal("proposal"),
    observations: z.array(signedObservationSchema).max(MAX_OPERATORS),
    digest: hash,
  }),
  z.strictObject({
    kind: z.literal("attestation"),
    signed: z.strictObject({ report: reportSchema, attestation: attestationSchema }),
  }),
]) satisfies z.ZodType<RoundMessage>;

/** Encodes a message; 1 000 positions take about 34 kB, a proposal that much for every operator. */
export function encodeMessage(message: RoundMessage): string {
  if (message.kind === "attestation") return toJson(message);
  if (message.kind === "observation") return toJson({ kind: message.kind, signed: packSigned(message.signed) });
  return toJson({ ...message, observations: message.observations.map(packSigned) });
}

function packSigned({ observation, signature }: SignedObservation) {
  const entries = bytesToHex(encodeEntries(observation.entries));
  const classQuantiles = bytesToHex(encodeClassQuantiles(observation.classQuantiles));
  return { observation: { ...observation, entries, classQuantiles }, signature };
}

/** Addresses come check-summed from libraries; the wire has one spelling of hexadecimal, lower case. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return item.toString();
    return typeof item === "string" && item.startsWith("0x") ? item.toLowerCase() : item;
  });
}

/** Decodes a frame from a peer; every field is checked for form and range. */
export function decodeMessage(text: string): Outcome<RoundMessage, "malformed"> {
  const parsed = messageSchema.safeParse(parseJson(text));
  if (!parsed.success) return { ok: false, reason: "malformed", detail: parsed.error.issues[0]?.path.join(".") ?? "" };
  return { ok: true, value: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses undefined like any other malformed frame.
    return undefined;
  }
}
