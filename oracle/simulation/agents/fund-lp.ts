/** An LP of the insurance funds on a local network: it deposits before the first position is opened, and stays. */
import { insuranceFundAbi } from "../../chain/abi/insurance-fund.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import { confirm, type LocalActors, type LocalClient, type LocalContracts, type LocalFund } from "./local-world.ts";

/** What the LP acts on. */
export interface FundLpDependencies {
  readonly client: LocalClient;
  readonly actors: LocalActors;
  readonly contracts: LocalContracts;
}

/** Whole tokens that every fund starts with: a series may cost it a tenth. */
const DEPOSIT = 1_000_000n;

/**
 * Gives every fund that has no assets yet its first deposit; the deployer, who mints the tokens, is the LP. Harmless when
 * done before. A fund in its daily settlement window takes nothing: it is passed over and can be asked again later.
 *
 * @returns funds that were given something by this call.
 */
export async function depositCover(deps: FundLpDependencies): Promise<number> {
  let deposited = 0;
  for (const fund of deps.contracts.funds) {
    if (await depositOne(deps, fund)) deposited += 1;
  }
  return deposited;
}

async function depositOne(deps: FundLpDependencies, { fund, token, decimals }: LocalFund): Promise<boolean> {
  const { client, actors } = deps;
  const contract = { address: fund, abi: insuranceFundAbi } as const;
  const lp = actors.deployer;
  if ((await client.readContract({ ...contract, functionName: "totalAssets" })) > 0n) return false;
  const amount = DEPOSIT * 10n ** BigInt(decimals);
  const most = await client.readContract({ ...contract, functionName: "maxDeposit", args: [lp] });
  if (most < amount) return false;
  const coin = { address: token, abi: testTokenAbi, account: lp } as const;
  const minted = await client.writeContract({ ...coin, functionName: "mint", args: [lp, amount] });
  await confirm(client, minted, "mint the LP's tokens");
  const approved = await client.writeContract({ ...coin, functionName: "approve", args: [fund, amount] });
  await confirm(client, approved, "approve the insurance fund");
  const hash = await client.writeContract({
    ...contract,
    functionName: "deposit",
    args: [amount, lp],
    account: lp,
  });
  await confirm(client, hash, "deposit into an insurance fund");
  return true;
}
