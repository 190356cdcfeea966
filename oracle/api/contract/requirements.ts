/** What positions that do not exist would need: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

/** Limits of a grid: a place takes about a millisecond of a core, twice, for puts and calls. */
export const GREATEST_PLACES = 300;

const AXIS = {
  moneyness: { least: 0.3, greatest: 3, most: 15 },
  tenorDays: { least: 0.25, greatest: 365, most: 10 },
  notionalUsd: { least: 100, greatest: 1e9, most: 4 },
} as const;

/** Values of one axis, separated by commas. */
function axisOf(name: keyof typeof AXIS, usual: readonly number[], words: string) {
  const { least, greatest, most } = AXIS[name];
  return z
    .string()
    .default(usual.join(","))
    .transform((text) => text.split(",").map(Number))
    .pipe(z.array(z.number().min(least).max(greatest)).min(1).max(most))
    .meta({
      type: "string",
      description: `${words}: 1 to ${most} values from ${least} to ${greatest}, separated by commas`,
    });
}

const CellSchema = z.object({
  kind: z.enum(["call", "put"]),
  moneyness: z.number().describe("Strike over spot"),
  tenorDays: z.number(),
  notionalUsd: z.number().describe("Contracts times spot"),
  strike: z.number().describe("USD"),
  classId: z.number().int().describe("Risk class that a new position there would have"),
  rhoBps: z.number().int().describe("What the scoring would ask for inside the bounds of the class"),
  piBps: z.number().int(),
  gridBps: z.number().int().describe("What the static grid would ask for"),
});

/** The surface. */
export const RequirementsSchema = z.object({
  requirements: z
    .object({
      asset: z.string(),
      atSec: z.number().describe("Anchor of the round whose market it is, seconds"),
      spot: z.number().describe("USD"),
      isDoubted: z.boolean().describe("The market of the round was in doubt: the values are conservative"),
      fallbacks: z.array(z.string()).describe("What stood in for models and data"),
      cells: z.array(CellSchema),
    })
    .nullable()
    .describe("null while the first answer is worked out, and before the first signed round: ask again"),
});

/** What new positions would need. */
export const requirementsRoute = declareRoute({
  path: "/v1/requirements/{asset}",
  name: "requirements",
  summary: "ρ that positions which do not exist would need, by moneyness, tenor and size, in the newest signed round.",
  room: "risk",
  params: { asset: z.string().regex(/^[A-Z0-9]{1,12}$/, "an asset is written in capitals") },
  query: {
    moneyness: axisOf("moneyness", [0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.35], "Strike over spot"),
    tenorDays: axisOf("tenorDays", [1, 3, 7, 14, 30, 90], "Days to expiry"),
    notionalUsd: axisOf("notionalUsd", [10_000, 1_000_000], "Contracts times spot, USD"),
  },
  answer: RequirementsSchema,
  errors: {
    REQUIREMENTS_ASSET_UNKNOWN: 404,
    REQUIREMENTS_GRID_LARGE: 400,
    REQUIREMENTS_NONE: 503,
    REQUIREMENTS_BUSY: 503,
  },
});
