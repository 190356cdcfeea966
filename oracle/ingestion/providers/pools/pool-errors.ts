/** Why a pool cannot be read as its settings say. */
import { PlimsollError } from "../../../domain/errors.ts";
import type { PoolSettings } from "./pool-reader.ts";

/** The contract is none, or not of this kind. */
export function poolUnreadable({ pool, protocol }: PoolSettings, cause: unknown) {
  return new PlimsollError({
    code: "POOL_UNREADABLE",
    problem: `The contract ${pool} does not answer as a pool of ${protocol}.`,
    remedy: "Check the address, the protocol and the chain of this entry.",
    context: { pool, protocol },
    cause,
  });
}

/** The pool trades other tokens. */
export function poolTokenForeign({ pool, coin }: PoolSettings, tokens: readonly string[]) {
  return new PlimsollError({
    code: "POOL_TOKEN_FOREIGN",
    problem: `The pool ${pool} trades ${tokens.join(" for ")}, and not the coin ${coin}.`,
    remedy: "Give the pool's own token of the asset as coin.",
    context: { pool, coin, tokens: tokens.join() },
  });
}

/** Decimals differ from those of the settings: every price and depth would be wrong by powers of ten. */
export function poolDecimalsWrong({ pool }: PoolSettings, found: { token: string; actual: number; expected: number }) {
  return new PlimsollError({
    code: "POOL_DECIMALS_WRONG",
    problem: `The token ${found.token} of the pool ${pool} has ${found.actual} decimals, and the settings say ${found.expected}.`,
    remedy: "Correct coinDecimals or quoteDecimals of this entry.",
    context: { pool, ...found },
  });
}

/** Nobody has given the pool a price yet. */
export function poolUninitialised({ pool }: PoolSettings) {
  return new PlimsollError({
    code: "POOL_UNINITIALISED",
    problem: `The pool ${pool} has no price or no reserves.`,
    remedy: "Take another pool: this one was never used, or was emptied.",
    context: { pool },
  });
}

/** What the quote token is worth is not known. */
export function poolQuoteUnknown({ pool, quoteFeed }: PoolSettings, found: { answer: bigint; ageSec: number }) {
  return new PlimsollError({
    code: "POOL_QUOTE_UNKNOWN",
    problem: `The feed ${quoteFeed?.address} of the pool ${pool} says ${found.answer}, ${found.ageSec} s ago (limit ${quoteFeed?.maxAgeSec} s).`,
    remedy: "Nothing of the pool is told until its quote has a price; if it stays so, see quoteFeed of this entry.",
    context: { pool, feed: quoteFeed?.address, ...found },
  });
}
