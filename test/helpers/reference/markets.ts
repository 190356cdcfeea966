/** Series, prices and classes of the reference model. */
import { type ChainPayoff, payoffAt } from "../../../oracle/rules/margin.ts";
import {
  type ChainSeries,
  decodeSeriesId,
  MAX_TENOR_SEC,
  MIN_TENOR_SEC,
  seriesDefect,
} from "../../../oracle/rules/series-id.ts";
import { type MarketSetup, type Position, pair, refuse, type SeriesBook, type Side, type World } from "./world.ts";

const BPS = 10_000n;
const MAX_EDGE_BPS = 65_534n;
const USED_BITS = 129n;
const TENOR_BUCKETS = 4;
/** Every round of the tests is in the feed's first phase. */
const PHASE = 1n << 64n;
const NO_BOOK: SeriesBook = {
  priceE8: 0n,
  longsLeftE8: 0n,
  paidOut: 0n,
  hold: "NONE",
  pot: 0n,
  owed: 0n,
  lender: null,
  lent: 0n,
};

/** Series of an id; refuses unknown bits. */
export function seriesOf(seriesId: bigint): ChainSeries {
  if (seriesId >> USED_BITS !== 0n) refuse("SeriesIdUnknownBits", seriesId);
  return decodeSeriesId(seriesId);
}

/** Side of a series; refuses unknown markets. */
export function sideOf(world: World, { marketId, isPut }: ChainSeries): Side {
  return world.sides.get(pair(marketId, String(isPut))) ?? refuse("VaultMarketUnknown", marketId);
}

/** Market of a series that has a side. */
export function marketOf(world: World, marketId: number): MarketSetup {
  return world.setup.markets[marketId - 1] ?? refuse("PriceFeedUnknown", marketId);
}

/** Book of a series, empty before anything was written. */
export function bookOf(world: World, seriesId: bigint): SeriesBook {
  return world.series.get(seriesId) ?? NO_BOOK;
}

/** Unsettled positions of a series. */
export function shortsOf(world: World, seriesId: bigint): readonly Position[] {
  return [...world.positions.values()].filter((position) => position.seriesId === seriesId && position.sizeE8 !== 0n);
}

/** Sum of something over positions. */
export function sumOf(positions: readonly Position[], field: "sizeE8" | "collateral"): bigint {
  return positions.reduce((sum, position) => sum + position[field], 0n);
}

/** Id of a round as the feed's proxy counts. */
export function roundIdOf(round: number): bigint {
  return PHASE + BigInt(round);
}

/** Checked spot price of a market. */
export function spotOf(world: World, marketId: number, nowSec: number): bigint {
  const market = marketOf(world, marketId);
  const latest = world.rounds.get(marketId)?.at(-1) ?? { answer: 0n, updatedAt: 0 };
  const isStale = latest.updatedAt > nowSec || latest.updatedAt + market.maxAgeSec < nowSec;
  if (isStale) refuse("PriceStale", market.feed, BigInt(latest.updatedAt), BigInt(market.maxAgeSec));
  return plausible(market, latest.answer);
}

/** An answer as a price; refuses implausible ones. */
export function plausible(market: MarketSetup, answer: bigint): bigint {
  const isInside = answer >= market.minPriceE8 && answer <= market.maxPriceE8;
  return isInside ? answer : refuse("PriceImplausible", market.feed, answer, market.minPriceE8, market.maxPriceE8);
}

/** Payoff of one contract of a series at a price. */
export function payoffOf(world: World, series: ChainSeries, priceE8: bigint): ChainPayoff {
  const { decimals } = sideOf(world, series);
  return payoffAt({ isPut: series.isPut, strikeE8: series.strikeE8, priceE8, decimals });
}

/** Moneyness, basis points: above 10 000 is out of the money. */
export function moneynessOf({ isPut, strikeE8 }: ChainSeries, priceE8: bigint): bigint {
  return isPut ? (priceE8 * BPS) / strikeE8 : (strikeE8 * BPS) / priceE8;
}

/** Class of a series at a moneyness. */
export function classAt(
  world: World,
  series: ChainSeries,
  at: { readonly bps: bigint; readonly nowSec: number },
): number {
  const { moneynessEdgesBps, tenorEdgesSec, classIds } = marketOf(world, series.marketId);
  const bps = at.bps > MAX_EDGE_BPS ? MAX_EDGE_BPS : at.bps;
  const tenorSec = Math.max(0, series.expirySec - at.nowSec);
  const row = moneynessEdgesBps.filter((edge) => BigInt(edge) <= bps).length;
  const cell = row * TENOR_BUCKETS + tenorEdgesSec.filter((edge) => edge <= tenorSec).length;
  return classIds[cell] || refuse("VaultClassUnset", series.marketId, BigInt(cell));
}

/** Refuses series that cannot be opened now. */
export function requireOpenable(series: ChainSeries, seriesId: bigint, nowSec: number): void {
  const defect = seriesDefect(series, nowSec);
  if (defect === "strike-zero") refuse("SeriesStrikeZero", seriesId);
  if (defect === "expiry-off-grid") refuse("SeriesExpiryOffGrid", series.expirySec);
  if (defect === null) return;
  refuse("SeriesTenorOutOfRange", series.expirySec, BigInt(nowSec + MIN_TENOR_SEC), BigInt(nowSec + MAX_TENOR_SEC));
}

/** Refuses an expired series. */
export function requireBeforeExpiry(series: ChainSeries, seriesId: bigint, nowSec: number): void {
  if (nowSec >= series.expirySec) refuse("VaultSeriesExpired", seriesId, series.expirySec);
}

/** Refuses a series that has not expired. */
export function requireExpired(series: ChainSeries, seriesId: bigint, nowSec: number): void {
  if (nowSec < series.expirySec) refuse("VaultSeriesNotExpired", seriesId, series.expirySec);
}
