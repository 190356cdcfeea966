/** The book of positions that a fall would liquidate: who sells how much once price has come how far. */

import type { LeveredPosition } from "../domain/cascade.ts";
import type { Position } from "../domain/positions.ts";
import { upperBound } from "../math/upper-bound.ts";

/** Forced sales by the fall that triggers them. */
export interface AgentBook {
  /** Log fall at which each position is liquidated, ascending, ≥ 0. `[n]` */
  readonly trigger: Float64Array;
  /** USD sold by all positions up to and including each, non-decreasing. `[n]` */
  readonly soldUsd: Float64Array;
}

/** A collateralised loan as lending protocols keep it. */
export interface LoanTerms {
  readonly protocol: string;
  readonly asset: string;
  /** Collateral, coins. */
  readonly collateralCoins: number;
  /** Debt, USD. */
  readonly debtUsd: number;
  /** Share of the collateral's value at and above which debt may be liquidated, in (0, 1]. */
  readonly liquidationThreshold: number;
  /** Share of the debt that one liquidation repays, and its bonus: Aave v3 repays half, or all of a small or sick loan. */
  readonly closeFactor: number;
  readonly bonus: number;
}

/**
 * Book of one asset's positions at a spot price. Positions with numbers that are not finite or not positive are counted as
 * liquidated at once with what is finite of them, never left out.
 */
export function agentBook(positions: readonly LeveredPosition[], spot: number): AgentBook {
  const agents = positions
    .map(({ coins, liquidationPrice }) => agentOf(coins, liquidationPrice, spot))
    .filter(({ usd }) => usd > 0)
    .sort((left, right) => left.trigger - right.trigger);
  let total = 0;
  const soldUsd = Float64Array.from(agents, ({ usd }) => {
    total += usd;
    return total;
  });
  return { trigger: Float64Array.from(agents, ({ trigger }) => trigger), soldUsd };
}

/** USD sold once price has fallen by a log move. */
export function soldAt({ trigger, soldUsd }: AgentBook, fall: number): number {
  return soldUsd[upperBound(trigger, fall) - 1] ?? 0;
}

/** The first liquidation of a loan: it sells `closeFactor·debt·(1 + bonus)` of collateral, at most all of it. */
export function leveredLoan(loan: LoanTerms): LeveredPosition {
  const { collateralCoins, debtUsd, liquidationThreshold, closeFactor, bonus } = loan;
  const liquidationPrice = debtUsd / (collateralCoins * liquidationThreshold);
  const coins = Math.min(collateralCoins, (closeFactor * debtUsd * (1 + bonus)) / liquidationPrice);
  return { protocol: loan.protocol, asset: loan.asset, coins, liquidationPrice };
}

/**
 * A short put of the vault: liquidated where its collateral c falls below `I + ρ·(K − I)`, so at `S = K − (c − ρ·K)/(1 − ρ)`;
 * whoever takes it over sells at most one coin a contract against it. Calls are hurt by rises and sell nothing in a fall.
 *
 * @param rho in force, 0…1.
 * @returns `null` for calls, and where no price liquidates it.
 */
export function leveredPut(
  {
    kind,
    asset,
    strike,
    size,
    collateralPerContract,
  }: Pick<Position, "kind" | "asset" | "strike" | "size" | "collateralPerContract">,
  rho: number,
): LeveredPosition | null {
  if (kind === "call") return null;
  const timeValue = collateralPerContract - rho * strike;
  if (rho >= 1)
    return timeValue < 0 ? { protocol: "vault", asset, coins: size, liquidationPrice: Number.POSITIVE_INFINITY } : null;
  // Below its bare ratio a position may be liquidated at any price.
  const liquidationPrice = timeValue < 0 ? Number.POSITIVE_INFINITY : strike - timeValue / (1 - rho);
  return liquidationPrice > 0 ? { protocol: "vault", asset, coins: size, liquidationPrice } : null;
}

function agentOf(
  coins: number,
  liquidationPrice: number,
  spot: number,
): { readonly trigger: number; readonly usd: number } {
  const price = liquidationPrice > 0 && liquidationPrice < spot ? liquidationPrice : spot;
  return { trigger: Math.log(spot / price), usd: Number.isFinite(coins) ? Math.max(0, coins) * price : 0 };
}
