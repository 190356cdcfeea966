/** Flags and liquidations of a simulated vault, by the integer rules that the contracts share. */
import { feeDown, payoutDown, rateE8Down, sizeUp } from "../../rules/liquidation.ts";
import { ceilDiv, WAD } from "../../rules/margin.ts";
import type { Maintenance } from "../../rules/risk-reading.ts";
import type { Moment } from "./market-moment.ts";
import { exactHealth, payoffOf, type Short } from "./short.ts";
import { equityOf, remove, replace, usdOf, type Vault } from "./vault-book.ts";
import type { VaultTerms } from "./vault-terms.ts";

/** What a liquidation would take and pay, token units but the size (contracts × 1e8). */
export interface LiquidationQuote {
  readonly sizeE8: bigint;
  /** To the liquidator, net of the fund's share. */
  readonly payout: bigint;
  readonly fee: bigint;
}

const E8 = 10n ** 8n;
const BPS = 10_000n;

/** Whether the position's flag counts: set, and not older than its life. */
export function isFlagLive({ flagLifeSec }: VaultTerms, { flaggedAtSec }: Short, timeSec: number): boolean {
  return flaggedAtSec !== null && timeSec <= flaggedAtSec + flagLifeSec;
}

/** Begins the auction of an unhealthy short, unless the budget of parameter-caused flags is spent. @returns the short as it is then. */
export function flagShort(vault: Vault, short: Short, at: { moment: Moment; maintenance: Maintenance }): Short {
  const { moment, maintenance } = at;
  if (isCausedByParameters(vault, short, at) && !spendEffect(vault, short, moment)) return short;
  const equity = equityOf(vault, short, moment);
  const isFirst = short.flaggedAtSec === null || moment.timeSec > short.flaggedAtSec + vault.terms.flagLifeSec;
  const bounty = isFirst && equity > 0n ? (equity * BigInt(vault.terms.flagBountyBps)) / BPS : 0n;
  vault.ledger.flow(short.plan.kind, "bounties", bounty);
  const rest = replace(vault, short, { sizeE8: short.sizeE8, collateral: short.collateral - bounty });
  const flagged = { ...rest, flaggedAtSec: moment.timeSec, flagPiBps: maintenance.piBps };
  vault.shorts.set(short.plan.index, flagged);
  return flagged;
}

/** Ends the auction of a short that is healthy again. @returns the short as it is then. */
export function unflagShort(vault: Vault, short: Short): Short {
  const free = { ...short, flaggedAtSec: null };
  vault.shorts.set(short.plan.index, free);
  return free;
}

/** What a liquidation would do now; `null` during cool-off, without a live flag or equity, or at health 1 and above. */
export function quoteLiquidation(
  vault: Vault,
  short: Short,
  { moment, maintenance }: { readonly moment: Moment; readonly maintenance: Maintenance },
): LiquidationQuote | null {
  const { terms } = vault;
  const { timeSec } = moment;
  if (short.flaggedAtSec === null || !isFlagLive(terms, short, timeSec)) return null;
  if (timeSec < short.coolOffFromSec + terms.coolOffSec) return null;
  const health = exactHealth(short, maintenance.rhoBps, { moment, terms });
  if (health >= WAD || health <= 0n) return null;
  const payoff = payoffOf(short.plan, moment, terms);
  const elapsedSec = timeSec - short.flaggedAtSec;
  const rhoBps = BigInt(maintenance.rhoBps);
  const stages = { orderlySec: BigInt(terms.orderlySec), lateSec: BigInt(terms.lateSec) };
  const rateE8 = rateE8Down({ ...stages, piBps: BigInt(short.flagPiBps), rhoBps, elapsedSec: BigInt(elapsedSec) });
  const { sizeE8, collateral } = short;
  const distress = { payoff, sizeE8, collateral, rhoBps, targetHealthBps: BigInt(terms.targetHealthBps), rateE8 };
  const wanted = sizeUp(distress);
  const isDust = wanted < sizeE8 && collateral - payoutDown(distress, wanted) < terms.minCollateral[short.plan.kind];
  const closedE8 = isDust ? sizeE8 : wanted;
  const paid = payoutDown(distress, closedE8);
  const feeBps = elapsedSec < terms.orderlySec ? BigInt(terms.feeBps) : 0n;
  const fee = feeDown(payoff, { closedE8, payout: paid, feeBps });
  return { sizeE8: closedE8, payout: paid - fee, fee };
}

/** Carries a quoted liquidation out. */
export function liquidateShort(
  vault: Vault,
  short: Short,
  { moment, quote, maintenance }: { moment: Moment; quote: LiquidationQuote; maintenance: Maintenance },
): void {
  const { ledger, terms } = vault;
  const { plan } = short;
  const paid = quote.payout + quote.fee;
  noteLiquidation(vault, short, { moment, quote });
  ledger.flow(plan.kind, "liquidated", paid);
  const rest = { sizeE8: short.sizeE8 - quote.sizeE8, collateral: short.collateral - paid };
  if (rest.sizeE8 === 0n) {
    ledger.flow(plan.kind, "refunded", rest.collateral);
    remove(vault, short);
    return;
  }
  const left = replace(vault, short, rest);
  if (exactHealth(left, maintenance.rhoBps, { moment, terms }) >= WAD) unflagShort(vault, left);
}

function noteLiquidation(
  vault: Vault,
  short: Short,
  { moment, quote }: { readonly moment: Moment; readonly quote: LiquidationQuote },
): void {
  const { plan, perContract } = short;
  const contracts = Number(quote.sizeE8) / Number(E8);
  const fair = contracts * moment.value(plan) * (plan.kind === "put" ? 1 : moment.price);
  const charge = usdOf(vault, plan, { amount: quote.payout + quote.fee, moment }) - fair;
  const fundFees = usdOf(vault, plan, { amount: quote.fee, moment });
  vault.ledger.count(moment.timeSec, { liquidatedNotional: contracts * moment.price, charge, fundFees });
  if (vault.firstLiquidations.has(plan.index)) return;
  vault.firstLiquidations.set(plan.index, { plan, timeSec: moment.timeSec, perContract });
}

/** Whether the short would be healthy at the ρ of before the present drift windows. */
function isCausedByParameters(
  { terms }: Vault,
  short: Short,
  { moment, maintenance }: { readonly moment: Moment; readonly maintenance: Maintenance },
): boolean {
  if (maintenance.rhoBeforeBps >= maintenance.rhoBps) return false;
  return exactHealth(short, maintenance.rhoBeforeBps, { moment, terms }) >= WAD;
}

/** @returns whether the budget of the window had room. */
function spendEffect({ terms, effectSpentE8 }: Vault, short: Short, { timeSec, priceE8 }: Moment): boolean {
  const index = Math.floor(timeSec / terms.effectWindowSec);
  const spent = (effectSpentE8.get(index) ?? 0n) + ceilDiv(short.sizeE8 * priceE8, E8);
  if (spent > terms.effectBudgetE8) return false;
  effectSpentE8.set(index, spent);
  return true;
}
