/** Positions judged together: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

const StressSchema = z.object({
  name: z.string(),
  spotMove: z.number().describe("Move of every spot price, e.g. -0.3"),
  volRatio: z.number().describe("Factor on every implied volatility"),
  lossUsd: z.number().describe("Growth of the liabilities, at the shock's prices"),
  shortfallUsd: z.number().describe("What the single positions' collateral would not cover"),
});

/** Positions that are judged together. */
export const RiskGroupSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("writer"), source: z.string(), owner: z.string() }),
  z.object({ kind: z.literal("source"), source: z.string() }),
  z.object({ kind: z.literal("fund"), source: z.string(), collateral: z.string().describe("USD or a coin") }),
]);

/** One group of positions judged together. */
const RiskGroupRowSchema = z.object({
  group: RiskGroupSchema,
  positions: z.number().int(),
  unvalued: z.number().int().describe("Counted with their maximum loss: no usable market or prediction"),
  liabilityUsd: z.number(),
  collateralUsd: z.number(),
  valueAtRiskUsd: z.number().describe("99 % quantile of the growth of the liabilities over the horizon"),
  expectedShortfallUsd: z.number().describe("Mean beyond 97.5 %, legs offset each other"),
  standAloneShortfallUsd: z.number().describe("Sum of the positions' own expected shortfalls"),
  uncoveredProbability: z.number().describe("That any position's collateral falls short"),
  uncoveredShortfallUsd: z.number().describe("Mean beyond 97.5 % of what is not covered"),
  stress: z.array(StressSchema),
});

const JointRiskReportSchema = z.object({
  atSec: z.number(),
  horizonSec: z.number(),
  paths: z.number().int(),
  groups: z.array(RiskGroupRowSchema),
});

/** Joint risk of the newest round, `null` before the first. */
export const JointRiskSchema = z.object({ report: JointRiskReportSchema.nullable() });

/** Joint risk. */
export const riskRoute = declareRoute({
  path: "/v1/risk",
  name: "risk",
  summary: 'Writers, sources and funds, their positions judged together; a null report is not "no risk".',
  room: "risk",
  params: {},
  query: {},
  answer: JointRiskSchema,
});
