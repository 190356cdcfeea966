/** Positions: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";
import { ModelIdentitySchema } from "./model-identity.ts";

const ReasonSchema = z.object({
  factor: z.string().describe("What raises or lowers the ratio"),
  contributionBps: z.number().describe("Share of ρ, basis points; contributions sum to ρ"),
});

/** One short position with its enforced and its target parameters. */
export const PositionSchema = z
  .object({
    source: HexSchema.describe("Position source, e.g. the vault"),
    sourceIndex: z.number().describe("Index of the source at the oracle"),
    id: z.string(),
    owner: HexSchema,
    asset: z.string(),
    kind: z.enum(["call", "put"]),
    strike: z.number().describe("USD"),
    expirySec: z.number().describe("Seconds since the epoch"),
    size: z.number().describe("Contracts"),
    collateralPerContract: z.number().describe("Coins for calls, USD for puts"),
    rhoBps: z.number().describe("Maintenance collateral ratio in force now, basis points"),
    rhoTargetBps: z.number().describe("Ratio at the end of the running ramp, basis points"),
    piBps: z.number().describe("Liquidation penalty, basis points"),
    score: z.number().describe("floor(100 · −log10 p), 0…600; 200 means one in a hundred"),
    health: z.number().nullable().describe("(c − I)/(ρ(L − I)); below 1 liquidatable; null when unknown"),
    reasons: z.array(ReasonSchema),
    explanation: z.string().nullable().describe("What 1 %, a volatility point and a day do; null before it was scored"),
    status: z.enum(["unscored", "fresh", "stale", "flagged", "closed", "settled"]),
    updatedAtSec: z.number(),
  })
  .meta({ id: "Position" });

/** Positions with the market time they were read at. */
export const PositionListSchema = z.object({
  marketTimeSec: z.number(),
  dataSource: z.string(),
  models: z.array(ModelIdentitySchema),
  positions: z.array(PositionSchema),
});

/** All positions. */
export const positionsRoute = declareRoute({
  path: "/v1/positions",
  name: "positions",
  summary: "All positions, open and ended, with the market time they were read at.",
  room: "positions",
  params: {},
  query: {},
  answer: PositionListSchema,
});

/** Highest position id of the oracle's packed entries (48 bits) has 15 digits. */
export const PositionIdSchema = z.string().regex(/^\d{1,15}$/, "a position id is a decimal integer");

/** One position; ids are unique inside a source only. */
export const positionRoute = declareRoute({
  path: "/v1/positions/{id}",
  name: "position",
  summary: "One position; without a source that of the source which was registered first.",
  room: "positions",
  params: { id: PositionIdSchema },
  query: { source: HexSchema.optional().describe("Address of the position source") },
  answer: PositionSchema,
  errors: { POSITION_UNKNOWN: 404 },
});
