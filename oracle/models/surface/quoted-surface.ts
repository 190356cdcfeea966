/** Makes the surface that scoring reads of one chain: cleaning, fit, and how well it holds the quotes. */
import type { OptionChain } from "../../domain/option-chain.ts";
import type { QuotedSurface } from "../../domain/quoted-surface.ts";
import { sviVariance } from "../../math/svi.ts";
import { cleanChain, type SliceQuotes } from "./clean-chain.ts";
import { findArbitrage } from "./find-arbitrage.ts";
import { outOfTheMoneyPrice } from "./fit-slice.ts";
import { fitSurface, type VolSurface } from "./fit-surface.ts";
import { FACTOR_NAMES, surfaceFactors } from "./surface-factors.ts";

/** A surface that holds fewer of its own quotes between bid and ask says nothing of the market: 95 and 98 % are usual. */
const LEAST_INSIDE = 0.5;
/** Levels that no market of a coin has had, decimal a year. */
const LEVELS = { least: 0.05, greatest: 5 } as const;

/**
 * Furthest that a forward may stand from the index: a share for noise of the two, and a rate a year. Whoever sets the index sets all forwards over
 * it, hence every value.
 */
const BASIS_LIMIT = { share: 0.02, perYear: 0.5 } as const;

/**
 * Fits a chain.
 *
 * @returns `null` where no expiry has enough quotes, where half of the usable quotes do not hold the surface's price, and where a
 * level or a forward is not believable.
 */
export function quotedSurface(chain: OptionChain): QuotedSurface | null {
  const cleaned = cleanChain(chain.quotes, chain.sourceTimeSec);
  const fitted = fitSurface(cleaned);
  if (fitted === null) return null;
  const held = heldQuotes(cleaned, fitted);
  const factors = surfaceFactors(fitted.slices);
  if (!isBelievable(fitted, chain.index) || !(held.inside >= LEAST_INSIDE * held.quotes)) return null;
  const { butterfly, calendar, points } = findArbitrage(fitted.slices);
  return {
    asset: chain.asset,
    sourceId: chain.sourceId,
    quotedAtSec: chain.sourceTimeSec,
    index: chain.index,
    slices: fitted.slices,
    repair: fitted.repair,
    arbitragePoints: butterfly + calendar,
    gridPoints: points,
    quotes: held.quotes,
    quotesInside: held.inside,
    factors: Object.fromEntries(FACTOR_NAMES.map((name, index) => [name, factors[index] ?? Number.NaN])),
    standsIn: false,
  };
}

function isBelievable({ slices }: VolSurface, index: number): boolean {
  return slices.every(({ slice, tenorYears, forward }) => {
    const level = Math.sqrt(sviVariance(slice, 0) / tenorYears);
    const carried = Math.abs(Math.log(forward / index));
    const isLevel = level >= LEVELS.least && level <= LEVELS.greatest;
    return isLevel && carried <= BASIS_LIMIT.share + BASIS_LIMIT.perYear * tenorYears;
  });
}

/** Usable quotes of the fitted expiries, and those whose bid and ask hold the surface's price. */
function heldQuotes(
  chain: readonly SliceQuotes[],
  { slices }: VolSurface,
): { readonly quotes: number; readonly inside: number } {
  let [quotes, inside] = [0, 0];
  for (const { expirySec, points } of chain) {
    const slice = slices.find((one) => one.expirySec === expirySec)?.slice;
    if (slice === undefined) continue;
    for (const { logMoneyness, price, halfSpread, isCall } of points) {
      const deviation = Math.sqrt(sviVariance(slice, logMoneyness));
      quotes += 1;
      inside += Number(Math.abs(outOfTheMoneyPrice({ logMoneyness, deviation, isCall }) - price) <= halfSpread);
    }
  }
  return { quotes, inside };
}
