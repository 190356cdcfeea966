/** One open short of a simulated vault: its integers as on chain, and the same in decimals for quick looks. */
import { payoffBounds } from "../../domain/positions.ts";
import { fromFixedPoint } from "../../domain/units.ts";
import { type ChainPayoff, healthWadDown, payoffAt } from "../../rules/margin.ts";
import type { Moment } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import type { VaultTerms } from "./vault-terms.ts";

/** When a writer settles a warning, and whether by a top-up. */
export interface WarningAnswer {
  readonly atSec: number;
  readonly isTopUp: boolean;
}

/** State of a short; replaced, never changed. */
export interface Short {
  readonly plan: PlannedShort;
  readonly sizeE8: bigint;
  /** Token units. */
  readonly collateral: bigint;
  /** Collateral per contract, coins or USD. */
  readonly perContract: number;
  /** Contracts. */
  readonly size: number;
  /** Start of the cool-off: opening, or the last withdrawal. */
  readonly coolOffFromSec: number;
  /** Time of the flag, `null` while not flagged. */
  readonly flaggedAtSec: number | null;
  /** π frozen at the flag. */
  readonly flagPiBps: number;
  /** What the writer makes of the last warning: `null` while there is none to settle. */
  readonly answer: WarningAnswer | null;
  /** Warnings that this writer has had. */
  readonly warnings: number;
}

const E8_DECIMALS = 8;

/** The short with other amounts. */
export function withAmounts(short: Short, amounts: Pick<Short, "sizeE8" | "collateral">, decimals: number): Short {
  const size = fromFixedPoint(amounts.sizeE8, E8_DECIMALS);
  return { ...short, ...amounts, size, perContract: fromFixedPoint(amounts.collateral, decimals) / size };
}

/** Payoff of the series at a moment. */
export function payoffOf(plan: PlannedShort, moment: Pick<Moment, "priceE8">, terms: VaultTerms): ChainPayoff {
  const { strikeE8, isPut } = plan.series;
  return payoffAt({ isPut, strikeE8, priceE8: moment.priceE8, decimals: terms.decimals[plan.kind] });
}

/** Health in decimals: (c − I)/(ρ(L − I)). */
export function roughHealth(short: Short, rhoBps: number, price: number): number {
  const { intrinsic, maxLoss } = payoffBounds(short.plan, price);
  return (short.perContract - intrinsic) / ((rhoBps / 10_000) * (maxLoss - intrinsic));
}

/** Health in wad by the chain's arithmetic. */
export function exactHealth(short: Short, rhoBps: number, at: { moment: Moment; terms: VaultTerms }): bigint {
  const { sizeE8, collateral } = short;
  const payoff = payoffOf(short.plan, at.moment, at.terms);
  return healthWadDown(payoff, { sizeE8, collateral, rhoBps: BigInt(rhoBps) });
}
