/** Schema of market events as text: what a recording may hold. */
import { z } from "zod";
import type { MarketEvent } from "../../domain/market.ts";

/** Any number, NaN and infinities included: sources deliver faults too, and the guard must meet them again. */
const number = z.custom<number>((value) => typeof value === "number");

const provenance = {
  asset: z.string(),
  sourceId: z.string(),
  sourceTimeSec: number,
  receivedTimeSec: number,
};
const band = z.object({ distance: number, notionalUsd: number, averagePrice: number.nullable() });
const quote = z.object({
  kind: z.enum(["call", "put"]),
  strike: number,
  expirySec: number,
  bid: number.nullable(),
  ask: number.nullable(),
  future: number,
});

/** Every event; strict, so that nothing of a newer format is lost unseen. */
export const marketEventSchema: z.ZodType<MarketEvent> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("bar"),
    ...provenance,
    spanSec: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number.nullable(),
  }),
  z.strictObject({
    kind: z.literal("book"),
    ...provenance,
    bids: z.array(band),
    asks: z.array(band),
    bestBid: number.nullable(),
    bestAsk: number.nullable(),
  }),
  z.strictObject({ kind: z.literal("funding"), ...provenance, ratePer8h: number }),
  z.strictObject({ kind: z.literal("vol-index"), ...provenance, impliedVol: number }),
  z.strictObject({ kind: z.literal("chain"), ...provenance, index: number, quotes: z.array(quote) }),
  z.strictObject({
    kind: z.literal("trade-flow"),
    ...provenance,
    spanSec: number,
    buyCoins: number,
    sellCoins: number,
    trades: number,
    largestCoins: number,
  }),
  z.strictObject({
    kind: z.literal("liquidation"),
    ...provenance,
    side: z.enum(["long", "short"]),
    coins: number,
    price: number,
  }),
  z.strictObject({ kind: z.literal("open-interest"), ...provenance, coins: number }),
  z.strictObject({
    kind: z.literal("reference"),
    ...provenance,
    basis: z.enum(["index", "mark", "spot"]),
    price: number,
  }),
  z.strictObject({ kind: z.literal("signal"), ...provenance, name: z.string(), value: number }),
  z.strictObject({
    kind: z.literal("proposal"),
    ...provenance,
    proposalId: z.string(),
    stage: z.enum(["proposed", "queued", "executed", "cancelled"]),
    parameter: z.enum(["threshold", "cap", "price-source", "liquidation", "halt", "unreadable"]),
    call: z.string(),
    executableSec: number.nullable(),
  }),
  z.strictObject({
    kind: z.literal("feed-round"),
    ...provenance,
    price: number,
    phase: number,
    round: number,
    heartbeatSec: number,
  }),
  z.strictObject({
    kind: z.literal("pool"),
    ...provenance,
    block: number,
    price: number,
    twap: number.nullable(),
    twapSec: number,
    bids: z.array(band),
    asks: z.array(band),
    buyCoins: number,
    sellCoins: number,
    swaps: number,
    windowSec: number,
    blockPrices: z.array(z.object({ block: number, price: number })),
  }),
]);
