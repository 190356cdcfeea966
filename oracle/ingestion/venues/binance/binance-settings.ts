/** What is wanted of Binance, and what both of its streams share. */
import type { AssetSymbol } from "../../../domain/market.ts";
import type { VenueCounters } from "../venue-counters.ts";
import type { VenueRest } from "../venue-rest.ts";

/** Shared by the stream of books and the stream of trades. */
export interface BinanceSettings {
  readonly assets: readonly AssetSymbol[];
  /** Length of bars, milliseconds. */
  readonly barSpanMs: number;
  readonly rest: VenueRest;
  readonly counters: VenueCounters;
  /** Index prices, written by the stream of trades and read by that of books; they outlive connections. */
  readonly indices: Map<AssetSymbol, number>;
}

/** Symbol of an asset's perpetual against USDT. */
export function binanceSymbol(asset: AssetSymbol): string {
  return `${asset}USDT`;
}
