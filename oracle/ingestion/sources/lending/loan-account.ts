/** Values what an account of a lending market holds and owes at the protocol's prices. */
import type { LoanAccount, LoanCollateral, LoanDebt } from "../../../domain/lending.ts";
import { fromFixedPoint } from "../../../domain/units.ts";
import { assetOf, type Holdings, type LendingProtocol, type TokenTerms } from "./lending-protocol.ts";
import type { LendingMarketSettings } from "./lending-settings.ts";

/** What holdings are valued with. */
export interface LendingValues {
  readonly settings: LendingMarketSettings;
  readonly protocol: Pick<LendingProtocol, "soldPerDebt">;
  readonly terms: ReadonlyMap<string, TokenTerms>;
  /** USD by lower-case token. */
  readonly prices: ReadonlyMap<string, number>;
}

/** USD of an amount of a token; `null` for a token without terms or without a price above 0. */
export function usdOf(
  { terms, prices }: Pick<LendingValues, "terms" | "prices">,
  token: string,
  amount: bigint,
): number | null {
  const [term, price] = [terms.get(token), prices.get(token) ?? 0];
  return term === undefined || !(price > 0) ? null : fromFixedPoint(amount, term.decimals) * price;
}

/**
 * The account as a loan, and how many of its tokens have no price: collateral without one stands behind nothing, debt without one is
 * left out; collateral whose asset itself has none counts as holding its price. `null` for an account that owes nothing that has a
 * price.
 */
export function loanAccountOf(
  holdings: Holdings,
  values: LendingValues,
): { readonly loan: LoanAccount | null; readonly unpriced: number } {
  const collateral = [...holdings.collateral].map(([token, amount]) =>
    collateralOf(values, holdings, { token, amount }),
  );
  const debts = [...holdings.debts].map(([token, amount]): LoanDebt | null => {
    const valueUsd = usdOf(values, token, amount);
    return valueUsd === null ? null : { asset: assetOf(values.settings, token)?.asset ?? null, valueUsd };
  });
  const [priced, owed] = [collateral.flatMap((leg) => leg ?? []), debts.flatMap((debt) => debt ?? [])];
  const uncounted = priced.filter(({ isUncounted }) => isUncounted).length;
  const unpriced = collateral.length - priced.length + debts.length - owed.length + uncounted;
  if (owed.length === 0) return { loan: null, unpriced };
  const { account } = holdings;
  const { protocol } = values.settings;
  const loan = { protocol, account, collateral: priced.map(({ leg }) => leg), debts: owed };
  return { loan: { ...loan, soldPerDebt: soldPerDebt(values, priced, owed) }, unpriced };
}

interface PricedCollateral {
  readonly leg: LoanCollateral;
  readonly bonus: number;
  /** Moves with an asset whose own token the market does not price: it cannot be counted in coins. */
  readonly isUncounted: boolean;
}

function collateralOf(
  values: LendingValues,
  { ownThreshold }: Holdings,
  { token, amount }: { readonly token: string; readonly amount: bigint },
): PricedCollateral | null {
  const [term, valueUsd] = [values.terms.get(token), usdOf(values, token, amount)];
  if (term === undefined || valueUsd === null) return null;
  const found = assetOf(values.settings, token);
  const coinUsd = found === null ? 0 : (values.prices.get(found.coin) ?? 0);
  const isUncounted = found !== null && !(coinUsd > 0);
  const asset = isUncounted ? null : (found?.asset ?? null);
  const leg = { asset, valueUsd, coinUsd, threshold: ownThreshold ?? term.threshold };
  return { leg, bonus: term.bonus, isUncounted };
}

function soldPerDebt(
  { protocol }: LendingValues,
  collateral: readonly PricedCollateral[],
  debts: readonly LoanDebt[],
): number {
  const sum = (of: (leg: PricedCollateral) => number) => collateral.reduce((total, leg) => total + of(leg), 0);
  const collateralUsd = sum(({ leg }) => leg.valueUsd);
  const debtUsd = debts.reduce((total, { valueUsd }) => total + valueUsd, 0);
  const weighted = sum(({ leg }) => leg.valueUsd * leg.threshold);
  const bonus = collateralUsd > 0 ? sum((leg) => leg.leg.valueUsd * leg.bonus) / collateralUsd : 1;
  return protocol.soldPerDebt({ collateralUsd, debtUsd, health: weighted / debtUsd }, bonus);
}
