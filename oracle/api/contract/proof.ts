/** Proof of a position's values: the whole signed report, so that a reader can check it against the chain himself. */
import { z } from "zod";
import { AsOfSchema } from "./as-of.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";
import { PositionIdSchema } from "./positions.ts";

const DecimalSchema = z.string().regex(/^\d+$/);

/** A report's header, every field that its digest covers (EIP-712 `RiskReport`). */
const HeaderSchema = z.object({
  epoch: DecimalSchema,
  signerSetVersion: z.number().int(),
  observedAt: z.number().int(),
  validUntil: z.number().int(),
  chunkIndex: z.number().int(),
  chunkCount: z.number().int(),
  entriesHash: HexSchema.describe("keccak256 of `entries`"),
  classQuantilesHash: HexSchema,
  positionsRoot: HexSchema,
  bundleHash: HexSchema.describe("Hash of the models"),
  evidenceHash: HexSchema.describe("Hash of the operators' observations"),
  dispersionBps: z.number().int(),
});

/** What was signed and who signed it. */
export const ProofSchema = z
  .object({
    chainId: z.number().int(),
    oracle: HexSchema.describe("Contract that the signatures are bound to; a reader takes his own, not this one"),
    sourceIndex: z.number().int(),
    positionId: DecimalSchema,
    entry: z.object({
      epoch: z.number().int().describe("Epoch of the position that the score saw"),
      rhoBps: z.number().int(),
      piBps: z.number().int(),
      score: z.number().int(),
    }),
    outcome: z.string().describe("What the chain did with the entry, e.g. APPLIED_TIGHTENED"),
    report: HeaderSchema,
    entries: HexSchema.describe("All entries as the chain was given them, 16 bytes each"),
    signatures: z.array(z.object({ operator: HexSchema, signature: HexSchema.describe("64 bytes, EIP-2098") })),
    transactionHash: HexSchema,
    blockNumber: DecimalSchema,
    isFinal: z.boolean().describe("Too deep to be reorganised away"),
  })
  .meta({ id: "Proof" });

/** Proof of a position's newest applied values, of now or as of a moment. */
export const proofRoute = declareRoute({
  path: "/v1/positions/{id}/proof",
  name: "proof",
  summary: "The signed report that last moved or confirmed a position's values, now or as of a moment of the past.",
  room: "positions",
  params: { id: PositionIdSchema },
  query: {
    source: HexSchema.optional().describe("Address of the position source; the first registered without"),
    asOf: AsOfSchema.optional(),
  },
  answer: ProofSchema,
  errors: { POSITION_UNKNOWN: 404, PROOF_UNKNOWN: 404, ARCHIVE_CLOSED: 503 },
});
