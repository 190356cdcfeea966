/** Volatility surfaces: what is asked and what is answered. */
import { z } from "zod";
import { declareRoute } from "./declare-route.ts";

/** Volatility surface of one asset, or why it has none. */
export const SurfaceSchema = z.object({
  asset: z.string(),
  atSec: z.number().describe("Time of the newest round, seconds"),
  fault: z
    .enum(["no-chain", "stale-chain", "surface-failed"])
    .nullable()
    .describe("Why the rules serve instead; null with a surface"),
  surface: z
    .object({
      sourceId: z.string(),
      quotedAtSec: z.number().describe("Time of the quotes, seconds"),
      ageSec: z.number().describe("Age of the quotes; beyond 7200 s they only raise what the rules say"),
      standsIn: z
        .boolean()
        .describe(
          "A later chain gave no surface, or its index stands off the price: this one only raises what the rules say",
        ),
      index: z.number().describe("Price of the asset at that time, USD"),
      repair: z.enum(["none", "slices", "ssvi"]).describe("What freedom from arbitrage took"),
      arbitragePoints: z.number().int().describe("Places of the grid that can be arbitraged"),
      gridPoints: z.number().int().describe("Places of the grid"),
      quotes: z.number().int().describe("Usable quotes"),
      quotesInside: z.number().int().describe("Of these, quotes between whose bid and ask the surface's price lies"),
      factors: z
        .record(z.string(), z.number())
        .describe("Level, 25-delta risk reversal and butterfly at 7, 30 and 90 days, decimal a year"),
      slices: z.array(
        z.object({
          expirySec: z.number(),
          tenorYears: z.number().describe("From the time of the quotes"),
          forward: z.number().describe("USD"),
          quoteCount: z.number().int(),
          lowestQuoted: z.number().describe("Least ln(K/F) quoted; beyond the quoted strikes the surface only raises"),
          highestQuoted: z.number().describe("Greatest ln(K/F) quoted"),
          svi: z
            .object({ a: z.number(), b: z.number(), rho: z.number(), m: z.number(), sigma: z.number() })
            .describe("Total variance a + b (ρ (k − m) + √((k − m)² + σ²)) at k = ln(K/F)"),
        }),
      ),
    })
    .nullable(),
});

const GREATEST_SYMBOL = 32;

/** Volatility surface of an asset. */
export const surfaceRoute = declareRoute({
  path: "/v1/surface/{asset}",
  name: "surface",
  summary: "The volatility surface that an asset's options are valued with, or the reason why there is none.",
  room: "models",
  params: { asset: z.string().max(GREATEST_SYMBOL).describe("Symbol, e.g. BTC; either case") },
  query: {},
  answer: SurfaceSchema,
  errors: { SURFACE_UNKNOWN: 404 },
});
