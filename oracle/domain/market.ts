/** What a market source delivers, and the snapshot that a round works from. */
import type { FeedRound, ParameterProposal, PoolState } from "./chain-signals.ts";
import type { FeedVerdict } from "./feed-verdict.ts";
import type { OptionChain } from "./option-chain.ts";

/** Symbol of an underlying, upper case: `BTC`, `ETH`. */
export type AssetSymbol = string;

/** Where and when a value was made and received. Times are seconds since the epoch (UTC). */
export interface Provenance {
  /** Stable id of the source, e.g. `simulator`, `spot-hourly`, `binance-kline`. */
  readonly sourceId: string;
  /** Time the value refers to at its venue (bar end, book time), seconds. */
  readonly sourceTimeSec: number;
  /** Time this node received it, seconds. */
  readonly receivedTimeSec: number;
}

/** One completed price bar. Prices in USD, volume in coins (quote volume divided by close where only that is given). */
export interface Bar extends Provenance {
  readonly kind: "bar";
  readonly asset: AssetSymbol;
  /** Bar length, seconds. `sourceTimeSec` is the bar's end. */
  readonly spanSec: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Coins traded; `null` where the source has no volume. */
  readonly volume: number | null;
}

/** Resting notional within a distance of the mid price, cumulative. */
export interface DepthBand {
  /** Distance from mid, decimal: 0.01 = 1 %. */
  readonly distance: number;
  /** USD notional resting within the distance. */
  readonly notionalUsd: number;
  /** Weighted average price of that notional, USD; `null` where unknown. */
  readonly averagePrice: number | null;
}

/** Order-book depth at one moment. Bands ascend in distance. */
export interface BookDepth extends Provenance {
  readonly kind: "book";
  readonly asset: AssetSymbol;
  readonly bids: readonly DepthBand[];
  readonly asks: readonly DepthBand[];
  /** Best bid and ask, USD, where the source has them. */
  readonly bestBid: number | null;
  readonly bestAsk: number | null;
}

/** Perpetual funding rate, decimal per 8 hours (0.0001 = 1 bp per 8 h). */
export interface FundingRate extends Provenance {
  readonly kind: "funding";
  readonly asset: AssetSymbol;
  readonly ratePer8h: number;
}

/** Annualised implied-volatility index, decimal (0.6 = 60 %). */
export interface VolIndex extends Provenance {
  readonly kind: "vol-index";
  readonly asset: AssetSymbol;
  readonly impliedVol: number;
}

/** What was bought and sold by takers within one bar. Coins; both 0 where nothing traded. */
export interface TradeFlow extends Provenance {
  readonly kind: "trade-flow";
  readonly asset: AssetSymbol;
  /** Span of the bar, seconds. `sourceTimeSec` is its end. */
  readonly spanSec: number;
  readonly buyCoins: number;
  readonly sellCoins: number;
  readonly trades: number;
  /** Coins of the largest single trade. */
  readonly largestCoins: number;
}

/** One forced close of a leveraged position at a venue. Several may carry the same time. */
export interface Liquidation extends Provenance {
  readonly kind: "liquidation";
  readonly asset: AssetSymbol;
  /** Which positions were closed: a liquidated long sells. */
  readonly side: "long" | "short";
  readonly coins: number;
  readonly price: number;
}

/** Open contracts of one venue's perpetual, coins. */
export interface OpenInterest extends Provenance {
  readonly kind: "open-interest";
  readonly asset: AssetSymbol;
  readonly coins: number;
}

/** What a reference price is: a venue's index, its mark, or the last price of a spot market. */
export type ReferenceBasis = "index" | "mark" | "spot";

/** A price that is compared with the others, never served by itself. USD. */
export interface ReferencePrice extends Provenance {
  readonly kind: "reference";
  readonly asset: AssetSymbol;
  readonly basis: ReferenceBasis;
  readonly price: number;
}

/** A number about mood or activity, e.g. fear-and-greed; unit and range are its provider's. */
export interface MarketSignal extends Provenance {
  readonly kind: "signal";
  readonly asset: AssetSymbol;
  readonly name: string;
  readonly value: number;
}

/** Anything that a source can deliver. */
export type MarketEvent =
  | Bar
  | BookDepth
  | FundingRate
  | VolIndex
  | OptionChain
  | TradeFlow
  | Liquidation
  | OpenInterest
  | ReferencePrice
  | MarketSignal
  | PoolState
  | FeedRound
  | ParameterProposal;

