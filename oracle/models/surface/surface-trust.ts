/**
 * Whether the surface of a new chain is taken at its word: its index against the price of the same time, its reach against the one
 * before; and whether it may loosen anything.
 */
import type { AssetMarket } from "../../domain/market.ts";
import type { QuotedSurface } from "../../domain/quoted-surface.ts";
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../domain/units.ts";

/** Venues of one coin in one currency or its stable coins stood within this of each other at the ends of hours. */
const INDEX_TOLERANCE = 0.03;
/**
 * What an index may lie outside the bars and still loosen something: a quarter of a percent, or half the hour's volatility, whatever is
 * more. Spot and perpetual of one venue stayed within 0.1 %, and 0.28 of the hour's volatility, 2024-02 to 2025-02.
 */
const LEAST_TIGHT_TOLERANCE = 0.0025;
const TIGHT_DEVIATIONS = 0.5;
/** Bars of a day, or what there is of it, say what an hour's volatility is. */
const VOLATILITY_SEC = SECONDS_PER_DAY;
/** Share of the expiries, and of the quotes, that a chain must have left of what the one before had. */
const LEAST_REACH = 0.5;

/**
 * True when the index lies within 3 % of the prices of the bars around the quotes; while the bar that follows them is not yet known, of the
 * bar before and its move again. Whoever sets the index sets every forward, hence every value.
 */
export function isIndexNearPrice(quoted: QuotedIndex, market: PriceAround): boolean {
  return isWithin(quoted, market, INDEX_TOLERANCE);
}

/**
 * True when the index lies as near to the other source of the price as venues usually do, given how much the price moves: only then may
 * quotes loosen what the rules say. Never wider than {@link isIndexNearPrice}; without bars of a day the narrower limit holds.
 */
export function mayIndexLoosen(quoted: QuotedIndex, market: PriceAround): boolean {
  const usual = Math.max(LEAST_TIGHT_TOLERANCE, TIGHT_DEVIATIONS * hourlyVolatility(market.bars, quoted.quotedAtSec));
  return isWithin(quoted, market, Math.min(INDEX_TOLERANCE, usual));
}

type QuotedIndex = Pick<QuotedSurface, "index" | "quotedAtSec">;
type PriceAround = Pick<AssetMarket, "bars" | "spot">;

/** Standard deviation of an hour's log move over the day before the quotes; 0 where it is not known. */
function hourlyVolatility({ close, endSec, spanSec }: AssetMarket["bars"], quotedAtSec: number): number {
  const squares: number[] = [];
  for (let place = endSec.length - 1; place > 0; place -= 1) {
    const at = endSec[place] ?? 0;
    if (at > quotedAtSec) continue;
    if (at <= quotedAtSec - VOLATILITY_SEC) break;
    squares.push(Math.log((close[place] ?? Number.NaN) / (close[place - 1] ?? Number.NaN)) ** 2);
  }
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  const deviation = Math.sqrt((mean * SECONDS_PER_HOUR) / spanSec);
  return Number.isFinite(deviation) ? deviation : 0;
}

function isWithin({ index, quotedAtSec }: QuotedIndex, { bars, spot }: PriceAround, limit: number): boolean {
  const next = bars.endSec.findIndex((endSec) => endSec >= quotedAtSec);
  const last = next < 0 ? bars.endSec.length - 1 : next - 1;
  const places = [last, next].filter((place) => place >= 0);
  const prices = places.flatMap((place) => [bars.low[place] ?? spot, bars.high[place] ?? spot]);
  const [low, high] = prices.length === 0 ? [spot, spot] : [Math.min(...prices), Math.max(...prices)];
  const tolerance = (1 + limit) * (next < 0 ? high / low : 1);
  return index >= low / tolerance && index <= high * tolerance;
}

/**
 * True when half of the expiries and of the quotes of the surface before, those that have expired left out, are there again. Part of a
 * chain would set the volatility of all.
 *
 * @param before `null` for none; one older than `maxAgeSec` says nothing either.
 */
export function coversAsBefore(now: QuotedSurface, before: QuotedSurface | null, maxAgeSec: number): boolean {
  if (before === null || now.quotedAtSec - before.quotedAtSec > maxAgeSec) return true;
  const alive = before.slices.filter(({ expirySec }) => expirySec > now.quotedAtSec);
  return now.slices.length >= LEAST_REACH * alive.length && quotesOf(now.slices) >= LEAST_REACH * quotesOf(alive);
}

function quotesOf(slices: QuotedSurface["slices"]): number {
  return slices.reduce((sum, { quoteCount }) => sum + quoteCount, 0);
}
