/** Hides strikes of a chain, fits the rest, and asks whether the hidden quotes hold the surface's prices. */

import { SECONDS_PER_YEAR } from "../../../oracle/domain/units.ts";
import { createRng } from "../../../oracle/math/rng.ts";
import { type SurfacePlace, surfaceVariance, type TenorSlice } from "../../../oracle/math/svi-surface.ts";
import { cleanChain } from "../../../oracle/models/surface/clean-chain.ts";
import { findArbitrage } from "../../../oracle/models/surface/find-arbitrage.ts";
import { outOfTheMoneyPrice } from "../../../oracle/models/surface/fit-slice.ts";
import { fitRawSlices, fitSurface, type SurfaceSlice } from "../../../oracle/models/surface/fit-surface.ts";
import type { ChainSnapshot, OptionQuote } from "../../data/option-chains.ts";

/** Tally of hidden quotes under one way to price them. */
export interface LeftOutTally {
  readonly quotes: number;
  readonly inside: number;
  /** Sums of absolute differences to the mark, coins, and of squared ones to the mark's volatility. */
  readonly absoluteError: number;
  readonly squaredVolError: number;
  readonly butterfly: number;
  readonly calendar: number;
}

/** What one snapshot says. */
export interface LeftOutResult {
  readonly surface: LeftOutTally;
  readonly rawSvi: LeftOutTally;
  readonly slices: number;
  readonly repair: "none" | "slices" | "ssvi";
  /** Processor time of cleaning and the fit, seconds. */
  readonly fitSec: number;
}

/** Share of strikes that are hidden, call and put together: a put must not give its call away. */
const HIDDEN_SHARE = 0.3;
const LEAST_TENOR_SEC = 6 * 3_600;
const MICROSECONDS = 1e6;

/** A chain without its hidden strikes, and the hidden quotes that may be judged. */
export interface HiddenStrikes {
  readonly kept: readonly OptionQuote[];
  readonly judged: readonly OptionQuote[];
}

/** Hides strikes; which, depends on asset and time alone. */
export function hideStrikes({ asset, atSec, quotes }: ChainSnapshot): HiddenStrikes {
  const rng = createRng(`${asset}/${atSec}`);
  const strikes = new Set(quotes.map(({ expirySec, strike }) => `${expirySec}/${strike}`));
  const hidden = new Set([...strikes].filter(() => rng.uniform() < HIDDEN_SHARE));
  const isHidden = ({ expirySec, strike }: OptionQuote): boolean => hidden.has(`${expirySec}/${strike}`);
  return {
    kept: quotes.filter((quote) => !isHidden(quote)),
    judged: quotes.filter((quote) => isHidden(quote) && quote.expirySec - atSec >= LEAST_TENOR_SEC && hasBoth(quote)),
  };
}

/** Judges one snapshot; `null` where it is too thin for a surface. */
export function leftOutResult(snapshot: ChainSnapshot): LeftOutResult | null {
  const { atSec } = snapshot;
  const { kept, judged } = hideStrikes(snapshot);
  const before = process.cpuUsage();
  const chain = cleanChain(kept, atSec);
  const fitted = fitSurface(chain);
  const used = process.cpuUsage(before);
  if (fitted === null) return null;
  return {
    surface: tally(judged, fitted.slices, atSec),
    rawSvi: tally(judged, fitRawSlices(chain), atSec),
    slices: fitted.slices.length,
    repair: fitted.repair,
    fitSec: (used.user + used.system) / MICROSECONDS,
  };
}

/** A quote that may be judged: both sides are there and apart. */
function hasBoth({ bid, ask }: OptionQuote): boolean {
  return bid !== null && ask !== null && bid > 0 && ask > bid;
}

function tally(quotes: readonly OptionQuote[], slices: readonly SurfaceSlice[], atSec: number): LeftOutTally {
  let [inside, absoluteError, squaredVolError] = [0, 0, 0];
  for (const quote of quotes) {
    const { price, impliedVol } = priceOf(quote, slices, atSec);
    inside += Number(price >= (quote.bid ?? Number.NaN) && price <= (quote.ask ?? Number.NaN));
    absoluteError += Math.abs(price - quote.mark);
    squaredVolError += (impliedVol - quote.impliedVol) ** 2;
  }
  const { butterfly, calendar } = findArbitrage(slices);
  return { quotes: quotes.length, inside, absoluteError, squaredVolError, butterfly, calendar };
}

/** Price of a quoted option on a surface, coins, at the future it was quoted beside. */
function priceOf(
  { kind, strike, future, expirySec }: OptionQuote,
  slices: readonly SurfaceSlice[],
  atSec: number,
): { readonly price: number; readonly impliedVol: number } {
  const tenorYears = (expirySec - atSec) / SECONDS_PER_YEAR;
  const ratio = slices.find((slice) => slice.expirySec === expirySec)?.forwardRatio ?? 1;
  const place = { tenorYears, logMoneyness: Math.log(strike / (future * ratio)) };
  const [impliedVol = Number.NaN] = surfaceVols(slices, [place]);
  return { price: priceAt({ kind, ...place, impliedVol }), impliedVol };
}

/** Volatilities of a surface. `[places]` */
export function surfaceVols(slices: readonly TenorSlice[], places: readonly SurfacePlace[]): Float64Array {
  return Float64Array.from(places, (place) => Math.sqrt(surfaceVariance(slices, place) / place.tenorYears));
}

/** Value of an option of a stated volatility, coins. */
export function priceAt(option: Pick<OptionQuote, "kind"> & SurfacePlace & { readonly impliedVol: number }): number {
  const { kind, logMoneyness, tenorYears, impliedVol } = option;
  const isCall = logMoneyness >= 0;
  const intrinsic = isCall === (kind === "call") ? 0 : Math.abs(Math.expm1(logMoneyness));
  return outOfTheMoneyPrice({ logMoneyness, deviation: impliedVol * Math.sqrt(tenorYears), isCall }) + intrinsic;
}
