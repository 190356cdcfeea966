/** Reports: what is asked and what is answered. */
import { z } from "zod";
import { AsOfSchema } from "./as-of.ts";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

/** One report and what became of it. */
export const ReportSchema = z.object({
  epoch: z.string(),
  digest: HexSchema,
  observedAtSec: z.number(),
  state: z.enum(["accepted", "held", "rejected", "pending"]),
  transactionHash: HexSchema.nullable(),
  blockNumber: z.string().nullable(),
  entries: z.number(),
  applied: z.number(),
  skipped: z.record(z.string(), z.number()),
  signers: z.array(HexSchema),
  gasUsed: z.string().nullable(),
});

const DEFAULT_REPORTS = 20;
const GREATEST_REPORTS = 500;

/** The newest reports. */
export const reportsRoute = declareRoute({
  path: "/v1/reports",
  name: "reports",
  summary:
    "The newest reports and what became of them, the newest first; with asOf, the newest of then, from the archive.",
  room: "reports",
  params: {},
  query: {
    limit: z.coerce.number().int().min(1).max(GREATEST_REPORTS).default(DEFAULT_REPORTS).describe("How many at most"),
    asOf: AsOfSchema.optional(),
  },
  answer: z.array(ReportSchema),
  errors: { ARCHIVE_CLOSED: 503 },
});
