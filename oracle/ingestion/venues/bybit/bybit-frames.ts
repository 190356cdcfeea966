/** Frames of Bybit's v5 public linear stream, as its public documentation describes them. */
import { z } from "zod";
import { numericText, positiveText, textLevel } from "../numeric-text.ts";

/** Label and source id. */
export const BYBIT = "bybit";

const timeMs = z.number().int().positive();

/** `orderbook.{depth}.{symbol}`: `u` counts up by one; a snapshot, or `u` = 1, begins anew. */
export const bookDataSchema = z.object({ u: z.number().int(), b: z.array(textLevel), a: z.array(textLevel) });

/** `publicTrade.{symbol}`: `S` is the taker's side, `i` the trade's id. */
export const tradesDataSchema = z.array(
  z.object({ T: timeMs, S: z.enum(["Buy", "Sell"]), v: positiveText, p: positiveText, i: z.string() }),
);

/** `tickers.{symbol}`: a delta names only what has changed. Open interest in coins, rate per funding interval. */
export const tickerDataSchema = z.object({
  markPrice: positiveText.optional(),
  indexPrice: positiveText.optional(),
  openInterest: positiveText.optional(),
  fundingRate: numericText.optional(),
  nextFundingTime: numericText.optional(),
});

/** `allLiquidation.{symbol}`: `S` is the side of the position that was closed, `p` its bankruptcy price. */
export const liquidationsDataSchema = z.array(
  z.object({ T: timeMs, S: z.enum(["Buy", "Sell"]), v: positiveText, p: positiveText }),
);

/** Everything that the server says: an answer to a call, or a message of a topic. */
export const serverFrameSchema = z.union([
  z.object({ op: z.string(), success: z.boolean().optional(), ret_msg: z.string().optional() }),
  z.object({ topic: z.string(), type: z.enum(["snapshot", "delta"]), ts: timeMs, data: z.unknown() }),
]);
