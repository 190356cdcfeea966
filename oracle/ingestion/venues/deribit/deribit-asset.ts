/** One asset on Deribit: the perpetual's book, trades and ticker, the price index and the volatility index. */
import type { z } from "zod";
import type { AssetSymbol } from "../../../domain/market.ts";
import { type ChannelReaders, createChannelReaders } from "../channel-readers.ts";
import type { BookLevel } from "../order-book.ts";
import { createVenueBook, type VenueBook } from "../venue-book.ts";
import type { VenueCounters } from "../venue-counters.ts";
import type { TimeFault, VenueWire } from "../venue-session.ts";
import { createVenueTape, type VenueTape } from "../venue-tape.ts";
import type { DeribitCalls } from "./deribit-calls.ts";
import {
  bookSchema,
  DERIBIT,
  indexSchema,
  perpetualTickerSchema,
  tradesSchema,
  volatilitySchema,
} from "./deribit-frames.ts";

/** Which asset, on which connection. */
export interface DeribitAssetOptions {
  readonly asset: AssetSymbol;
  readonly barSpanMs: number;
  readonly wire: VenueWire;
  readonly counters: VenueCounters;
  readonly calls: DeribitCalls;
}

/** Reader of one asset's channels. */
export interface DeribitAsset extends Pick<ChannelReaders, "read" | "channels" | "silenceLimitsMs"> {
  tick(): void;
  ended(): void;
}

const MS_PER_SECOND = 1_000;
const PERCENT = 100;
const EIGHT_HOURS_MS = 8 * 3_600 * MS_PER_SECOND;
/** The perpetuals' books and tickers move many times a second, the indices every second. */
const QUIET_LIMIT_MS = 30_000;
/** The volatility index is told every second; a minute is kept between two events. */
const VOL_INDEX_EVERY_MS = 60_000;

/** Creates the reader for one connection. */
export function createDeribitAsset(options: DeribitAssetOptions): DeribitAsset {
  const { asset, wire, calls } = options;
  const perpetual = `${asset}-PERPETUAL`;
  const index = `${asset.toLowerCase()}_usd`;
  const bookChannel = `book.${perpetual}.100ms`;
  const shared = { ...options, sourceId: DERIBIT, indices: new Map<AssetSymbol, number>() };
  const rebuild = (): void => calls.resubscribe(bookChannel);
  const venueBook = createVenueBook({ ...shared, unit: "usd", isWhole: true, rebuild });
  const tape = createVenueTape(shared);
  const readers = createChannelReaders(wire);
  const timeOf = ({ timestamp }: { readonly timestamp: number }): number => timestamp;
  readers.on(bookChannel, { schema: bookSchema, timeOf, quietLimitMs: QUIET_LIMIT_MS, ...bookReader(venueBook) });
  readers.on(`trades.${perpetual}.100ms`, {
    schema: tradesSchema,
    timeOf: (trades) => trades.at(-1)?.timestamp ?? null,
    quietLimitMs: null,
    ...tradeReader(tape, wire),
  });
  readers.on(`ticker.${perpetual}.100ms`, {
    schema: perpetualTickerSchema,
    timeOf,
    quietLimitMs: QUIET_LIMIT_MS,
    read: (ticker) => readTicker(tape, ticker),
  });
  readers.on(`deribit_price_index.${index}`, {
    schema: indexSchema,
    timeOf,
    quietLimitMs: QUIET_LIMIT_MS,
    read: ({ price, timestamp }) => tape.reference("index", price, timestamp),
  });
  readers.on(`deribit_volatility_index.${index}`, {
    schema: volatilitySchema,
    timeOf,
    quietLimitMs: QUIET_LIMIT_MS,
    read: volatilityReader(asset, wire),
  });
  return {
    ...readers,
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

type BookMessage = z.infer<typeof bookSchema>;

function bookReader({ book, distrust }: VenueBook) {
  return {
    read: (message: BookMessage): void => {
      const { type, change_id: sequence, prev_change_id: previous, timestamp: venueMs, bids, asks } = message;
      const update = { sequence, venueMs, bids: bids.map(toLevel), asks: asks.map(toLevel) };
      if (type === "snapshot") book.restart(update);
      // A change without a predecessor follows nothing that is held.
      else book.change({ ...update, previous: previous ?? Number.NaN });
    },
    distrust: (fault: TimeFault, { timestamp }: BookMessage): void => distrust(fault, timestamp),
  };
}

function toLevel([action, price, amount]: readonly [string, number, number]): BookLevel {
  return { price, size: action === "delete" ? 0 : amount };
}

type TradesMessage = z.infer<typeof tradesSchema>;

/** Trades carry a number each; a hole in the numbers means that the bar under way is not whole. */
function tradeReader({ bars, liquidation }: VenueTape, wire: VenueWire) {
  let lastSeq: number | null = null;
  return {
    read: (trades: TradesMessage): void => {
      for (const trade of trades) {
        if (lastSeq !== null && trade.trade_seq <= lastSeq) {
          wire.fault("duplicate", `trade ${trade.trade_seq}`);
          continue;
        }
        if (lastSeq !== null && trade.trade_seq !== lastSeq + 1) {
          wire.fault("gap", `trade ${trade.trade_seq} after ${lastSeq}`);
          bars.interrupt();
        }
        lastSeq = trade.trade_seq;
        const { timestamp: venueMs, price, direction: takerSide } = trade;
        const coins = trade.amount / price;
        bars.add({ venueMs, price, coins, takerSide });
        for (const side of liquidatedSides(trade)) liquidation({ side, coins, price }, venueMs);
      }
    },
    distrust: (fault: TimeFault): void => {
      wire.fault(fault, "trades");
      bars.interrupt();
    },
  };
}

/** A taker who sells under liquidation was long; the maker stands on the other side. */
function liquidatedSides({ direction, liquidation }: TradesMessage[number]): readonly ("long" | "short")[] {
  const taker = direction === "sell" ? "long" : "short";
  const maker = direction === "sell" ? "short" : "long";
  if (liquidation === "MT") return [taker, maker];
  if (liquidation === undefined) return [];
  return liquidation === "T" ? [taker] : [maker];
}

function readTicker(tape: VenueTape, ticker: z.infer<typeof perpetualTickerSchema>): void {
  const { timestamp, mark_price: mark, open_interest: usd, funding_8h: rate } = ticker;
  tape.reference("mark", mark, timestamp);
  tape.openInterest(usd / mark, timestamp);
  // Deribit pays continuously; what it states for eight hours is told where others settle.
  tape.funding.see(rate, Math.ceil((timestamp + 1) / EIGHT_HOURS_MS) * EIGHT_HOURS_MS);
}

function volatilityReader(asset: AssetSymbol, wire: VenueWire) {
  let toldMs = Number.NEGATIVE_INFINITY;
  return ({ timestamp, volatility }: z.infer<typeof volatilitySchema>): void => {
    if (timestamp - toldMs < VOL_INDEX_EVERY_MS) return;
    toldMs = timestamp;
    wire.emit({
      kind: "vol-index",
      asset,
      impliedVol: volatility / PERCENT,
      sourceId: DERIBIT,
      sourceTimeSec: timestamp / MS_PER_SECOND,
      receivedTimeSec: wire.nowMs() / MS_PER_SECOND,
    });
  };
}
