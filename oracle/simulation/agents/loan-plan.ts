/** Which loans the borrowers of a local run take: debts from far below to just above the coins' price. */
import type { AssetSymbol } from "../../domain/market.ts";
import { type PlanRequest, pick, planExpiries, roundSize, roundStrike } from "./position-plan.ts";

/** One loan that a borrower takes at the start of a run. */
export interface PlannedLoan {
  readonly asset: AssetSymbol;
  /** Debt per coin, USD: the strike of the put. */
  readonly strike: number;
  readonly expirySec: number;
  /** Coins. */
  readonly size: number;
  /** Index of the borrower among the writers' accounts. */
  readonly borrower: number;
  /** Margin posted as a multiple of the requirement at opening; at least 1. */
  readonly marginMultiple: number;
  /** A diligent borrower adds margin before a liquidation and repays at expiry; others never do. */
  readonly isDiligent: boolean;
}

/** Debt over the coins' price. */
const DEBT_SHARES = [0.75, 0.9, 1, 1.1] as const;
const NOTIONALS_USD = [40_000, 90_000, 150_000, 25_000] as const;
const MARGIN_MULTIPLES = [1.05, 1.3, 1.02, 1.15] as const;
const EVERY_WHICH_IS_DILIGENT = 2;

/**
 * Plans four loans an asset.
 *
 * @returns loans in the order in which they are taken; equal requests give equal plans.
 */
export function planLoans(request: PlanRequest): readonly PlannedLoan[] {
  const expiries = planExpiries(request);
  const loans: PlannedLoan[] = [];
  for (const [asset, spot] of request.spot) {
    for (const share of DEBT_SHARES) {
      const index = loans.length;
      loans.push({
        asset,
        strike: roundStrike(spot * share),
        expirySec: pick(expiries, index),
        size: roundSize(pick(NOTIONALS_USD, index) / spot),
        borrower: index % request.writers,
        marginMultiple: pick(MARGIN_MULTIPLES, index),
        isDiligent: index % EVERY_WHICH_IS_DILIGENT === 0,
      });
    }
  }
  return loans;
}
