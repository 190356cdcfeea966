/** Checks of one market event by itself: numbers, times and inner consistency, without any memory. */
import type { PoolState } from "../domain/chain-signals.ts";
import type { Bar, BookDepth, DepthBand, MarketEvent, RejectReason, TradeFlow } from "../domain/market.ts";
import type { GuardLimits } from "./guard-limits.ts";
import { impliedMidRange } from "./implied-mid.ts";

/** A reason with the words for a log line, or `null` for a sound event. */
export type Finding = { readonly reason: RejectReason; readonly detail: string } | null;

/** Rejects values that are not numbers or not positive, and events without the fields of their kind. */
export function checkNumbers(event: MarketEvent): Finding {
  const times = [event.sourceTimeSec, event.receivedTimeSec];
  if (!times.every(Number.isFinite)) return { reason: "not-a-number", detail: "time" };
  switch (event.kind) {
    case "bar":
      return checkBarNumbers(event);
    case "book":
      return checkBookNumbers(event);
    case "funding":
      return Number.isFinite(event.ratePer8h) ? null : { reason: "not-a-number", detail: "ratePer8h" };
    case "vol-index":
      return positive({ impliedVol: event.impliedVol });
    case "chain":
      return positive({ index: event.index });
    case "trade-flow":
      return checkFlowNumbers(event);
    case "liquidation":
      return positive({ coins: event.coins, price: event.price });
    case "open-interest":
      return positive({ coins: event.coins });
    case "reference":
      return positive({ price: event.price });
    case "signal":
      return Number.isFinite(event.value) ? null : { reason: "not-a-number", detail: event.name };
    case "pool":
      return checkPoolNumbers(event);
    case "proposal":
      return positive({ executableSec: event.executableSec });
    case "feed-round":
      return (
        notNegative({ phase: event.phase, round: event.round }) ??
        positive({ price: event.price, heartbeatSec: event.heartbeatSec })
      );
    default:
      return { reason: "malformed", detail: "kind" };
  }
}

/** Which events must ascend in time among themselves: those of one kind, beside the price also of one source and meaning. */
export function orderKey(event: MarketEvent): string {
  switch (event.kind) {
    case "trade-flow":
    case "liquidation":
    case "open-interest":
    case "pool":
    case "feed-round":
      return `${event.kind}/${event.sourceId}`;
    case "reference":
      return `${event.kind}/${event.sourceId}/${event.basis}`;
    case "proposal":
      return `${event.kind}/${event.sourceId}/${event.proposalId}/${event.parameter}`;
    case "signal":
      return `${event.kind}/${event.sourceId}/${event.name}`;
    default:
      return event.kind;
  }
}

/** Rejects events from the future and events that are too old to say anything about now. */
export function checkTimes(event: MarketEvent, nowSec: number, limits: GuardLimits): Finding {
  const { sourceTimeSec, receivedTimeSec, kind } = event;
  const latestSec = nowSec + limits.futureToleranceSec;
  if (sourceTimeSec > latestSec || receivedTimeSec > latestSec) {
    return { reason: "future", detail: `source time ${sourceTimeSec} is after ${nowSec}` };
  }
  if (sourceTimeSec > receivedTimeSec + limits.futureToleranceSec) {
    return { reason: "future", detail: `received at ${receivedTimeSec}, before it was made` };
  }
  const ageSec = nowSec - sourceTimeSec;
  if (ageSec > limits.maxDelaySec[kind]) {
    return { reason: "stale", detail: `${ageSec} s old, limit ${limits.maxDelaySec[kind]} s` };
  }
  return null;
}

/** Rejects bars whose high or low does not hold open and close. */
export function checkBarShape(bar: Bar, limits: GuardLimits): Finding {
  const high = bar.high * (1 + limits.barTolerance);
  const low = bar.low * (1 - limits.barTolerance);
  const isSound = high >= Math.max(bar.open, bar.close) && low <= Math.min(bar.open, bar.close);
  if (isSound) return null;
  return { reason: "inconsistent-bar", detail: `open ${bar.open} high ${bar.high} low ${bar.low} close ${bar.close}` };
}

