/** Turns the quotes of a chain into one set of usable points for each expiry, around a forward that parity allows. */
import type { ChainQuote } from "../../domain/option-chain.ts";
import { SECONDS_PER_YEAR } from "../../domain/units.ts";
import { forwardByParity } from "./forward-by-parity.ts";

/** A usable quote, turned by parity into the option that is out of the money. */
export interface SlicePoint {
  /** ln(K/F). */
  readonly logMoneyness: number;
  /** Middle of bid and ask, coins. */
  readonly price: number;
  /** Half the distance of bid and ask, coins, > 0. */
  readonly halfSpread: number;
  /** A call where true, a put otherwise. */
  readonly isCall: boolean;
}

/** Usable quotes of one expiry. */
export interface SliceQuotes {
  readonly expirySec: number;
  readonly tenorYears: number;
  /** Forward that parity allows over the quoted future; 1 where the quoted future satisfies it. */
  readonly forwardRatio: number;
  /** Median of the quoted futures times that ratio, USD. */
  readonly forward: number;
  /** Ascending in log moneyness. */
  readonly points: readonly SlicePoint[];
}

/** Options with less time left say nothing of volatility: their value is the settlement's average. */
const LEAST_TENOR_YEARS = 6 / (24 * 365);
/** Beyond this log moneyness (a factor of four) quotes are placeholders. */
const GREATEST_MONEYNESS = Math.log(4);
/** Spreads above this share of a coin are placeholders too. */
const GREATEST_SPREAD = 0.1;
/** Asks without a bid count as a price between zero and themselves up to this, coins: 20 ticks of BTC and ETH options. */
const GREATEST_LONE_ASK = 0.002;

/**
 * Usable quotes by expiry, ascending; expiries within six hours or without a usable quote are left out.
 *
 * Left out are quotes without an ask, crossed or locked ones, spreads above 0.1 coins, strikes a factor of four away, asks without
 * a bid above 0.002 coins, and prices without time value.
 */
export function cleanChain(quotes: readonly ChainQuote[], atSec: number): readonly SliceQuotes[] {
  const byExpiry = new Map<number, ChainQuote[]>();
  for (const quote of quotes) {
    const found = byExpiry.get(quote.expirySec);
    if (found === undefined) byExpiry.set(quote.expirySec, [quote]);
    else found.push(quote);
  }
  return [...byExpiry.keys()]
    .sort((left, right) => left - right)
    .flatMap((expirySec) => {
      const tenorYears = (expirySec - atSec) / SECONDS_PER_YEAR;
      if (!(tenorYears >= LEAST_TENOR_YEARS)) return [];
      const own = byExpiry.get(expirySec) ?? [];
      const forwardRatio = forwardByParity(own);
      const points = own.flatMap((quote) => slicePoint(quote, forwardRatio) ?? []);
      if (points.length === 0) return [];
      points.sort((left, right) => left.logMoneyness - right.logMoneyness);
      return [{ expirySec, tenorYears, forwardRatio, forward: forwardRatio * middleFuture(own), points }];
    });
}

function slicePoint(quote: ChainQuote, forwardRatio: number): SlicePoint | null {
  const { ask, strike, kind, future } = quote;
  const bid = quote.bid ?? 0;
  if (ask === null || !(ask > bid && ask - bid <= GREATEST_SPREAD)) return null;
  if (bid === 0 && ask > GREATEST_LONE_ASK) return null;
  const logMoneyness = Math.log(strike / (future * forwardRatio));
  if (!(Math.abs(logMoneyness) <= GREATEST_MONEYNESS)) return null;
  const isCall = logMoneyness >= 0;
  const price = (bid + ask) / 2 - (isCall === (kind === "call") ? 0 : Math.abs(Math.expm1(logMoneyness)));
  return price > 0 ? { logMoneyness, price, halfSpread: (ask - bid) / 2, isCall } : null;
}

function middleFuture(quotes: readonly ChainQuote[]): number {
  const futures = quotes.map(({ future }) => future).sort((left, right) => left - right);
  return futures[Math.floor(futures.length / 2)] ?? Number.NaN;
}
