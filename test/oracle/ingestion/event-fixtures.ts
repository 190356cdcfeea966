/** Sound market events for ingestion tests, to be spoiled one field at a time. */
import type { FeedRound, PoolState } from "../../../oracle/domain/chain-signals.ts";
import type {
  Bar,
  BookDepth,
  DepthBand,
  FundingRate,
  Liquidation,
  MarketEvent,
  ReferencePrice,
  TradeFlow,
  VolIndex,
} from "../../../oracle/domain/market.ts";

/** Time of the fixtures, seconds; a whole hour. */
export const NOW_SEC = 1_767_600_000;

function provenance(timeSec: number) {
  return { sourceId: "test", sourceTimeSec: timeSec, receivedTimeSec: timeSec };
}

/** Hourly bar that ended at the given time. */
export function makeBar(change: Partial<Bar> = {}, timeSec = NOW_SEC): Bar {
  return {
    kind: "bar",
    asset: "BTC",
    spanSec: 3_600,
    open: 100,
    high: 102,
    low: 99,
    close: 101,
    volume: 5,
    ...provenance(timeSec),
    ...change,
  };
}

/** Bands of 1, 2 and 5 % around a mid, priced in the middle of their slices. */
export function makeBands(side: 1 | -1, mid: number): readonly DepthBand[] {
  let coins = 0;
  return [0.01, 0.02, 0.05].map((distance, index) => {
    const near = [0, 0.01, 0.02][index] ?? 0;
    coins += 1_000 / (mid * (1 + (side * (near + distance)) / 2));
    const notionalUsd = 1_000 * (index + 1);
    return { distance, notionalUsd, averagePrice: notionalUsd / coins };
  });
}

/** Book around a mid of 101. */
export function makeBook(change: Partial<BookDepth> = {}, timeSec = NOW_SEC): BookDepth {
  return {
    kind: "book",
    asset: "BTC",
    bids: makeBands(-1, 101),
    asks: makeBands(1, 101),
    bestBid: 100.9,
    bestAsk: 101.1,
    ...provenance(timeSec),
    ...change,
  };
}

/** Book whose near bids are priced above its asks, as in the fault of 2025-10-10. */
export function makeFaultyBook(timeSec = NOW_SEC): BookDepth {
  const bids = makeBands(-1, 101).map((band, index) => (index === 0 ? { ...band, averagePrice: 104 } : band));
  return makeBook({ bids }, timeSec);
}

/** Funding rate. */
export function makeFunding(change: Partial<FundingRate> = {}, timeSec = NOW_SEC): FundingRate {
  return { kind: "funding", asset: "BTC", ratePer8h: 0.0001, ...provenance(timeSec), ...change };
}

/** Volatility index. */
export function makeVolIndex(change: Partial<VolIndex> = {}, timeSec = NOW_SEC): VolIndex {
  return { kind: "vol-index", asset: "BTC", impliedVol: 0.6, ...provenance(timeSec), ...change };
}

/** Taker flow of the hour that ended at the given time. */
export function makeFlow(change: Partial<TradeFlow> = {}, timeSec = NOW_SEC): TradeFlow {
  const flow = { spanSec: 3_600, buyCoins: 3, sellCoins: 2, trades: 4, largestCoins: 2 };
  return { kind: "trade-flow", asset: "BTC", ...flow, ...provenance(timeSec), ...change };
}

/** A long of half a coin that was closed by force. */
export function makeLiquidation(change: Partial<Liquidation> = {}, timeSec = NOW_SEC): Liquidation {
  const fields = { side: "long", coins: 0.5, price: 100 } as const;
  return { kind: "liquidation", asset: "BTC", ...fields, ...provenance(timeSec), ...change };
}

/** A venue's index price. */
export function makeReference(change: Partial<ReferencePrice> = {}, timeSec = NOW_SEC): ReferencePrice {
  return { kind: "reference", asset: "BTC", basis: "index", price: 101, ...provenance(timeSec), ...change };
}

/** A deep pool whose price stands at 101 for its last blocks. */
export function makePool(change: Partial<PoolState> = {}, timeSec = NOW_SEC): PoolState {
  const bands = (usd: number) =>
    [0.01, 0.02, 0.05].map((distance) => ({ distance, notionalUsd: usd * distance * 100, averagePrice: 101 }));
  const blockPrices = Array.from({ length: 16 }, (_, place) => ({ block: 85 + place, price: 101 }));
  const fields = { price: 101, twap: null, twapSec: 1_800, block: 100, bids: bands(1e6), asks: bands(1e6) };
  const flow = { buyCoins: 3, sellCoins: 2, swaps: 4, windowSec: 3_600, blockPrices };
  return { kind: "pool", asset: "BTC", ...fields, ...flow, ...provenance(timeSec), sourceId: "pool-test", ...change };
}

/** An answer of a price feed at 101. */
export function makeFeedRound(change: Partial<FeedRound> = {}, timeSec = NOW_SEC): FeedRound {
  const fields = { price: 101, phase: 1, round: 7, heartbeatSec: 3_600 };
  return { kind: "feed-round", asset: "BTC", ...fields, ...provenance(timeSec), sourceId: "chainlink-test", ...change };
}

/** Text that identifies an event in a list. */
export function eventKey(event: MarketEvent): string {
  return `${event.kind}:${event.asset}:${event.receivedTimeSec}`;
}
