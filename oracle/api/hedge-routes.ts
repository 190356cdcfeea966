/** Route of the hedging advisor: a question in the query, the band, the trade and its outlook in the answer. */
import { z } from "zod";
import { hasCode, PlimsollError } from "../domain/errors.ts";
import type { HedgeAdvice, HedgeQuestion } from "../domain/hedge-advice.ts";
import { ErrorSchema } from "./schemas.ts";
import type { ApiServer } from "./server.ts";

/** Answers a question; bad ones are refused with `HEDGE_QUESTION_INVALID`. */
export type HedgeAdvisor = (question: HedgeQuestion) => Promise<HedgeAdvice>;

const number = z.coerce.number();
const QuestionSchema = z.object({
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
});

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

/** Answers worked on at once: each holds a core for a third of a second, which the node's rounds need too. */
const GREATEST_OPEN = 4;
/** Seconds after which a refused caller may ask again. */
const RETRY_AFTER_SEC = 2;
const UNAVAILABLE = 503;

/** Registers `/v1/hedge`; beyond four open questions it answers 503 with `HEDGE_BUSY`. */
export function registerHedgeRoutes(app: ApiServer, advise: HedgeAdvisor): void {
  let open = 0;
  app.get(
    "/v1/hedge",
    {
      schema: {
        querystring: QuestionSchema,
        response: { 200: AdviceSchema, 400: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema },
      },
    },
    async (request, reply) => {
      if (open >= GREATEST_OPEN) {
        return await reply
          .status(UNAVAILABLE)
          .header("retry-after", RETRY_AFTER_SEC)
          .send({
            code: "HEDGE_BUSY",
            message: `${open} questions are being answered; at most ${GREATEST_OPEN} are at once.`,
            remedy: `Ask again in ${RETRY_AFTER_SEC} seconds, or use \`plimsoll hedge\`.`,
          });
      }
      open += 1;
      try {
        return await advise(request.query);
      } catch (error) {
        if (!(error instanceof PlimsollError && hasCode(error, "HEDGE_QUESTION_INVALID"))) throw error;
        return await reply.status(400).send({ code: error.code, message: error.message, remedy: error.remedy });
      } finally {
        open -= 1;
      }
    },
  );
}
