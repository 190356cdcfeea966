/** The book of positions that a fall would liquidate: who sells how much once price has come how far. */

import type { LeveredPosition } from "../domain/cascade.ts";
import type { LoanAccount, LoanCollateral, LoanDebt } from "../domain/lending.ts";
import type { Position } from "../domain/positions.ts";
import { upperBound } from "../math/upper-bound.ts";

/** Forced sales by the fall that triggers them. */
export interface AgentBook {
  /** Log fall at which each position is liquidated, ascending, ≥ 0. `[n]` */
  readonly trigger: Float64Array;
  /** USD sold by all positions up to and including each, non-decreasing. `[n]` */
  readonly soldUsd: Float64Array;
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

/** USD that the positions of each protocol would sell, by protocol. */
export function protocolUsd(positions: readonly LeveredPosition[], spot: number): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const { protocol, coins, liquidationPrice } of positions) {
    sums.set(protocol, (sums.get(protocol) ?? 0) + agentOf(coins, liquidationPrice, spot).usd);
  }
  return Object.fromEntries(sums);
}

/** USD sold once price has fallen by a log move. */
export function soldAt({ trigger, soldUsd }: AgentBook, fall: number): number {
  return soldUsd[upperBound(trigger, fall) - 1] ?? 0;
}

/**
 * The first liquidation of a loan, by asset of its collateral. All assets are taken to fall together, by the factor x at which
 * `Σ threshold·collateral = Σ debt`, x on both sides before what moves; what holds its price stays. It sells `soldPerDebt` times the debt
 * of that moment, of what moves first, shared by value, at most all of it.
 *
 * @returns none where no fall liquidates it.
 */
export function leveredLoan({ protocol, collateral, debts, soldPerDebt }: LoanAccount): readonly LeveredPosition[] {
  const moving = collateral.filter(({ asset }) => asset !== null);
  const still = collateral.filter(({ asset }) => asset === null);
  const [movingDebt, stillDebt] = [debtOf(debts, true), debtOf(debts, false)];
  const fallsWith = weightedOf(moving) - movingDebt;
  const missing = stillDebt - weightedOf(still);
  // With debt that falls faster than its collateral only what is bad already can be liquidated.
  const isBadNow = missing > fallsWith;
  if (!isBadNow && fallsWith <= 0) return [];
  const factor = isBadNow ? 1 : missing / fallsWith;
  const movingUsd = factor * moving.reduce((sum, { valueUsd }) => sum + valueUsd, 0);
  if (!(factor > 0) || movingUsd <= 0) return [];
  const share = Math.min(1, (soldPerDebt * (factor * movingDebt + stillDebt)) / movingUsd);
  return moving.flatMap(({ asset, valueUsd, coinUsd }) =>
    asset === null
      ? []
      : {
          ...{ protocol, asset, coins: (share * valueUsd) / coinUsd },
          liquidationPrice: isBadNow ? Number.POSITIVE_INFINITY : factor * coinUsd,
        },
  );
}

function weightedOf(legs: readonly LoanCollateral[]): number {
  return legs.reduce((sum, { valueUsd, threshold }) => sum + valueUsd * threshold, 0);
}

function debtOf(debts: readonly LoanDebt[], isMoving: boolean): number {
  return debts.filter(({ asset }) => (asset !== null) === isMoving).reduce((sum, { valueUsd }) => sum + valueUsd, 0);
}

/**
 * A short put of the vault, or a term loan that is one: liquidated where its collateral c falls below `I + ρ·(K − I)`, so at `S = K − (c − ρ·K)/(1 − ρ)`;
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
    sourceIndex,
  }: Pick<Position, "kind" | "asset" | "strike" | "size" | "collateralPerContract" | "sourceIndex">,
  rho: number,
): LeveredPosition | null {
  if (kind === "call") return null;
  const protocol = `source-${sourceIndex}`;
  const timeValue = collateralPerContract - rho * strike;
  if (rho >= 1)
    return timeValue < 0 ? { protocol, asset, coins: size, liquidationPrice: Number.POSITIVE_INFINITY } : null;
  // Below its bare ratio a position may be liquidated at any price.
  const liquidationPrice = timeValue < 0 ? Number.POSITIVE_INFINITY : strike - timeValue / (1 - rho);
  return liquidationPrice > 0 ? { protocol, asset, coins: size, liquidationPrice } : null;
}

function agentOf(
  coins: number,
  liquidationPrice: number,
  spot: number,
): { readonly trigger: number; readonly usd: number } {
  const price = liquidationPrice > 0 && liquidationPrice < spot ? liquidationPrice : spot;
  return { trigger: Math.log(spot / price), usd: Number.isFinite(coins) ? Math.max(0, coins) * price : 0 };
}
