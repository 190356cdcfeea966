/** The listed options of one asset on Deribit: finds them, hears their tickers, and tells the chain once a minute. */
import type { z } from "zod";
import type { AssetSymbol } from "../../../domain/market.ts";
import type { ChainQuote } from "../../../domain/option-chain.ts";
import type { VenueWire } from "../venue-session.ts";
import type { DeribitCalls } from "./deribit-calls.ts";
import { DERIBIT, instrumentsSchema, optionTickerSchema } from "./deribit-frames.ts";

/** Which asset, on which connection. */
export interface DeribitOptionsOptions {
  readonly asset: AssetSymbol;
  readonly wire: VenueWire;
  readonly calls: DeribitCalls;
}

/** Reader of one asset's option tickers. */
export interface DeribitOptions {
  /** Asks for the list of options. */
  opened(): void;
  /** Whether the channel is the ticker of one of its options. */
  read(channel: string, data: unknown): boolean;
  tick(): void;
  ended(): void;
}

type Instrument = z.infer<typeof instrumentsSchema>[number];
type OptionTicker = z.infer<typeof optionTickerSchema>;

const MS_PER_SECOND = 1_000;
/** Expiries go and come at 08:00 UTC; strikes are added when the price moves. */
const REFRESH_MS = 15 * 60 * MS_PER_SECOND;
const TELL_EVERY_MS = 60 * MS_PER_SECOND;
/** A ticker is pushed every two seconds while its option lives, quoted or not. */
const MAX_QUOTE_AGE_MS = 120 * MS_PER_SECOND;

/** Creates the reader for one connection. */
export function createDeribitOptions({ asset, wire, calls }: DeribitOptionsOptions): DeribitOptions {
  let listed: ReadonlyMap<string, Instrument> = new Map();
  const tickers = new Map<string, OptionTicker>();
  let toldMs = wire.nowMs();
  const take = (result: unknown): void => {
    const parsed = instrumentsSchema.safeParse(result);
    if (!parsed.success) {
      wire.fault("malformed", `instruments of ${asset}`);
      return;
    }
    const next = new Map(parsed.data.flatMap((entry) => (entry.is_active ? [[channelOf(entry), entry]] : [])));
    const gone = [...listed.keys()].filter((channel) => !next.has(channel));
    const added = [...next.keys()].filter((channel) => !listed.has(channel));
    listed = next;
    for (const channel of gone) tickers.delete(channel);
    if (gone.length > 0) calls.unsubscribe(gone);
    calls.subscribe(added);
  };
  const refresh = (): void => {
    calls.ask("public/get_instruments", { currency: asset, kind: "option", expired: false }, take);
    wire.after(REFRESH_MS, refresh);
  };
  return {
    opened: refresh,
    read: (channel, data) => {
      if (!listed.has(channel)) return false;
      const parsed = optionTickerSchema.safeParse(data);
      const fault = parsed.success ? wire.heard(channel, parsed.data.timestamp) : "malformed";
      if (parsed.success && fault === null) tickers.set(channel, parsed.data);
      else wire.fault(fault ?? "malformed", channel);
      return true;
    },
    tick: () => {
      const nowMs = wire.nowMs();
      if (nowMs - toldMs < TELL_EVERY_MS) return;
      toldMs = nowMs;
      tellChain({ asset, wire, listed, tickers });
    },
    ended: () => tickers.clear(),
  };
}

function channelOf({ instrument_name: name }: Instrument): string {
  return `ticker.${name}.agg2`;
}

interface ChainParts extends Pick<DeribitOptionsOptions, "asset" | "wire"> {
  readonly listed: ReadonlyMap<string, Instrument>;
  readonly tickers: ReadonlyMap<string, OptionTicker>;
}

/** The chain of all fresh tickers of open options; none while there is no such ticker. */
function tellChain({ asset, wire, listed, tickers }: ChainParts): void {
  const nowMs = wire.nowMs();
  const quotes: ChainQuote[] = [];
  let newest: OptionTicker | null = null;
  for (const [channel, ticker] of tickers) {
    const instrument = listed.get(channel);
    if (instrument === undefined || !isOpen(ticker, nowMs)) continue;
    if (newest === null || ticker.timestamp > newest.timestamp) newest = ticker;
    quotes.push(toQuote(instrument, ticker));
  }
  if (newest === null) return;
  wire.emit({
    kind: "chain",
    asset,
    index: newest.index_price,
    quotes,
    sourceId: DERIBIT,
    sourceTimeSec: newest.timestamp / MS_PER_SECOND,
    receivedTimeSec: nowMs / MS_PER_SECOND,
  });
}

function isOpen({ state, timestamp }: OptionTicker, nowMs: number): boolean {
  return state === "open" && nowMs - timestamp <= MAX_QUOTE_AGE_MS;
}

function toQuote(instrument: Instrument, ticker: OptionTicker): ChainQuote {
  return {
    kind: instrument.option_type,
    strike: instrument.strike,
    expirySec: instrument.expiration_timestamp / MS_PER_SECOND,
    bid: quoted(ticker.best_bid_price),
    ask: quoted(ticker.best_ask_price),
    future: ticker.underlying_price,
  };
}

/** Deribit writes 0 where nobody quotes. */
function quoted(price: number | null): number | null {
  return price === 0 ? null : price;
}
