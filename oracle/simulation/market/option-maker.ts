/** The simulator's market maker of options: quotes around a smile of its own that the node does not know, with holes and stale quotes. */
import type { AssetSymbol } from "../../domain/market.ts";
import type { ChainQuote, OptionChain } from "../../domain/option-chain.ts";
import { EXPIRY_SECOND_OF_DAY, SECONDS_PER_DAY, SECONDS_PER_YEAR } from "../../domain/units.ts";
import { fastOptionValue } from "../../math/black76-kernel.ts";
import type { Rng } from "../../math/rng.ts";
import { type SviSlice, sviVariance } from "../../math/svi.ts";
import { OPTION_MAKER } from "./simulator-parameters.ts";

/** What the maker quotes from. */
export interface MakerMarket {
  readonly asset: AssetSymbol;
  readonly atSec: number;
  /** Price now and one snapshot before, at which stale quotes were made, USD. */
  readonly spot: number;
  readonly staleSpot: number;
  /** Volatility of the coming days and of the long run, decimal a year. */
  readonly vol: number;
  readonly usualVol: number;
  /** Chance of this snapshot alone. */
  readonly rng: Rng;
}

const TICK = 0.0001;

/** Quotes of one snapshot: calls and puts of every listed strike, each with its own luck. */
export function quoteOptions(market: MakerMarket): OptionChain {
  const { asset, atSec, spot, rng } = market;
  const tilt = OPTION_MAKER.tilt + OPTION_MAKER.tiltNoise * rng.normal();
  const quotes = OPTION_MAKER.days.flatMap((days): readonly ChainQuote[] => {
    const expirySec = expiryAfter(atSec, days);
    const tenorYears = (expirySec - atSec) / SECONDS_PER_YEAR;
    const slice = trueSlice(market, { tenorYears, tilt });
    return strikesOf(market, tenorYears).flatMap((strike) =>
      rng.uniform() < OPTION_MAKER.missingStrikes
        ? []
        : (["call", "put"] as const).map((kind) => quoteOf({ kind, strike, expirySec }, { market, tenorYears, slice })),
    );
  });
  const provenance = { sourceId: "simulator", sourceTimeSec: atSec, receivedTimeSec: atSec };
  return { kind: "chain", asset, index: spot, quotes, ...provenance };
}

/** The settlement hour of a day, at least `days` ahead. */
function expiryAfter(atSec: number, days: number): number {
  const day = Math.ceil((atSec + days * SECONDS_PER_DAY - EXPIRY_SECOND_OF_DAY) / SECONDS_PER_DAY);
  return day * SECONDS_PER_DAY + EXPIRY_SECOND_OF_DAY;
}

/**
 * A smile of the SSVI family, which has no arbitrage (Gatheral and Jacquier, arXiv 1204.0646, eq. 4.1 with φ of remark 4.4): the level reverts from
 * the volatility of the coming days to the usual one.
 */
function trueSlice(
  { vol, usualVol }: MakerMarket,
  { tenorYears, tilt }: { readonly tenorYears: number; readonly tilt: number },
): SviSlice {
  const { reversionYears, strength, power } = OPTION_MAKER;
  const share = (reversionYears / tenorYears) * -Math.expm1(-tenorYears / reversionYears);
  const level = tenorYears * (usualVol ** 2 + (vol ** 2 - usualVol ** 2) * share);
  const phi = strength * level ** -power * (1 + level) ** (power - 1);
  const cosine = Math.sqrt(1 - tilt * tilt);
  return { a: (level / 2) * cosine * cosine, b: (level * phi) / 2, rho: tilt, m: -tilt / phi, sigma: cosine / phi };
}

/** Evenly spaced in standard deviations, rounded to the exchange's grid of strikes. */
function strikesOf({ spot, usualVol }: MakerMarket, tenorYears: number): readonly number[] {
  const { strikes, reach, strikeGrid } = OPTION_MAKER;
  const deviation = usualVol * Math.sqrt(tenorYears);
  const grid = 10 ** Math.floor(Math.log10(spot)) * strikeGrid;
  const listed = Array.from({ length: strikes }, (_, place) => {
    const distance = reach * ((2 * place) / (strikes - 1) - 1);
    return grid * Math.max(1, Math.round((spot * Math.exp(distance * deviation)) / grid));
  });
  return [...new Set(listed)];
}

interface Quoting {
  readonly market: MakerMarket;
  readonly tenorYears: number;
  readonly slice: SviSlice;
}

function quoteOf(
  { kind, strike, expirySec }: Pick<ChainQuote, "kind" | "strike" | "expirySec">,
  { market, tenorYears, slice }: Quoting,
): ChainQuote {
  const { rng, spot, staleSpot } = market;
  const carry = Math.exp(OPTION_MAKER.carry * tenorYears);
  const isStale = rng.uniform() < OPTION_MAKER.staleQuotes;
  const future = carry * spot;
  const quotedAt = isStale ? carry * staleSpot : future;
  const deviation = Math.sqrt(sviVariance(slice, Math.log(strike / quotedAt)));
  const coins = (at: number): number => fastOptionValue({ kind, forward: quotedAt, strike, deviation: at }) / quotedAt;
  const fair = coins(deviation);
  // A spread in volatility, at least two ticks.
  const half = Math.max(TICK, coins(deviation * (1 + OPTION_MAKER.halfSpread)) - fair);
  const middle = fair + half * OPTION_MAKER.quoteNoise * rng.normal();
  const [bid, ask] = [TICK * Math.floor((middle - half) / TICK), TICK * Math.ceil((middle + half) / TICK)];
  return { kind, strike, expirySec, bid: bid > 0 ? bid : null, ask: Math.max(TICK, ask), future };
}
