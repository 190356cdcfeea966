/** A simulated vault: what it holds, and what its owners do with it. */
import { payoffBounds } from "../../domain/positions.ts";
import { fromFixedPoint } from "../../domain/units.ts";
import { BPS_UNITS, intrinsicUp, marginUp } from "../../rules/margin.ts";
import { settlementShares } from "../../rules/settlement.ts";
import { DEFAULT_KEEPER, type KeeperHabits } from "./keeper-habits.ts";
import type { MarginPolicy } from "./margin-policy.ts";
import type { Moment } from "./market-moment.ts";
import type { PlannedShort } from "./opening-plan.ts";
import { payoffOf, type Short, withAmounts } from "./short.ts";
import { createVaultLedger, type VaultLedger } from "./vault-ledger.ts";
import type { VaultTerms } from "./vault-terms.ts";

/** A short as it stood when it was first liquidated; judged at its expiry. */
export interface FirstLiquidation {
  readonly plan: PlannedShort;
  readonly timeSec: number;
  /** Collateral per contract before, coins or USD. */
  readonly perContract: number;
}

/** One vault under one policy. */
export interface Vault {
  readonly policy: MarginPolicy;
  readonly terms: VaultTerms;
  readonly keeper: KeeperHabits;
  readonly ledger: VaultLedger;
  /** Open shorts by the place in their plan. */
  readonly shorts: Map<number, Short>;
  readonly firstLiquidations: Map<number, FirstLiquidation>;
  /** Spent of the budget of parameter-caused liquidations, by window. */
  readonly effectSpentE8: Map<number, bigint>;
}

/** An empty vault. */
export function createVault(policy: MarginPolicy, terms: VaultTerms, keeper: KeeperHabits = DEFAULT_KEEPER): Vault {
  const maps = { shorts: new Map(), firstLiquidations: new Map(), effectSpentE8: new Map() };
  return { policy, terms, keeper, ledger: createVaultLedger(), ...maps };
}

/** The writer opens the planned short with his multiple of what is asked. */
export function openShort(vault: Vault, plan: PlannedShort, moment: Moment): void {
  const { terms, policy, ledger } = vault;
  const collateral = wantedCollateral(vault, plan, { moment, sizeE8: plan.sizeE8, rhoBps: policy.open(plan, moment) });
  const blank = { plan, perContract: 0, size: 0, coolOffFromSec: moment.timeSec, flaggedAtSec: null, flagPiBps: 0 };
  const unborn = { ...blank, sizeE8: 0n, collateral: 0n, answer: null, warnings: 0 };
  const amounts = { sizeE8: plan.sizeE8, collateral };
  vault.shorts.set(plan.index, withAmounts(unborn, amounts, terms.decimals[plan.kind]));
  ledger.flow(plan.kind, "paidIn", collateral);
  ledger.count(moment.timeSec, { opened: 1 });
}

/** The writer brings his short back to his multiple of the initial requirement. @returns the short as it is then. */
export function topUp(vault: Vault, short: Short, moment: Moment): Short {
  const missing = wantedOf(vault, short, moment) - short.collateral;
  if (missing <= 0n) return short;
  vault.ledger.flow(short.plan.kind, "paidIn", missing);
  return replace(vault, short, { sizeE8: short.sizeE8, collateral: short.collateral + missing });
}

/** The writer takes out what he holds beyond his multiple of the initial requirement, if it is worth a transaction. */
export function withdrawSurplus(vault: Vault, short: Short, moment: Moment): void {
  const surplus = short.collateral - wantedOf(vault, short, moment);
  if (surplus * SURPLUS_PARTS < short.collateral) return;
  const left = replace(vault, short, { sizeE8: short.sizeE8, collateral: short.collateral - surplus });
  vault.shorts.set(short.plan.index, { ...left, coolOffFromSec: moment.timeSec, flaggedAtSec: null });
  vault.policy.grew(left, moment);
  vault.ledger.flow(short.plan.kind, "withdrawn", surplus);
}

/** Settles an expired short at the price of the moment; judges its first liquidation, if there was one. */
export function settleShort(vault: Vault, short: Short, moment: Moment): void {
  const { terms, ledger } = vault;
  const { plan, sizeE8, collateral } = short;
  const payoff = payoffOf(plan, moment, terms);
  const shares = settlementShares(payoff, { sizeE8, collateral, bountyOffered: terms.settleBounty[plan.kind] });
  remove(vault, short);
  ledger.flow(plan.kind, "settled", shares.paid);
  ledger.flow(plan.kind, "bounties", shares.bounty);
  ledger.flow(plan.kind, "refunded", shares.refund);
  ledger.count(moment.timeSec, { badDebt: usdOf(vault, plan, { amount: shares.owed - shares.paid, moment }) });
}

/** Judges what was liquidated of an expired series: wrongly, where the collateral would have covered the settlement. */
export function judgeLiquidation(vault: Vault, first: FirstLiquidation, moment: Moment): void {
  const { plan, perContract, timeSec } = first;
  vault.firstLiquidations.delete(plan.index);
  const isWrongful = perContract >= payoffBounds(plan, moment.price).intrinsic;
  vault.ledger.count(timeSec, { liquidations: 1, wrongful: isWrongful ? 1 : 0 });
}

/** The short with new amounts, kept by the vault. */
export function replace(vault: Vault, short: Short, amounts: Pick<Short, "sizeE8" | "collateral">): Short {
  const changed = withAmounts(short, amounts, vault.terms.decimals[short.plan.kind]);
  vault.shorts.set(short.plan.index, changed);
  return changed;
}

/** The short leaves the vault. */
export function remove(vault: Vault, short: Short): void {
  vault.shorts.delete(short.plan.index);
  vault.policy.retired(short);
}

/** USD of an amount of collateral, token units, at a moment. */
export function usdOf(
  { terms }: Vault,
  { kind }: PlannedShort,
  { amount, moment }: { readonly amount: bigint; readonly moment: Moment },
): number {
  const units = fromFixedPoint(amount, terms.decimals[kind]);
  return kind === "put" ? units : units * moment.price;
}

/** A surplus below a twentieth of the collateral stays. */
const SURPLUS_PARTS = 20n;

function wantedOf(vault: Vault, short: Short, moment: Moment): bigint {
  const rhoBps = vault.policy.initial(short, moment);
  return wantedCollateral(vault, short.plan, { moment, sizeE8: short.sizeE8, rhoBps });
}

/** The writer's multiple of the initial requirement, never more than full collateral at worst intrinsic value. */
function wantedCollateral(
  { terms }: Vault,
  plan: PlannedShort,
  at: { readonly moment: Moment; readonly sizeE8: bigint; readonly rhoBps: number },
): bigint {
  const payoff = payoffOf(plan, at.moment, terms);
  const margin = marginUp(payoff, at.sizeE8, BigInt(at.rhoBps));
  const most = marginUp(payoff, at.sizeE8, BPS_UNITS);
  const multiplied = (margin * plan.multipleBps + BPS_UNITS - 1n) / BPS_UNITS;
  const wanted = multiplied < most ? multiplied : most;
  const least = terms.minCollateral[plan.kind];
  return wanted > least ? wanted : least;
}

/** Equity beyond intrinsic value, token units; negative when there is none. */
export function equityOf({ terms }: Vault, short: Short, moment: Moment): bigint {
  return short.collateral - intrinsicUp(payoffOf(short.plan, moment, terms), short.sizeE8);
}
