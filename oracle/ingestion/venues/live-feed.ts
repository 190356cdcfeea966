/** All venues at once: opens their connections and hands every event to one taker. */
import type { AssetSymbol } from "../../domain/market.ts";
import { openBinanceBooks } from "./binance/binance-books.ts";
import { BINANCE } from "./binance/binance-frames.ts";
import { openBinanceTrades } from "./binance/binance-trades.ts";
import { BYBIT } from "./bybit/bybit-frames.ts";
import { openBybitSession } from "./bybit/bybit-session.ts";
import { DERIBIT } from "./deribit/deribit-frames.ts";
import { openDeribitSession } from "./deribit/deribit-session.ts";
import { openVenueLink, type VenueLink } from "./venue-link.ts";
import { createVenueRest } from "./venue-rest.ts";
import type { VenueDeps, VenueSession, VenueWire } from "./venue-session.ts";

/** Every venue, by label. */
export const VENUES = [DERIBIT, BINANCE, BYBIT] as const;

/** Where the venues are; without slashes at the ends. */
export interface VenueAddresses {
  readonly deribit: string;
  readonly binanceStreams: string;
  readonly binanceRest: string;
  readonly bybit: string;
  readonly bybitRest: string;
}

/** The venues' public addresses, as documented. */
export const PUBLIC_ADDRESSES: VenueAddresses = {
  deribit: "wss://www.deribit.com/ws/api/v2",
  binanceStreams: "wss://fstream.binance.com",
  binanceRest: "https://fapi.binance.com",
  bybit: "wss://stream.bybit.com/v5/public/linear",
  bybitRest: "https://api.bybit.com",
};

/** What is heard. */
export interface LiveFeedOptions {
  readonly assets: readonly AssetSymbol[];
  /** Length of bars, milliseconds. */
  readonly barSpanMs: number;
  readonly addresses: VenueAddresses;
  readonly deps: VenueDeps;
}

/** Open connections to all venues. */
export interface LiveFeed {
  close(): void;
}

/** Dials every venue; each is kept up by itself, whatever the others do. */
export function openLiveFeed({ assets, barSpanMs, addresses, deps }: LiveFeedOptions): LiveFeed {
  const { counters, timers } = deps;
  const shared = { assets, barSpanMs, counters };
  const rest = createVenueRest({ baseUrl: addresses.binanceRest, timers });
  const binance = { ...shared, rest, indices: new Map<AssetSymbol, number>() };
  const open = (venue: string, url: string, openSession: (wire: VenueWire) => VenueSession): VenueLink =>
    openVenueLink({ venue, url, openSession, deps });
  const links = [
    open(DERIBIT, addresses.deribit, (wire) => openDeribitSession({ ...shared, options: true }, counters, wire)),
    open(BINANCE, `${addresses.binanceStreams}/public/stream`, (wire) => openBinanceBooks(binance, wire)),
    open(BINANCE, `${addresses.binanceStreams}/market/stream`, (wire) => openBinanceTrades(binance, wire)),
    open(BYBIT, addresses.bybit, (wire) => openBybitSession(shared, wire)),
  ];
  return {
    close: () => {
      for (const link of links) link.close();
    },
  };
}
