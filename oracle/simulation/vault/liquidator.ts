/** A keeper that flags and liquidates shorts only when that pays after the price of the longs, slippage and gas. */
import { WAD } from "../../rules/margin.ts";
import { averageSlippage, depthLeft } from "../../scoring/depth-curve.ts";
import { flagShort, isFlagLive, liquidateShort, quoteLiquidation, unflagShort } from "./auction.ts";
import { hedgeRatio, type Moment } from "./market-moment.ts";
import { exactHealth, type Short } from "./short.ts";
import { usdOf, type Vault } from "./vault-book.ts";

const E8 = 1e8;

/** Looks at one short at one moment: ends its flag, flags it, or liquidates what the vault lets go, each if it pays. */
export function tendShort(vault: Vault, index: number, moment: Moment): void {
  const short = vault.shorts.get(index);
  if (short === undefined || moment.timeSec >= short.plan.expirySec) return;
  const maintenance = vault.policy.maintenance(short, moment);
  const health = exactHealth(short, maintenance.rhoBps, { moment, terms: vault.terms });
  if (health >= WAD) {
    if (short.flaggedAtSec !== null) unflagShort(vault, short);
    return;
  }
  if (health <= 0n) return;
  const isFlagged = isFlagLive(vault.terms, short, moment.timeSec);
  // Nobody pays for a flag whose auction could not pay even at its end, when the whole equity is on offer.
  if (!isFlagged && collateralUsd(vault, short, moment) <= costUsd(vault, short, { sizeE8: short.sizeE8, moment }))
    return;
  const flagged = isFlagged ? short : flagShort(vault, short, { moment, maintenance });
  const quote = quoteLiquidation(vault, flagged, { moment, maintenance });
  if (quote === null) return;
  const income = usdOf(vault, flagged.plan, { amount: quote.payout, moment });
  if (income <= costUsd(vault, flagged, { sizeE8: quote.sizeE8, moment })) return;
  liquidateShort(vault, flagged, { moment, quote, maintenance });
}

function collateralUsd(vault: Vault, short: Short, moment: Moment): number {
  return usdOf(vault, short.plan, { amount: short.collateral, moment });
}

/** Longs bought at half a spread above their value, their hedge unwound through the book of a stressed hour, gas. */
function costUsd(
  { keeper }: Vault,
  { plan }: Short,
  { sizeE8, moment }: { readonly sizeE8: bigint; readonly moment: Moment },
): number {
  const { hour, price } = moment;
  const contracts = Number(sizeE8) / E8;
  const value = contracts * moment.value(plan) * (plan.kind === "put" ? 1 : price);
  const curve = hour.curves[plan.kind];
  const depth = depthLeft(Math.abs(Math.log(price / hour.open)));
  const traded = contracts * hedgeRatio(plan, moment) * price;
  const slippage = averageSlippage(curve, traded / depth) + curve.halfSpread / depth;
  return value * (1 + keeper.halfSpread) + traded * (slippage + keeper.leastGain) + keeper.gasUsd;
}
