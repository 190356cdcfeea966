/** Rounds, and reports in full: what is asked and what is answered. */
import { z } from "zod";
import { ROUND_FATES } from "../../domain/trail.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

const BpsSchema = z.number().int();
const GREATEST_LIST = 500;
const USUAL_LIST = 100;

const VoiceSchema = z.object({
  operator: HexSchema,
  observed: z.boolean(),
  agreed: z.boolean().describe("Holds a report that a quorum has signed"),
  signed: z.boolean().describe("Signed the report that was submitted"),
  reason: z.string().nullable().describe("Why it holds no report"),
  durationMs: z.number().describe("From the anchor to the quorum, milliseconds"),
  dissent: z.number().int().describe("Positions whose own ρ lies beyond the tolerance"),
  odd: z.record(z.string(), z.number()).describe("What was odd, e.g. equivocation"),
});

/** One round as all operators lived it. */
export const RoundSchema = z.object({
  epoch: z.string(),
  atSec: z.number(),
  fate: z.enum(ROUND_FATES),
  digest: HexSchema.nullable(),
  dispersionBps: BpsSchema.nullable().describe("Widest spread of ρ between operators, f at each end left out"),
  begunAtMs: z.number().describe("Wall clock, milliseconds"),
  agreedAtMs: z.number(),
  answeredAtMs: z.number().nullable().describe("When the chain answered; null while it has not"),
  voices: z.array(VoiceSchema).describe("In signer order"),
});

/** Rounds. */
export const roundsRoute = declareRoute({
  path: "/v1/rounds",
  name: "rounds",
  summary: "Rounds since the node was started, the newest first, with every operator's part.",
  room: "reports",
  params: {},
  query: { limit: z.coerce.number().int().min(1).max(GREATEST_LIST).default(USUAL_LIST) },
  answer: z.array(RoundSchema),
});

const EntrySchema = z.object({
  source: HexSchema,
  positionId: z.string(),
  voicesBps: z.array(BpsSchema.nullable()).describe("ρ of every operator in signer order; null where it did not score"),
  medianBps: BpsSchema.nullable().describe("Upper median"),
  rhoBps: BpsSchema.nullable().describe("ρ in the report, after the clamp; null for an entry that was left out"),
  piBps: BpsSchema.nullable(),
  score: z.number().nullable(),
  leftOut: z.string().nullable().describe("Why it was left out"),
  outcome: z.string().nullable().describe("What the chain made of it; null while it has not answered"),
});

/** One report in full. */
export const ReportDetailSchema = z.object({
  digest: HexSchema,
  epoch: z.string(),
  observedAtSec: z.number(),
  validUntilSec: z.number(),
  signerSetVersion: z.number(),
  bundleHash: HexSchema,
  evidenceHash: HexSchema,
  threshold: z.number().int(),
  operators: z.array(
    z.object({ address: HexSchema, observationDigest: HexSchema.nullable(), signature: HexSchema.nullable() }),
  ),
  entries: z.array(EntrySchema),
});

/** One report with the voices behind it. */
export const reportRoute = declareRoute({
  path: "/v1/reports/{digest}",
  name: "report",
  summary: "One report in full: every operator's ρ, the median, the clamp, the signatures, the chain's answer.",
  room: "reports",
  params: { digest: z.string().regex(/^0x[0-9a-fA-F]{1,64}$/, "a digest is hexadecimal") },
  query: {},
  answer: ReportDetailSchema,
  errors: { REPORT_UNKNOWN: 404 },
});
