/** Breaker and held reports: what is answered. */
import { z } from "zod";
import { BREAKER_REASONS } from "../../domain/breaker.ts";
import { HELD_STATES, SHOWN_MODES } from "../../domain/delivery.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

/** The oracle's breaker. */
export const BreakerSchema = z.object({
  mode: z.enum(SHOWN_MODES).describe("UNKNOWN while it cannot be read"),
  reason: z.enum(BREAKER_REASONS).nullable().describe("Why it left NORMAL; null while unknown"),
  meaning: z.string().describe("What the mode means, in words"),
  cause: z.string().nullable().describe("The reason in words"),
  sinceSec: z.number().nullable().describe("Time of the last change of mode"),
  readAtSec: z.number().nullable().describe("Time of the block that was read; null before the first"),
});

/** One report that the chain keeps back whole, or kept back. */
export const HeldReportSchema = z.object({
  digest: HexSchema.describe("EIP-712 digest of the report: its id"),
  epoch: z.string(),
  chunkIndex: z.number(),
  heldAtSec: z.number(),
  releasableUntilSec: z.number().describe("Last second at which guardian or DAO may release it"),
  decidedAtSec: z.number().nullable().describe("Time of the release or the discard"),
  state: z.enum(HELD_STATES),
  entries: z.number().nullable().describe("Entries of the report; null for one that this node has not signed"),
  tightened: z.number().describe("Entries that it would have tightened"),
  tighteningBps: z.number().describe("Their summed rise of ρ, basis points"),
  transactionHash: HexSchema,
});

/** Breaker and held reports, the newest first. */
export const DeliverySchema = z.object({
  breaker: BreakerSchema,
  heldReports: z.array(HeldReportSchema),
  heldReadAtSec: z.number().nullable().describe("Time of the block at which the held reports were read"),
});

/** How delivery stands. */
export const deliveryRoute = declareRoute({
  path: "/v1/delivery",
  name: "delivery",
  summary: "The oracle's breaker and the reports that it keeps back.",
  room: "reports",
  params: {},
  query: {},
  answer: DeliverySchema,
});
