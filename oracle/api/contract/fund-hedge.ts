/** Hedging mandates of the insurance funds: what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

const RowSchema = z.object({
  asset: z.string(),
  mandate: z.string(),
  venue: z.string(),
  atSec: z.number().describe("Second of the newest look that read the chain, by the chain"),
  ageSec: z.number().describe("Seconds by which the newest look that was tried is later; 0 where it read the chain"),
  fault: z.string().nullable().describe("What cut the newest look off"),
  isPaused: z.boolean(),
  untilSec: z.number().describe("The terms end at this second"),
  netDeltaCoins: z.number().nullable().describe("Of the fund without the hedge; null while unknown, which is not zero"),
  lowerCoins: z.number().nullable().describe("Band: positions inside it are left alone"),
  upperCoins: z.number().nullable(),
  positionCoins: z.number().describe("Contracts at the venue, negative for short"),
  marginUsd: z.number().describe("Margin sent and not come home"),
  equityUsd: z.number().describe("What the account at the venue is worth, by the venue"),
  idleUsd: z.number().describe("Capital beside it"),
  action: z.string().nullable().describe("What the newest look did"),
  refused: z.record(z.string(), z.number().int()).describe("Refusals of this run by reason"),
});
const FundHedgesSchema = z.object({ mandates: z.array(RowSchema) });

/** Hedging mandates. */
export const fundHedgeRoute = declareRoute({
  path: "/v1/hedge/fund",
  name: "fundHedge",
  summary: "What the automatic hedger of the insurance funds sees and does; empty before its first look.",
  room: "hedging",
  params: {},
  query: {},
  answer: FundHedgesSchema,
});
