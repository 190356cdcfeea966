/** Frames of Binance's USDⓈ-M futures streams and REST answers, as its public documentation describes them. */
import { z } from "zod";
import { numericText, positiveText, textLevel } from "../numeric-text.ts";

/** Label and source id. */
export const BINANCE = "binance";

const id = z.number().int();
const timeMs = z.number().int().positive();

/** `{symbol}@depth@100ms`: `U` first, `u` last, `pu` last of the event before. */
export const depthSchema = z.object({ E: timeMs, U: id, u: id, pu: id, b: z.array(textLevel), a: z.array(textLevel) });

/** `GET /fapi/v1/depth`. */
export const depthSnapshotSchema = z.object({
  lastUpdateId: id,
  E: timeMs,
  bids: z.array(textLevel),
  asks: z.array(textLevel),
});

/** `{symbol}@aggTrade`: `a` counts up; `m` says that the buyer made the price, so that the taker sold. */
export const tradeSchema = z.object({ E: timeMs, T: timeMs, a: id, p: positiveText, q: positiveText, m: z.boolean() });

/** `{symbol}@markPrice@1s`: mark, index, funding rate and the time of the next settlement. */
export const markSchema = z.object({ E: timeMs, p: positiveText, i: positiveText, r: numericText, T: timeMs });

/** `{symbol}@forceOrder`: the order that closes a position; `S` is its side, `z` what was filled, `ap` at which price. */
export const forceOrderSchema = z.object({
  E: timeMs,
  o: z.object({ S: z.enum(["BUY", "SELL"]), z: numericText, ap: positiveText, T: timeMs }),
});

/** `GET /fapi/v1/openInterest`, coins. */
export const openInterestSchema = z.object({ openInterest: positiveText, time: timeMs });

/** Everything that a combined stream says: an event, or the answer to a subscription. */
export const streamFrameSchema = z.union([
  z.object({ stream: z.string(), data: z.unknown() }),
  z.object({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() }),
]);
