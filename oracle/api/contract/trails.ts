/** The past of positions: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";
import { HexSchema } from "./hex-schema.ts";

const BpsSchema = z.number().int();

const PointSchema = z.object({
  atSec: z.number().describe("Market time, seconds"),
  rhoBps: BpsSchema.describe("Maintenance ρ in force, basis points"),
  rhoTargetBps: BpsSchema.describe("ρ at the end of the running ramp"),
  piBps: BpsSchema,
  score: z.number(),
  health: z.number().nullable().describe("null when unknown"),
  scoredRhoBps: BpsSchema.nullable().describe("ρ of the first operator before the rules; null when it did not score"),
  scoredPiBps: BpsSchema.nullable(),
});

/** Past of one position, as far as the node remembers it. */
export const PositionTrailSchema = z
  .object({
    source: HexSchema,
    id: z.string(),
    classId: z.number().int(),
    points: z.array(PointSchema).describe("The oldest first"),
  })
  .meta({ id: "PositionTrail" });

/** Past of one position. */
export const trailRoute = declareRoute({
  path: "/v1/trails/{source}/{id}",
  name: "trail",
  summary: "Past values of one position since the node was started.",
  room: "positions",
  params: {
    source: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "a source is an address"),
    id: z.string().regex(/^\d{1,15}$/, "a position id is a decimal integer"),
  },
  query: {},
  answer: PositionTrailSchema,
  errors: { TRAIL_UNKNOWN: 404 },
});

const GREATEST_CLASS = 65_535;

/** Past of all positions of a class. */
export const trailsRoute = declareRoute({
  path: "/v1/trails",
  name: "trails",
  summary: "Past values of all positions of one risk class; none for a class that has no position.",
  room: "positions",
  params: {},
  query: { classId: z.coerce.number().int().min(0).max(GREATEST_CLASS).describe("Risk class") },
  answer: z.array(PositionTrailSchema),
});
