/** Hedging mandates: what each stands between, its terms and whether it is paused, against the reviewed files. */
import { hedgeMandateAbi } from "../../../oracle/chain/abi/hedge-mandate.ts";
import { hedgesOf, mandateTerms } from "../hedges.ts";
import type { VerificationRun } from "./context.ts";

/** Compares every mandate. */
export async function verifyHedges({ reader, comparison, at, config, parties }: VerificationRun): Promise<void> {
  for (const hedge of hedgesOf(config)) {
    const { name, venueName, marketId } = hedge;
    const mandate = { address: at(name), abi: hedgeMandateAbi } as const;
    const expected = { fund: at("fundquote"), venue: at(venueName), priceGuard: at("priceGuard"), marketId };
    comparison.same(name, expected, {
      fund: await reader.readContract({ ...mandate, functionName: "FUND" }),
      venue: await reader.readContract({ ...mandate, functionName: "VENUE" }),
      priceGuard: await reader.readContract({ ...mandate, functionName: "PRICE_GUARD" }),
      marketId: await reader.readContract({ ...mandate, functionName: "MARKET_ID" }),
    });
    const terms = await reader.readContract({ ...mandate, functionName: "terms" });
    comparison.same(`${name}.terms`, mandateTerms(hedge, parties), terms);
    const { isPaused } = await reader.readContract({ ...mandate, functionName: "used" });
    comparison.same(`${name}.isPaused`, false, isPaused);
  }
}
