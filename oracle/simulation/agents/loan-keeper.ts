/**
 * A keeper of the loan market: ends unhealthy and due loans only when that pays. What the coins fetch in the replayed
 * market, less the cost of selling them and gas, must exceed what it pays for them.
 */
import { protectedLoansAbi } from "../../chain/abi/protected-loans.ts";
import type { AssetMarket, AssetSymbol } from "../../domain/market.ts";
import type { Position } from "../../domain/positions.ts";
import { fromFixedPoint } from "../../domain/units.ts";
import type { JudgedPosition } from "./liquidation-keeper.ts";
import { approve, type LoanDependencies } from "./loan-borrowers.ts";
import { confirm } from "./local-world.ts";
import { marketOf } from "./writers.ts";

/** What the keeper sees and acts on. */
export interface LoanKeeperInput extends LoanDependencies {
  readonly markets: ReadonlyMap<AssetSymbol, AssetMarket>;
  /** Chain time, seconds. */
  readonly atSec: number;
}

/** What a look at one loan led to. */
export type LoanAction =
  | { readonly kind: "none" | "unwanted" | "insolvent" }
  /** `shortfall`: what the lenders miss, quote units. */
  | { readonly kind: "liquidated"; readonly shortfall: bigint };

const WAD = 10n ** 18n;
/** Half spread and fee of selling the coins: ten basis points are common on spot venues. */
const SALE_COST = 0.001;
/** Gas of a liquidation and a sale, USD: about 250 000 gas at 20 gwei and 3 000 USD. */
const GAS_USD = 15;

/** Healths of all loans; due ones stay until somebody ends them. */
export async function judgeLoans(
  input: Pick<LoanDependencies, "client" | "loans">,
  positions: readonly Position[],
): Promise<readonly JudgedPosition[]> {
  const contract = { address: input.loans, abi: protectedLoansAbi } as const;
  return await Promise.all(
    positions.map(async (position) => ({
      position,
      healthWad: await input.client.readContract({ ...contract, functionName: "healthOf", args: [position.id] }),
    })),
  );
}

/** Whether a loan may be ended. */
export function isEndable({ position, healthWad }: JudgedPosition, atSec: number): boolean {
  return healthWad < WAD || position.expirySec <= atSec;
}

/** Looks at one loan, and ends it if it may be ended and that pays. */
export async function treatLoan(input: LoanKeeperInput, judged: JudgedPosition): Promise<LoanAction> {
  const { position, healthWad } = judged;
  if (!isEndable(judged, input.atSec)) return { kind: "none" };
  if (position.expirySec > input.atSec && healthWad <= 0n) return { kind: "insolvent" };
  const contract = { address: input.loans, abi: protectedLoansAbi } as const;
  const quote = await input.client.readContract({
    ...contract,
    functionName: "liquidationQuote",
    args: [position.id],
  });
  const spot = input.markets.get(position.asset)?.spot;
  const market = marketOf(input.contracts, position.asset);
  if (spot === undefined) return { kind: "unwanted" };
  const proceeds = fromFixedPoint(quote.coinsOut, market.baseDecimals) * spot * (1 - SALE_COST) - GAS_USD;
  if (proceeds <= fromFixedPoint(quote.paid, market.quoteDecimals)) return { kind: "unwanted" };
  const { keeper } = input.actors;
  await approve(input, keeper, market.quote);
  const args = [position.id, quote.paid] as const;
  const hash = await input.client.writeContract({ ...contract, functionName: "liquidate", args, account: keeper });
  await confirm(input.client, hash, `liquidate loan ${position.id}`);
  return { kind: "liquidated", shortfall: quote.shortfall };
}
