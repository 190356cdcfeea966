/** Loans of other protocols against collateral, and what happens in their markets, as a node reads them on chain. */
import type { AssetSymbol, Provenance } from "./market.ts";
import type { Address } from "./units.ts";

/** Collateral of one kind behind a loan. */
export interface LoanCollateral {
  /** Asset with whose price it moves; `null` for what holds its price while assets fall, or is not followed. */
  readonly asset: AssetSymbol | null;
  /** USD at the protocol's prices. */
  readonly valueUsd: number;
  /** USD of one coin of the asset at the protocol's prices; 0 without an asset. */
  readonly coinUsd: number;
  /** Share of the value at and above which debt may be liquidated, 0…1. */
  readonly threshold: number;
}

/** Debt of one kind. */
export interface LoanDebt {
  /** As of {@link LoanCollateral}: debt in an asset falls with its price. */
  readonly asset: AssetSymbol | null;
  /** USD at the protocol's prices. */
  readonly valueUsd: number;
}

/** Everything that one account of a market owes, and what stands behind it. */
export interface LoanAccount {
  /** Where it was read: `aave-v3`, `compound-v2`, `compound-v3`. */
  readonly protocol: string;
  readonly account: Address;
  readonly collateral: readonly LoanCollateral[];
  readonly debts: readonly LoanDebt[];
  /** USD of collateral that the first liquidation sells for each USD of debt; infinite where it sells all that there is. */
  readonly soldPerDebt: number;
}

/** What an account did in a lending market, or what was done to it. */
export type LendingActionKind = "deposit" | "withdrawal" | "borrow" | "repayment" | "liquidation";

/** A liquidation, or a deposit, withdrawal, loan or repayment of a large amount. `sourceTimeSec` is its block's. */
export interface LendingEvent extends Provenance {
  readonly kind: LendingActionKind;
  readonly protocol: string;
  readonly account: Address;
  /** Token that moved: of a liquidation the collateral. */
  readonly token: Address;
  readonly asset: AssetSymbol | null;
  /** USD at the protocol's prices when it was read, not of its own block. */
  readonly amountUsd: number;
  readonly blockNumber: bigint;
}

/** What a market gave that was not taken, for one reason. */
export interface LendingReject {
  /** `<protocol>:<address>`. */
  readonly sourceId: string;
  readonly reason: LendingFault;
  readonly count: number;
}

/**
 * Why something of a lending market is missing: its events do not decode or their token has no price, an account could not be read or
 * awaits its turn, an account's token has no price, blocks are still caught up with, or the market as a whole could not be read, or not
 * in time.
 */
export type LendingFault =
  | "event-undecodable"
  | "event-unpriced"
  | "account-unreadable"
  | "account-pending"
  | "account-beyond-limit"
  | "token-unpriced"
  | "catching-up"
  | "market-unreadable"
  | "market-late";

/** What all lending markets of a chain say at an anchor. */
export interface LendingReading {
  /** Accounts with debt. */
  readonly accounts: readonly LoanAccount[];
  /** Ascending by block, a bounded number of the newest. */
  readonly events: readonly LendingEvent[];
  readonly rejected: readonly LendingReject[];
}

/** Whether a reading has every loan of its markets: an event without a price is missing from their history alone. */
export function hasEveryLoan({ rejected }: Pick<LendingReading, "rejected">): boolean {
  return rejected.every(({ reason }) => reason === "event-unpriced");
}
