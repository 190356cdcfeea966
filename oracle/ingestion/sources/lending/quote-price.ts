/** USD of what a lending market counts its prices in, from a feed of its base token. */
import { priceFeedAbi } from "../../../chain/feeds/price-feed-abi.ts";
import { PlimsollError } from "../../../domain/errors.ts";
import type { Anchor } from "../../../domain/report.ts";
import { fromFixedPoint } from "../../../domain/units.ts";
import { pinned } from "../pinned.ts";
import type { LendingDoor } from "./lending-protocol.ts";
import type { LendingQuote } from "./lending-settings.ts";

/**
 * USD of one unit of the market's quote: 1 for a market in USD, else the base token's dollars by its feed over what the market itself
 * says that it is worth.
 *
 * @param baseInQuote the market's own price of its base token; `null` where it says none.
 * @throws PlimsollError `LENDING_QUOTE_UNKNOWN` where a price is missing, not positive, of the future or too old; viem's errors.
 */
export async function quoteUsd(
  { chain, settings }: LendingDoor,
  baseInQuote: number | null,
  at: Anchor,
): Promise<number> {
  const quote = settings.quote ?? "USD";
  if (quote === "USD") return 1;
  const feed = { address: quote.baseUsdFeed, abi: priceFeedAbi, ...pinned(at) } as const;
  const [decimals, [, answer, , updatedAt]] = await Promise.all([
    chain.reader.readContract({ ...feed, functionName: "decimals" }),
    chain.reader.readContract({ ...feed, functionName: "latestRoundData" }),
  ]);
  const ageSec = at.timestampSec - Number(updatedAt);
  const isFresh = ageSec >= 0 && ageSec <= quote.maxAgeSec;
  if (!isFresh || answer <= 0n || baseInQuote === null || !(baseInQuote > 0)) {
    throw quoteUnknown(quote, { answer, ageSec, baseInQuote });
  }
  return fromFixedPoint(answer, decimals) / baseInQuote;
}

function quoteUnknown(
  { baseUsdFeed, maxAgeSec }: Exclude<LendingQuote, "USD">,
  found: { readonly answer: bigint; readonly ageSec: number; readonly baseInQuote: number | null },
): PlimsollError<"LENDING_QUOTE_UNKNOWN"> {
  const { answer, ageSec, baseInQuote } = found;
  return new PlimsollError({
    code: "LENDING_QUOTE_UNKNOWN",
    problem: `The feed ${baseUsdFeed} says ${answer}, ${ageSec} s ago (limit ${maxAgeSec} s); its market says ${baseInQuote} of the base token.`,
    remedy:
      "The market is unreadable until both are known; if it stays so, see baseUsdFeed and maxAgeSec of its settings.",
    context: { baseUsdFeed, maxAgeSec, ...found },
  });
}
