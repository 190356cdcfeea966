/** One asset on Bybit: the linear perpetual's book, trades, ticker and liquidations. */
import { z } from "zod";
import type { AssetSymbol } from "../../../domain/market.ts";
import type { ChannelReaders } from "../channel-readers.ts";
import { createVenueBook, type VenueBook } from "../venue-book.ts";
import type { VenueCounters } from "../venue-counters.ts";
import type { TimeFault, VenueWire } from "../venue-session.ts";
import { createVenueTape, type VenueTape } from "../venue-tape.ts";
import { BYBIT, bookDataSchema, liquidationsDataSchema, tickerDataSchema, tradesDataSchema } from "./bybit-frames.ts";

/** Which asset, on which connection. */
export interface BybitAssetOptions {
  readonly asset: AssetSymbol;
  readonly barSpanMs: number;
  readonly wire: VenueWire;
  readonly counters: VenueCounters;
  /** Gets a reader for each of the asset's topics. */
  readonly readers: ChannelReaders;
}

/** One asset on one connection. */
export interface BybitAsset {
  tick(): void;
  ended(): void;
}

/** Levels of the book that are asked for; pushed every 100 ms. */
const BOOK_LEVELS = 200;
const QUIET_LIMIT_MS = 30_000;
/** Ids of trades that are remembered, to know one that comes twice. */
const MAX_REMEMBERED = 2_000;

/** A message of a topic whose data have the given form. */
function messageOf<Data>(data: z.ZodType<Data>) {
  return z.object({ type: z.enum(["snapshot", "delta"]), ts: z.number(), data });
}

/** Creates the readers for one connection. */
export function createBybitAsset(options: BybitAssetOptions): BybitAsset {
  const { asset, wire, readers } = options;
  const symbol = `${asset}USDT`;
  const bookTopic = `orderbook.${BOOK_LEVELS}.${symbol}`;
  const shared = { ...options, sourceId: BYBIT, indices: new Map<AssetSymbol, number>() };
  const rebuild = (): void => {
    wire.send({ op: "unsubscribe", args: [bookTopic] });
    wire.send({ op: "subscribe", args: [bookTopic] });
  };
  const venueBook = createVenueBook({ ...shared, unit: "coins", isWhole: false, rebuild });
  const tape = createVenueTape(shared);
  const timeOf = ({ ts }: { readonly ts: number }): number => ts;
  const loud = { timeOf, quietLimitMs: QUIET_LIMIT_MS };
  const quiet = { timeOf, quietLimitMs: null };
  readers.on(bookTopic, { schema: messageOf(bookDataSchema), ...loud, ...bookReader(venueBook) });
  readers.on(`tickers.${symbol}`, { schema: messageOf(tickerDataSchema), ...loud, read: tickerReader(tape) });
  readers.on(`publicTrade.${symbol}`, { schema: messageOf(tradesDataSchema), ...quiet, ...tradeReader(tape, wire) });
  readers.on(`allLiquidation.${symbol}`, {
    schema: messageOf(liquidationsDataSchema),
    ...quiet,
    read: ({ data }) => {
      for (const { S, v: coins, p: price, T: venueMs } of data) {
        tape.liquidation({ side: S === "Buy" ? "long" : "short", coins, price }, venueMs);
      }
    },
  });
  return {
    tick: () => {
      venueBook.tick();
      tape.tick();
    },
    ended: () => {
      venueBook.ended();
      tape.ended();
    },
  };
}

interface Message<Data> {
  readonly type: "snapshot" | "delta";
  readonly ts: number;
  readonly data: Data;
}

function bookReader({ book, distrust }: VenueBook) {
  return {
    read: ({ type, ts: venueMs, data }: Message<z.infer<typeof bookDataSchema>>): void => {
      const update = { sequence: data.u, venueMs, bids: data.b, asks: data.a };
      // The service has restarted when it counts from one again: that message is a snapshot, whatever it is called.
      if (type === "snapshot" || data.u === 1) book.restart(update);
      else book.change({ ...update, previous: data.u - 1 });
    },
    distrust: (fault: TimeFault, { ts }: Message<unknown>): void => distrust(fault, ts),
  };
}

/** Trades have no number that counts: one that comes twice is known by its id. */
function tradeReader({ bars }: VenueTape, wire: VenueWire) {
  const seen = new Set<string>();
  return {
    read: ({ data }: Message<z.infer<typeof tradesDataSchema>>): void => {
      for (const { T: venueMs, S, v: coins, p: price, i: tradeId } of data) {
        if (seen.has(tradeId)) {
          wire.fault("duplicate", `trade ${tradeId}`);
          continue;
        }
        if (seen.size >= MAX_REMEMBERED) seen.clear();
        seen.add(tradeId);
        bars.add({ venueMs, price, coins, takerSide: S === "Buy" ? "buy" : "sell" });
      }
    },
    distrust: (fault: TimeFault): void => {
      wire.fault(fault, "trades");
      bars.interrupt();
    },
  };
}

/** What a delta does not name has not changed; a snapshot names everything. */
function tickerReader(tape: VenueTape) {
  let known: z.infer<typeof tickerDataSchema> = {};
  return ({ type, ts, data }: Message<z.infer<typeof tickerDataSchema>>): void => {
    const named = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
    known = type === "snapshot" ? data : { ...known, ...named };
    const { markPrice, indexPrice, openInterest, fundingRate, nextFundingTime } = known;
    if (markPrice !== undefined) tape.reference("mark", markPrice, ts);
    if (indexPrice !== undefined) tape.reference("index", indexPrice, ts);
    if (openInterest !== undefined) tape.openInterest(openInterest, ts);
    if (fundingRate !== undefined && nextFundingTime !== undefined) tape.funding.see(fundingRate, nextFundingTime);
  };
}
