/** Greeks: what is answered. */
import { z } from "zod";
import { VOL_SOURCES } from "../../domain/greeks.ts";
import { declareRoute } from "./declare-route.ts";
import { RiskGroupSchema } from "./risk.ts";

const UsdGreeksSchema = z
  .object({
    value: z.number().describe("USD; minus what is owed"),
    delta: z.number().describe("Coins"),
    deltaUsd: z.number().describe("Delta times the spot price, USD per relative move of 1.00"),
    gamma: z.number().describe("Coins per USD that the spot price moves"),
    gammaUsd: z.number().describe("Gamma times the squared spot price, USD per squared relative move of 1.00"),
    vega: z.number().describe("USD per volatility point (0.01 a year)"),
    theta: z.number().describe("USD per day that passes"),
    vanna: z.number().describe("Coins per volatility point"),
    volga: z.number().describe("USD per squared volatility point"),
  })
  .describe("Of the writer: short, size included, of the value in USD");

const CoinGreeksSchema = z
  .object({
    value: z.number().describe("Coins; minus what is owed"),
    netDelta: z.number().describe("Delta less value over spot price, coins"),
    netDeltaUsd: z.number().describe("Net delta times the spot price, USD per relative move of 1.00"),
    gamma: z.number().describe("Second derivative by the relative move, coins"),
    vega: z.number().describe("Coins per volatility point (0.01 a year)"),
    theta: z.number().describe("Coins per day that passes"),
    vanna: z.number().describe("Change of the net delta, coins per volatility point"),
    volga: z.number().describe("Coins per squared volatility point"),
  })
  .describe("Of the writer: short, size included, of the value in coin");

const SensitivitiesSchema = z.object({
  spotUsd: z.number().describe("Spot price of the score, in which values and moves are counted, USD"),
  forwardUsd: z.number().describe("Forward of the expiry off quoted options, USD; the spot price without"),
  impliedVol: z.number().describe("Volatility of the strike in the score, decimal a year"),
  volSource: z.enum(VOL_SOURCES).describe("Where that volatility comes from"),
  quotesAgeSec: z.number().nullable().describe("Age of the quotes, seconds; null without"),
  tenorYears: z.number(),
  isDoubted: z.boolean().describe("Data or models are doubted and the score is a conservative one"),
  usd: UsdGreeksSchema,
  coin: CoinGreeksSchema,
});

const CountsSchema = z.object({
  positions: z.number().int(),
  unvalued: z.number().int().describe("Of these, positions whose Greeks are unknown"),
});

const AssetGreeksSchema = CountsSchema.extend({
  asset: z.string(),
  usd: UsdGreeksSchema.nullable().describe("null where a position is unknown"),
  coin: CoinGreeksSchema.nullable().describe("null where a position is unknown"),
});

const GreeksTotalSchema = z.object({
  value: z.number().describe("USD"),
  deltaUsd: z.number().describe("USD per relative move of 1.00 of every asset"),
  netDeltaUsd: z.number().describe("The same of the net deltas"),
  gammaUsd: z.number().describe("USD per squared relative move of 1.00 of every asset"),
  vega: z.number().describe("USD per volatility point of every asset"),
  theta: z.number().describe("USD per day"),
});

/** Greeks of the newest round, `null` before the first. */
export const GreeksSchema = z.object({
  report: z
    .object({
      atSec: z.number(),
      positions: z.array(
        z.object({
          source: z.string(),
          id: z.string(),
          owner: z.string(),
          asset: z.string(),
          sensitivities: SensitivitiesSchema.nullable().describe("null where unknown, which is not zero"),
          explanation: z.string().describe("What 1 %, a volatility point and a day do, in words"),
        }),
      ),
      groups: z.array(
        CountsSchema.extend({
          group: RiskGroupSchema,
          assets: z.array(AssetGreeksSchema).describe("Sums by asset; coins of two assets are never added"),
          total: GreeksTotalSchema.nullable().describe("Over all assets, in USD; null where a position is unknown"),
        }),
      ),
    })
    .nullable(),
});

/** Greeks. */
export const greeksRoute = declareRoute({
  path: "/v1/greeks",
  name: "greeks",
  summary: 'Greeks of every position, and their sums by writer, source and fund; a null report is not "no exposure".',
  room: "risk",
  params: {},
  query: {},
  answer: GreeksSchema,
});