/** Rejects crossed books, bands that do not ascend, and bands that no mid price can explain. */
export function checkBookShape(book: BookDepth, spot: number | null, limits: GuardLimits): Finding {
  if (book.bestBid !== null && book.bestAsk !== null && book.bestBid >= book.bestAsk) {
    return { reason: "crossed-book", detail: `best bid ${book.bestBid}, best ask ${book.bestAsk}` };
  }
  const crossed = crossedBands(book);
  if (crossed !== null) return { reason: "crossed-book", detail: crossed };
  if (!isCumulative(book.bids) || !isCumulative(book.asks)) {
    return { reason: "inconsistent-book", detail: "bands are not cumulative" };
  }
  const mid = impliedMidRange(book);
  if (mid === null) return null;
  if (mid.low > mid.high * (1 + limits.midTolerance)) {
    return { reason: "inconsistent-book", detail: `bands imply a mid above ${mid.low} and below ${mid.high}` };
  }
  const isFar =
    spot !== null && (mid.low > spot * (1 + limits.maxMidFromSpot) || mid.high < spot * (1 - limits.maxMidFromSpot));
  return isFar ? { reason: "inconsistent-book", detail: `mid near ${mid.low}, last price ${spot}` } : null;
}

/** Whatever rests on the bid side is priced below whatever rests on the ask side. */
function crossedBands({ bids, asks }: BookDepth): string | null {
  const bid = Math.max(...bids.map(({ averagePrice }) => averagePrice ?? Number.NEGATIVE_INFINITY));
  const ask = Math.min(...asks.map(({ averagePrice }) => averagePrice ?? Number.POSITIVE_INFINITY));
  return bid >= ask ? `bids priced at ${bid} above asks at ${ask}` : null;
}

function checkBarNumbers(bar: Bar): Finding {
  const { open, high, low, close, volume, spanSec } = bar;
  if (volume !== null && Number.isNaN(volume)) return { reason: "not-a-number", detail: "volume" };
  if (volume !== null && volume < 0) return { reason: "not-positive", detail: `volume ${volume}` };
  return positive({ spanSec, open, high, low, close });
}

function checkFlowNumbers({ spanSec, buyCoins, sellCoins, trades, largestCoins }: TradeFlow): Finding {
  return notNegative({ buyCoins, sellCoins, trades, largestCoins }) ?? positive({ spanSec });
}

function checkPoolNumbers(pool: PoolState): Finding {
  const { buyCoins, sellCoins, swaps, windowSec, price, twap } = pool;
  const counts = notNegative({ buyCoins, sellCoins, swaps });
  if (counts !== null) return counts;
  const bands = checkBands([...pool.bids, ...pool.asks]);
  if (bands !== null) return bands;
  if (!isCumulative(pool.bids) || !isCumulative(pool.asks))
    return { reason: "inconsistent-book", detail: "bands are not cumulative" };
  const prices = pool.blockPrices.map((one) => positive({ price: one.price }));
  return positive({ windowSec, price, twap }) ?? prices.find((finding) => finding !== null) ?? null;
}

function checkBookNumbers(book: BookDepth): Finding {
  const bands = [...book.bids, ...book.asks];
  if (bands.length === 0 && book.bestBid === null && book.bestAsk === null) {
    return { reason: "malformed", detail: "book without bands or quotes" };
  }
  return checkBands(bands) ?? positive({ bestBid: book.bestBid, bestAsk: book.bestAsk });
}

function checkBands(bands: readonly DepthBand[]): Finding {
  for (const { notionalUsd, distance, averagePrice } of bands) {
    if (Number.isNaN(notionalUsd)) return { reason: "not-a-number", detail: "notionalUsd" };
    // An empty band is possible in a crash; negative notional is not.
    if (notionalUsd < 0) return { reason: "not-positive", detail: `notionalUsd ${notionalUsd}` };
    const finding = positive({ distance, averagePrice });
    if (finding !== null) return finding;
  }
  return null;
}

function notNegative(values: Readonly<Record<string, number>>): Finding {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) return { reason: "not-a-number", detail: name };
    if (value < 0) return { reason: "not-positive", detail: `${name} ${value}` };
  }
  return null;
}

function positive(values: Readonly<Record<string, number | null>>): Finding {
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    if (!Number.isFinite(value)) return { reason: "not-a-number", detail: name };
    if (value <= 0) return { reason: "not-positive", detail: `${name} ${value}` };
  }
  return null;
}

function isCumulative(bands: readonly DepthBand[]): boolean {
  return bands.every((band, index) => {
    const before = bands[index - 1];
    return before === undefined || (band.distance > before.distance && band.notionalUsd >= before.notionalUsd);
  });
}
