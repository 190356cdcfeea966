/** Gives every hedging mandate of a local network its capital, and the local perpetual contracts their pool. */
import { hedgeMandateAbi } from "../../chain/abi/hedge-mandate.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import type { Address } from "../../domain/units.ts";
import type { FundLpDependencies } from "./fund-lp.ts";
import { confirm } from "./local-world.ts";

/** Capital of a mandate, USD: what the DAO puts beside the funds, and most that their hedge can lose. */
export const HEDGE_CAPITAL_USD = 50_000;
/** Pool of a local perpetual: more than any mandate's caps let it win. */
const POOL_USD = 10_000_000n;

/** Harmless when done before: a mandate that has capital, here or at its venue, gets no more. */
export async function endowHedges(deps: FundLpDependencies): Promise<void> {
  for (const { mandate, venue, token, decimals } of deps.contracts.hedges) {
    const unit = 10n ** BigInt(decimals);
    const coin = { address: token, abi: testTokenAbi } as const;
    const { netMargin } = await deps.client.readContract({
      address: mandate,
      abi: hedgeMandateAbi,
      functionName: "used",
    });
    const idle = await deps.client.readContract({ ...coin, functionName: "balanceOf", args: [mandate] });
    const pool = await deps.client.readContract({ ...coin, functionName: "balanceOf", args: [venue] });
    if (pool < POOL_USD * unit) await mint(deps, { token, to: venue, amount: POOL_USD * unit });
    if (idle + netMargin === 0n) await mint(deps, { token, to: mandate, amount: BigInt(HEDGE_CAPITAL_USD) * unit });
  }
}

interface Minting {
  readonly token: Address;
  readonly to: Address;
  readonly amount: bigint;
}

async function mint({ client, actors }: FundLpDependencies, { token, to, amount }: Minting): Promise<void> {
  const account = actors.deployer;
  const hash = await client.writeContract({
    address: token,
    abi: testTokenAbi,
    functionName: "mint",
    args: [to, amount],
    account,
  });
  await confirm(client, hash, "mint a hedging mandate's tokens");
}
