/** Whether the surface of a new chain is taken at its word: its index against the price of the same time, its reach against the one before. */
import type { AssetMarket } from "../../domain/market.ts";
import type { QuotedSurface } from "../../domain/quoted-surface.ts";

/** Venues of one coin in one currency or its stable coins stood within this of each other at the ends of hours. */
const INDEX_TOLERANCE = 0.03;
/** Share of the expiries, and of the quotes, that a chain must have left of what the one before had. */
const LEAST_REACH = 0.5;

/**
 * True when the index lies within 3 % of the prices of the bars around the quotes; while the bar that follows them is not yet known, of the
 * bar before and its move again. Whoever sets the index sets every forward, hence every value.
 */
export function isIndexNearPrice(
  { index, quotedAtSec }: Pick<QuotedSurface, "index" | "quotedAtSec">,
  { bars, spot }: Pick<AssetMarket, "bars" | "spot">,
): boolean {
  const next = bars.endSec.findIndex((endSec) => endSec >= quotedAtSec);
  const last = next < 0 ? bars.endSec.length - 1 : next - 1;
  const places = [last, next].filter((place) => place >= 0);
  const prices = places.flatMap((place) => [bars.low[place] ?? spot, bars.high[place] ?? spot]);
  const [low, high] = prices.length === 0 ? [spot, spot] : [Math.min(...prices), Math.max(...prices)];
  const tolerance = (1 + INDEX_TOLERANCE) * (next < 0 ? high / low : 1);
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
