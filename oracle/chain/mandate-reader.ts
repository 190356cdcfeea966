/** Reads a hedging mandate and its venue at one block. */
import { erc20Abi } from "viem";
import type { Address } from "../domain/units.ts";
import { hedgeMandateAbi } from "./abi/hedge-mandate.ts";
import { perpVenueAbi } from "./abi/perp-venue.ts";
import type { ChainClient } from "./client.ts";

/** A mandate and the contracts that it stands between. */
export interface MandateAddresses {
  readonly mandate: Address;
  readonly venue: Address;
  /** Margin token. */
  readonly token: Address;
}

/** Everything that a decision needs, as the chain has it. */
export type MandateState = Awaited<ReturnType<typeof readMandate>>;

/** Reads terms, use, caps and account of a mandate; what it holds of the venue's answers is the venue's word. */
export async function readMandate({ reader }: ChainClient, { mandate, venue, token }: MandateAddresses) {
  const { number: blockNumber, timestamp } = await reader.getBlock();
  const contract = { address: mandate, abi: hedgeMandateAbi, blockNumber } as const;
  const account = { address: venue, abi: perpVenueAbi, args: [mandate], blockNumber } as const;
  const [terms, used, marginLimit, turnoverLeftE8, positionE8, equity, markE8, idle] = await Promise.all([
    reader.readContract({ ...contract, functionName: "terms" }),
    reader.readContract({ ...contract, functionName: "used" }),
    reader.readContract({ ...contract, functionName: "marginLimit" }),
    reader.readContract({ ...contract, functionName: "turnoverLeftE8" }),
    reader.readContract({ ...account, functionName: "positionOf" }),
    reader.readContract({ ...account, functionName: "equityOf" }),
    reader.readContract({ address: venue, abi: perpVenueAbi, blockNumber, functionName: "markE8" }),
    reader.readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [mandate], blockNumber }),
  ]);
  return { atSec: Number(timestamp), terms, used, marginLimit, turnoverLeftE8, positionE8, equity, markE8, idle };
}
