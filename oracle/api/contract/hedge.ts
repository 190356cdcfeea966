/** The hedging advisor: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

const number = z.coerce.number();
const Question = {
  kind: z.enum(["call", "put"]),
  spot: number.describe("USD"),
  strike: number.describe("USD"),
  days: number.describe("Days to expiry"),
  impliedVol: number.describe("Decimal a year, 0.6 for 60 %"),
  forecastVol: number
    .nullable()
    .default(null)
    .describe("Volatility expected over the next day, for networks that read it; the shipped one does not"),
  soldVol: number
    .nullable()
    .default(null)
    .describe("Implied volatility when the option was sold; by default that of now. Half of a move since is believed"),
  size: number.default(1).describe("Contracts sold"),
  held: number.default(0).describe("Coins held as hedge now"),
  settlement: z.enum(["coin", "quote"]).default("coin").describe("coin: net of the premium"),
  costBps: number.default(5).describe("Cost of a trade, basis points"),
  gasUsd: number.default(0).describe("Fixed cost of a trade, USD"),
  maxTrade: number.nullable().default(null).describe("Largest trade, coins; no limit by default"),
};

const OutlookSchema = z.object({
  meanUsd: z.number(),
  costUsd: z.number(),
  tailLossUsd: z.number().describe("Mean loss of the worst twentieth"),
});
const AdviceSchema = z.object({
  valueUsd: z.number().describe("Value of what is owed"),
  deltaCoins: z.number(),
  netDeltaCoins: z.number().describe("Net of the premium, for results in coin"),
  lowerCoins: z.number().describe("Band: inside it nothing is traded"),
  upperCoins: z.number(),
  tradeCoins: z.number(),
  tradeCostUsd: z.number(),
  fallback: z.string().nullable().describe("Why the band is that of theory; null when it is the network's"),
  model: z.string().nullable(),
  paths: z.number().int(),
  decisionDays: z.number().describe("Days between decisions of the outlook: more than one beyond 30 days"),
  advised: OutlookSchema,
  delta: OutlookSchema.describe("Trading to the delta at every decision"),
  unhedged: OutlookSchema.describe("Never trading again"),
});

/** Hedging advisor. */
export const hedgeRoute = declareRoute({
  path: "/v1/hedge",
  name: "hedge",
  summary: "How to hedge one sold option: the band, the trade, and how it may end.",
  room: "hedging",
  params: {},
  query: Question,
  answer: AdviceSchema,
  errors: { HEDGE_QUESTION_INVALID: 400, HEDGE_BUSY: 503 },
});
