/** Checks of the quotes of one chain, row by row: what is unsound is left out and counted, the rest is passed on. */
import type { RejectReason } from "../domain/market.ts";
import type { ChainQuote, OptionChain } from "../domain/option-chain.ts";
import type { GuardLimits } from "./guard-limits.ts";

/** A call is worth a coin at most; placeholder asks may stand above that, a bid may not. */
const GREATEST_BID = 2;

/**
 * The chain without quotes that are not numbers, not positive, expired, quoted twice, or far from the chain's index.
 *
 * @param reject told of every quote that is left out.
 */
export function soundChain(
  chain: OptionChain,
  limits: Pick<GuardLimits, "maxQuoteRatio">,
  reject: (reason: RejectReason) => void,
): OptionChain {
  const seen = new Set<string>();
  const quotes = chain.quotes.filter((quote) => {
    const key = `${quote.kind}/${quote.strike}/${quote.expirySec}`;
    const reason = quoteFault(quote, chain, limits) ?? (seen.has(key) ? "duplicate" : null);
    if (reason === null) seen.add(key);
    else reject(reason);
    return reason === null;
  });
  return { ...chain, quotes };
}

/** Crossed quotes are no fault here: the fit of the surface leaves them out. */
function quoteFault(
  { strike, expirySec, future, bid, ask }: ChainQuote,
  { index, sourceTimeSec }: OptionChain,
  { maxQuoteRatio }: Pick<GuardLimits, "maxQuoteRatio">,
): RejectReason | null {
  const numbers = [strike, expirySec, future, bid ?? 0, ask ?? 0];
  if (!numbers.every(Number.isFinite)) return "not-a-number";
  if (!(strike > 0 && future > 0 && (bid ?? 0) >= 0 && (ask ?? 0) >= 0)) return "not-positive";
  if (expirySec <= sourceTimeSec) return "stale";
  const isFar = future > index * maxQuoteRatio || future < index / maxQuoteRatio;
  return isFar || (bid ?? 0) > GREATEST_BID ? "implausible-quote" : null;
}
