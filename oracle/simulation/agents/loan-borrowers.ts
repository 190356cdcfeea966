/** The lender and the borrowers of a local run: cash is lent, planned loans are taken, some borrowers look after theirs. */
import { maxUint256 } from "viem";
import { protectedLoansAbi } from "../../chain/abi/protected-loans.ts";
import { testTokenAbi } from "../../chain/abi/test-token.ts";
import { type Address, toFixedPoint } from "../../domain/units.ts";
import { encodeSeriesId } from "../../rules/series-id.ts";
import type { JudgedPosition } from "./liquidation-keeper.ts";
import type { PlannedLoan } from "./loan-plan.ts";
import { confirm, type LocalMarket } from "./local-world.ts";
import { marketOf, pickActor, type WriterDependencies } from "./writers.ts";

/** What agents of the loan market act on. */
export interface LoanDependencies extends WriterDependencies {
  /** The loan market. */
  readonly loans: Address;
}

const E8_DECIMALS = 8;
const BPS = 10_000n;
/** USD that the lender puts in: far more than the plan borrows. */
const LENT_USD = 50_000_000n;
/** A diligent borrower acts when less than a tenth of his buffer is used up. */
const TOP_UP_BELOW_WAD = 1_150_000_000_000_000_000n;
/** Share of the margin that a top-up adds. */
const TOP_UP_SHARE_BPS = 2_500n;

/**
 * Lends the cash and takes the planned loans that are not taken yet: ids are sequential, so a restarted run goes on where
 * the killed one stopped.
 *
 * @returns number of loans taken by this call.
 */
export async function openLoans(deps: LoanDependencies, plan: readonly PlannedLoan[]): Promise<number> {
  await lendCash(deps);
  const contract = { address: deps.loans, abi: protectedLoansAbi } as const;
  const count = await deps.client.readContract({ ...contract, functionName: "positionCount" });
  const missing = plan.slice(Number(count));
  for (const planned of missing) await takeLoan(deps, planned);
  return missing.length;
}

async function lendCash(deps: LoanDependencies): Promise<void> {
  const { client, loans, actors } = deps;
  const contract = { address: loans, abi: protectedLoansAbi } as const;
  const [market] = deps.contracts.markets;
  if (market === undefined || (await client.readContract({ ...contract, functionName: "totalAssets" })) > 0n) return;
  const lender = pickActor(actors.holders, 0);
  await approve(deps, lender, market.quote);
  const args = [LENT_USD * 10n ** BigInt(market.quoteDecimals), lender] as const;
  const hash = await client.writeContract({ ...contract, functionName: "deposit", args, account: lender });
  await confirm(client, hash, "lend cash");
}

async function takeLoan(deps: LoanDependencies, planned: PlannedLoan): Promise<void> {
  const { client, loans, actors, contracts } = deps;
  const market = marketOf(contracts, planned.asset);
  const borrower = pickActor(actors.writers, planned.borrower);
  await approve(deps, borrower, market.base);
  await approve(deps, borrower, market.quote);
  const contract = { address: loans, abi: protectedLoansAbi } as const;
  const order = [seriesIdOf(market, planned), toFixedPoint(planned.size, E8_DECIMALS)] as const;
  const offer = await client.readContract({ ...contract, functionName: "offer", args: order });
  const margin = (offer.margin * BigInt(Math.ceil(planned.marginMultiple * Number(BPS)))) / BPS + 1n;
  const args = [...order, margin, borrower] as const;
  const hash = await client.writeContract({ ...contract, functionName: "borrow", args, account: borrower });
  await confirm(client, hash, `take a loan on ${planned.asset}`);
}

function seriesIdOf(market: LocalMarket, planned: PlannedLoan): bigint {
  return encodeSeriesId({
    marketId: market.marketId,
    strikeE8: toFixedPoint(planned.strike, E8_DECIMALS),
    expirySec: planned.expirySec,
    isPut: true,
  });
}

/** Lets the loan market draw on a token. Harmless when done before. */
export async function approve(deps: LoanDependencies, owner: Address, token: Address): Promise<void> {
  const { client, loans } = deps;
  const contract = { address: token, abi: testTokenAbi } as const;
  if ((await client.readContract({ ...contract, functionName: "allowance", args: [owner, loans] })) > 0n) return;
  const args = [loans, maxUint256] as const;
  const hash = await client.writeContract({ ...contract, functionName: "approve", args, account: owner });
  await confirm(client, hash, "approve the loan market");
}

/** What a diligent borrower did. */
export interface TendedLoan {
  readonly id: bigint;
  readonly action: "repaid" | "topped up";
}

/** Lets diligent borrowers repay what is due and add margin where health is near 1. @returns what was done. */
export async function tendLoans(
  deps: LoanDependencies & { readonly atSec: number },
  judged: readonly JudgedPosition[],
  plan: readonly PlannedLoan[],
): Promise<readonly TendedLoan[]> {
  const done: TendedLoan[] = [];
  for (const { position, healthWad } of judged) {
    const planned = plan[Number(position.id) - 1];
    if (planned === undefined || !planned.isDiligent) continue;
    const isDue = position.expirySec <= deps.atSec;
    if (!isDue && healthWad >= TOP_UP_BELOW_WAD) continue;
    const borrower = pickActor(deps.actors.writers, planned.borrower);
    const contract = { address: deps.loans, abi: protectedLoansAbi, account: borrower } as const;
    const amount = (position.collateralUnits * TOP_UP_SHARE_BPS) / BPS;
    const hash = isDue
      ? await deps.client.writeContract({ ...contract, functionName: "repay", args: [position.id, borrower] })
      : await deps.client.writeContract({ ...contract, functionName: "addMargin", args: [position.id, amount] });
    const action = isDue ? "repaid" : "topped up";
    await confirm(deps.client, hash, `see to loan ${position.id}: ${action}`);
    done.push({ id: position.id, action });
  }
  return done;
}
