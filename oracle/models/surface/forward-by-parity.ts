/** Forward of an expiry by put-call parity of coin-settled options: C − P = 1 − K/F. */
import type { ChainQuote } from "../../domain/option-chain.ts";

interface Bound {
  /** The allowed ratio nearest to 1. */
  readonly ratio: number;
  readonly weight: number;
}

/** Fewer strikes with a quoted call and put are no evidence against a quoted future. */
const LEAST_STRIKES = 3;
/** A parity forward further off is a fault of the quotes. */
const GREATEST_CORRECTION = 0.02;

/**
 * Ratio of the forward to the quoted futures of one expiry.
 *
 * At each strike with a quoted call and put the bids and asks bound the forward; the allowed value nearest to the quoted future
 * votes with the inverse of the bound's width, and the weighted median wins. So a quoted future stands unless most of the chain trades
 * against it; 1 with fewer than three such strikes, and for corrections beyond 2 %.
 */
export function forwardByParity(quotes: readonly ChainQuote[]): number {
  const puts = new Map(quotes.flatMap((quote) => (quote.kind === "put" ? [[quote.strike, quote] as const] : [])));
  const bounds = quotes.flatMap((call) => {
    const put = call.kind === "call" ? puts.get(call.strike) : undefined;
    return put === undefined ? [] : (boundOf(call, put) ?? []);
  });
  if (bounds.length < LEAST_STRIKES) return 1;
  const ratio = weightedMedian(bounds);
  return Math.abs(ratio - 1) <= GREATEST_CORRECTION ? ratio : 1;
}

function boundOf(call: ChainQuote, put: ChainQuote): Bound | null {
  if (call.bid === null || call.ask === null || put.bid === null || put.ask === null) return null;
  if (!(call.ask > call.bid && put.ask > put.bid)) return null;
  const low = call.strike / (1 - (call.bid - put.ask)) / call.future;
  const high = call.strike / (1 - (call.ask - put.bid)) / call.future;
  if (!(low > 0 && high > low)) return null;
  return { ratio: Math.min(Math.max(1, low), high), weight: 1 / (high - low) };
}

function weightedMedian(bounds: readonly Bound[]): number {
  const sorted = bounds.toSorted((left, right) => left.ratio - right.ratio);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  const found = sorted.find(({ weight }) => {
    sum += weight;
    return sum >= half;
  });
  return found?.ratio ?? 1;
}