/** Events that the market window keeps beside the price, newest last, for whoever compares sources. */
export type SideEvent = TradeFlow | Liquidation | OpenInterest | ReferencePrice | MarketSignal | PoolState | FeedRound;

/** Completed bars of one asset as columns, ascending in time, at most the window's length. All arrays have length `n`. */
export interface BarSeries {
  /** Common bar length, seconds. */
  readonly spanSec: number;
  /** Bar ends, seconds. `[n]` */
  readonly endSec: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Coins; NaN where the source has no volume. `[n]` */
  readonly volume: Float64Array;
}

/** Trailing medians of an asset's resting notional, bids plus asks, USD: the yardstick that makes depth scale free. */
export interface DepthReference {
  /** Accepted books behind the medians. */
  readonly samples: number;
  /** Within 1, 2 and 5 % of mid; `null` where the books have no such band. */
  readonly within1PctUsd: number | null;
  readonly within2PctUsd: number | null;
  readonly within5PctUsd: number | null;
}

/** State of one underlying as this node sees it at the snapshot time. */
export interface AssetMarket {
  readonly asset: AssetSymbol;
  /** Last accepted price, USD. */
  readonly spot: number;
  readonly provenance: Provenance;
  readonly bars: BarSeries;
  /** Last accepted book, or `null` where there is none or the newest ones were rejected and the last good one is stale. */
  readonly book: BookDepth | null;
  /** Medians of the books of the last seven days; absent or `null` where there were too few. */
  readonly depthReference?: DepthReference | null;
  /** Funding observations, ascending in time, at most 90 days; empty where there is no source. */
  readonly funding: readonly FundingRate[];
  readonly volIndex: VolIndex | null;
  /** Last accepted chain of quoted options; absent or `null` where there is none, or the last one is stale. */
  readonly chain?: OptionChain | null;
  /** Flows, liquidations, open interest, reference prices, signals, pools and feeds of the last day, ascending in received time; absent where no source has them. */
  readonly side?: readonly SideEvent[];
  /** Newest stage of every change of other protocols' parameters that is prepared, or was made of late; absent where nobody reads them. */
  readonly proposals?: readonly ParameterProposal[];
}

/** Everything a round knows of the markets. Immutable. */
export interface MarketSnapshot {
  /** Time of the snapshot, seconds; no value in it is newer. */
  readonly atSec: number;
  readonly assets: ReadonlyMap<AssetSymbol, AssetMarket>;
  /** Why an asset is missing or doubtful, e.g. `BTC: stale-spot`. Never silently empty. */
  readonly doubts: readonly MarketDoubt[];
  /** What the feed defence says of every source and feature; absent where nobody asked it. */
  readonly feeds?: readonly FeedVerdict[];
}

/** A reason not to trust part of a snapshot; it can only tighten or veto, never loosen. */
export interface MarketDoubt {
  readonly asset: AssetSymbol;
  readonly reason:
    | "no-data"
    | "stale-spot"
    | "stale-book"
    | "book-faulty"
    | "source-conflict"
    | "stale-chain"
    | "gap"
    | "jump"
    | "parameter-proposal"
    | "model-drift";
  readonly detail: string;
}

/** Why an incoming row was not passed on. */
export type RejectReason =
  | "not-a-number"
  | "not-positive"
  | "out-of-order"
  | "duplicate"
  | "crossed-book"
  | "inconsistent-bar"
  | "inconsistent-book"
  | "implausible-quote"
  | "stale"
  | "future"
  | "malformed";

/** Counters of the ingestion guard. */
export interface IngestionCounts {
  readonly accepted: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/**
 * A source of market events in time order. Sources deliver what they read, faults included: only the ingestion guard
 * decides what is passed on.
 */
export interface MarketSource {
  /** Stable id, e.g. `simulator`, `spot-hourly`. */
  readonly id: string;
  readonly assets: readonly AssetSymbol[];
  /** Span of the replay, seconds; `events` also gives the history before it, as far as the source has one. */
  readonly fromSec: number;
  readonly toSec: number;
  /** Events with `fromSec < receivedTimeSec ≤ toSec`, ascending in `receivedTimeSec`. */
  events(fromSec: number, toSec: number): Iterable<MarketEvent>;
}
