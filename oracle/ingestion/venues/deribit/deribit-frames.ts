/** Frames of Deribit's JSON-RPC API v2, as its public documentation describes them; fields that are not read may be anything. */
import { z } from "zod";

/** Label and source id. */
export const DERIBIT = "deribit";

const number = z.number();
const positive = z.number().positive();
const timestamp = z.number().int().positive();
/** `[action, price, amount]`; a deleted level has the amount 0. */
const level = z.tuple([z.enum(["new", "change", "delete"]), positive, z.number().min(0)]);

/** `book.{instrument}.100ms`: the first is a snapshot and alone has no `prev_change_id`. */
export const bookSchema = z.object({
  type: z.enum(["snapshot", "change"]),
  timestamp,
  change_id: number,
  prev_change_id: number.optional(),
  bids: z.array(level),
  asks: z.array(level),
});

/** `trades.{instrument}.100ms`; amounts of inverse perpetuals are USD. `liquidation` says whose side was liquidated. */
export const tradesSchema = z.array(
  z.object({
    timestamp,
    trade_seq: number,
    price: positive,
    amount: positive,
    direction: z.enum(["buy", "sell"]),
    liquidation: z.enum(["M", "T", "MT"]).optional(),
  }),
);

/** `ticker.{perpetual}.100ms`; open interest of inverse perpetuals is USD. */
export const perpetualTickerSchema = z.object({
  timestamp,
  mark_price: positive,
  index_price: positive,
  open_interest: z.number().min(0),
  funding_8h: number,
});

/** `ticker.{option}.agg2`; prices in coins, 0 or null where nobody quotes, volatilities in percent. */
export const optionTickerSchema = z.object({
  timestamp,
  instrument_name: z.string(),
  state: z.string(),
  best_bid_price: z.number().min(0).nullable(),
  best_ask_price: z.number().min(0).nullable(),
  bid_iv: number.nullish(),
  ask_iv: number.nullish(),
  mark_iv: number,
  underlying_price: positive,
  index_price: positive,
});

/** `deribit_price_index.{index}`. */
export const indexSchema = z.object({ timestamp, price: positive });

/** `deribit_volatility_index.{index}`; percent a year. */
export const volatilitySchema = z.object({ timestamp, volatility: positive });

/** Answer of `public/get_instruments`, options only; times in milliseconds. */
export const instrumentsSchema = z.array(
  z.object({
    instrument_name: z.string(),
    option_type: z.enum(["call", "put"]),
    strike: positive,
    expiration_timestamp: timestamp,
    is_active: z.boolean(),
  }),
);

/** Channels that a subscription was granted. */
export const channelsSchema = z.array(z.string());

/** Everything that the server says: an answer, a notification, or a heartbeat. */
export const serverFrameSchema = z.union([
  z.object({
    id: number,
    result: z.unknown().optional(),
    error: z.object({ code: number, message: z.string() }).optional(),
  }),
  z.object({
    method: z.literal("subscription"),
    params: z.object({ channel: z.string(), data: z.unknown() }),
  }),
  z.object({ method: z.literal("heartbeat"), params: z.object({ type: z.string() }) }),
]);
