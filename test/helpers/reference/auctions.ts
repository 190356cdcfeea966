/** Flags, liquidations by both routes, and their valves, in the reference model. */
import { feeDown, payoutDown, rateE8Down, sizeUp } from "../../../oracle/rules/liquidation.ts";
import {
  type ChainPayoff,
  ceilDiv,
  intrinsicUp,
  MAX_COLLATERAL,
  marginUp,
  minBigint,
} from "../../../oracle/rules/margin.ts";
import type { ActionOf } from "./calls.ts";
import { payoffOf, spotOf } from "./markets.ts";
import { burnLongs, credit, pull, push } from "./money.ts";
import { createPosition } from "./owners.ts";
import {
  activeOf,
  type Held,
  healthAt,
  healthNow,
  initialRho,
  isHealthy,
  livingOf,
  requireAmount,
  requireMayAct,
  requireSize,
  retire,
  unflagged,
} from "./positions.ts";
import { copyWord, maintenanceAt, mergeWord } from "./ratios.ts";
import { type Context, type Position, refuse, type Valves } from "./world.ts";

const BPS = 10_000n;
const E8 = 10n ** 8n;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_UINT128 = 2n ** 128n - 1n;
/** Positions of at most this part of the caution limit never wait. */
const SMALL_PART = 64n;
const NO_VALVES: Valves = {
  terms: { effectBudgetE8: 0n, cautionLimitE8: 0n, windowSec: 0 },
  index: 0,
  flaggedE8: 0n,
  liquidatedE8: 0n,
};

/** A liquidation that may go ahead. */
interface Liquidation {
  readonly held: Held;
  readonly payoff: ChainPayoff;
  readonly spotE8: bigint;
  readonly rhoBps: number;
  readonly isCautious: boolean;
  readonly isParameterCaused: boolean;
  readonly sizeE8: bigint;
  readonly payout: bigint;
  readonly fee: bigint;
  readonly rest: { readonly sizeE8: bigint; readonly collateral: bigint };
}

/** Begins an auction. */
export function flag(context: Context, { id }: ActionOf<"flag">): bigint {
  const { world, nowSec, by } = context;
  const held = livingOf(context, id);
  const { position, series } = held;
  requireNotPaused(context);
  if (isFlagLive(context, position)) refuse("VaultAlreadyFlagged", BigInt(id), position.flaggedAt);
  const { rhoBps, piBps, rhoBeforeBps } = maintenanceAt(context, id);
  const spotE8 = spotOf(world, series.marketId, nowSec);
  const health = healthAt(world, held, { rhoBps, spotE8 });
  if (isHealthy(health)) refuse("VaultPositionHealthy", BigInt(id), health);
  const isCharged = isCausedByParameters(context, held, { spotE8, rhoBps, rhoBeforeBps });
  if (isCharged) spendEffect(context, series.marketId, notionalUp(position.sizeE8, spotE8));
  const bounty = bountyOf(context, held, spotE8);
  const begun = { isFlagged: true, isCharged, flaggedAt: nowSec, flagPiBps: piBps };
  world.positions.set(id, { ...position, ...begun, collateral: position.collateral - bounty });
  credit(world, held.side.token, by, bounty);
  return bounty;
}

/** At most once a flag life, out of the equity beyond intrinsic value. */
function bountyOf({ world, nowSec }: Context, { position, series }: Held, spotE8: bigint): bigint {
  const { flagLifeSec, flagBountyBps } = world.settings;
  if (nowSec <= position.flaggedAt + flagLifeSec) return 0n;
  const beyond = position.collateral - intrinsicUp(payoffOf(world, series, spotE8), position.sizeE8);
  return beyond > 0n ? (beyond * BigInt(flagBountyBps)) / BPS : 0n;
}

/** Ends the auction of a healthy position. */
export function unflag(context: Context, { id }: ActionOf<"unflag">): undefined {
  const held = livingOf(context, id);
  if (!held.position.isFlagged) refuse("VaultNotFlagged", BigInt(id), 0);
  const health = healthNow(context, held);
  if (!isHealthy(health)) refuse("VaultPositionUnhealthy", BigInt(id), health);
  context.world.positions.set(id, unflagged(held.position));
}

/** Burns longs of the caller. */
export function liquidate(context: Context, action: ActionOf<"liquidate">): readonly [bigint, bigint] {
  const { world, by } = context;
  const found = prepare(context, action.id, action.maxSizeE8);
  if (found.payout < action.minOut) refuse("VaultPayoutTooLow", found.payout, action.minOut);
  takePart(context, found);
  push(world, found.held.side.token, by, found.payout);
  burnLongs(world, found.held.position.seriesId, by, found.sizeE8);
  return [found.sizeE8, found.payout];
}

/** Moves shorts to the caller. */
export function takeOver(context: Context, action: ActionOf<"takeOver">): readonly [bigint, bigint, bigint] {
  const { world, by, nowSec } = context;
  const found = prepare(context, action.id, action.maxSizeE8);
  const { held, payout } = found;
  const { seriesId } = held.position;
  if (payout < action.minOut) refuse("VaultPayoutTooLow", payout, action.minOut);
  const receiver = action.intoId === 0 ? null : receiverOf(context, held, action.intoId);
  const born = { owner: by, seriesId, sizeE8: 0n, collateral: 0n };
  const intoId = receiver === null ? createPosition(context, born) : action.intoId;
  if (receiver === null) copyWord(context, held.id, intoId);
  else mergeWord(context, held.id, intoId);
  takePart(context, found);
  const before = receiver?.position ?? born;
  const totals = { sizeE8: before.sizeE8 + found.sizeE8, collateral: before.collateral + payout };
  const topUp = topUpOf(context, found, { intoId, ...totals });
  if (topUp > action.maxTopUp) refuse("VaultTopUpTooHigh", topUp, action.maxTopUp);
  const fresh = { flaggedAt: 0, flagPiBps: 0, ...before, ...totals, coolOffFrom: nowSec };
  const collateral = totals.collateral + topUp;
  world.positions.set(intoId, { ...fresh, collateral, isFlagged: false, isCharged: false });
  if (topUp !== 0n) pull(context, held.side.token, topUp);
  return [BigInt(intoId), found.sizeE8, topUp];
}

function receiverOf(context: Context, from: Held, intoId: number): Held {
  const into = activeOf(context.world, intoId);
  requireMayAct(context, into);
  const fits = into.position.seriesId === from.position.seriesId && intoId !== from.id;
  return fits ? into : refuse("VaultTakeOverTarget", BigInt(from.id), BigInt(intoId));
}

/** What is missing to the initial requirement of the receiver's new totals. */
function topUpOf(
  context: Context,
  { held, payoff, spotE8 }: Liquidation,
  into: { readonly intoId: number; readonly sizeE8: bigint; readonly collateral: bigint },
): bigint {
  requireSize(into.sizeE8);
  const rhoBps = initialRho(context, into.intoId, { series: held.series, spotE8, changedAt: null });
  const margin = marginUp(payoff, into.sizeE8, rhoBps);
  const required = margin > held.side.minCollateral ? margin : held.side.minCollateral;
  requireAmount(required > into.collateral ? required : into.collateral, MAX_COLLATERAL);
  return required > into.collateral ? required - into.collateral : 0n;
}

/** Whether a liquidation may go ahead now, and how much of it. */
function prepare(context: Context, id: number, maxSizeE8: bigint): Liquidation {
  const { world, nowSec } = context;
  requireAmount(maxSizeE8, MAX_UINT128);
  const held = livingOf(context, id);
  requireAuction(context, held);
  const { position, series } = held;
  const spotE8 = spotOf(world, series.marketId, nowSec);
  const { rhoBps, rhoBeforeBps } = maintenanceAt(context, id);
  const health = healthAt(world, held, { rhoBps, spotE8 });
  if (isHealthy(health)) refuse("VaultPositionHealthy", BigInt(id), health);
  if (health <= 0n) refuse("VaultPositionInsolvent", BigInt(id), health);
  const isCautious = nowSec < world.pauses.cautionUntil;
  const allowedE8 = isCautious ? sizeAllowed(context, held, spotE8) : position.sizeE8;
  if (allowedE8 === 0n) refuse("VaultLiquidationLimit", series.marketId);
  const ground = { held, payoff: payoffOf(world, series, spotE8), spotE8, rhoBps, isCautious };
  const isParameterCaused = isCausedByParameters(context, held, { spotE8, rhoBps, rhoBeforeBps });
  const most = isCautious ? minBigint(maxSizeE8, allowedE8) : maxSizeE8;
  return { ...ground, isParameterCaused, ...partOf(context, ground, most) };
}

function requireAuction(context: Context, { id, position }: Held): void {
  const { nowSec, world } = context;
  requireNotPaused(context);
  if (!isFlagLive(context, position)) {
    refuse("VaultNotFlagged", BigInt(id), position.isFlagged ? position.flaggedAt : 0);
  }
  const coolUntil = position.coolOffFrom + world.settings.coolOffSec;
  if (nowSec < coolUntil) refuse("VaultCoolOff", BigInt(id), BigInt(coolUntil));
}

/** Size, price and rest: what brings the rest to the target health, or everything where the rest would be too small. */
function partOf(
  { world, nowSec }: Context,
  { held, payoff, rhoBps }: Pick<Liquidation, "held" | "payoff" | "rhoBps">,
  maxSizeE8: bigint,
): Pick<Liquidation, "sizeE8" | "payout" | "fee" | "rest"> {
  const { position, side } = held;
  const { orderlySec, lateSec, targetHealthBps } = world.settings;
  const elapsedSec = nowSec - position.flaggedAt;
  const stages = { elapsedSec: BigInt(elapsedSec), orderlySec: BigInt(orderlySec), lateSec: BigInt(lateSec) };
  const rate = rateE8Down({ piBps: BigInt(position.flagPiBps), rhoBps: BigInt(rhoBps), ...stages });
  const { sizeE8, collateral } = position;
  const target = { rhoBps: BigInt(rhoBps), targetHealthBps: BigInt(targetHealthBps), rateE8: rate };
  const distress = { payoff, sizeE8, collateral, ...target };
  const wanted = minBigint(maxSizeE8, sizeUp(distress));
  const leftOver = collateral - payoutDown(distress, wanted);
  const isDust = wanted < sizeE8 && leftOver < side.minCollateral;
  if (isDust && maxSizeE8 < sizeE8) refuse("VaultLiquidationLeavesDust", BigInt(held.id), leftOver, side.minCollateral);
  const closedE8 = isDust ? sizeE8 : wanted;
  const paid = payoutDown(distress, closedE8);
  const feeBps = elapsedSec < orderlySec ? BigInt(world.fundTerms.get(side.token)?.feeBps ?? 0) : 0n;
  const fee = feeDown(payoff, { closedE8, payout: paid, feeBps });
  const rest = { sizeE8: sizeE8 - closedE8, collateral: collateral - paid };
  return { sizeE8: closedE8, payout: paid - fee, fee, rest };
}

/** Takes the part off the liquidated position, pays fund and owner, spends the valves. */
function takePart(context: Context, found: Liquidation): void {
  const { world } = context;
  const { held, rest, spotE8, rhoBps } = found;
  const { position, side, series } = held;
  const notionalE8 = notionalUp(found.sizeE8, spotE8);
  if (found.isParameterCaused && !position.isCharged) spendEffect(context, series.marketId, notionalE8);
  if (found.isCautious) countCautious(context, series.marketId, notionalE8);
  const fund = world.fundTerms.get(side.token)?.fund;
  if (fund !== undefined) credit(world, side.token, fund, found.fee);
  if (rest.sizeE8 === 0n) {
    retire(world, held.id, position);
    credit(world, side.token, position.owner, rest.collateral);
    return;
  }
  const left = { ...position, ...rest };
  const health = healthAt(world, { ...held, position: left }, { spotE8, rhoBps });
  world.positions.set(held.id, isHealthy(health) ? unflagged(left) : left);
}

function requireNotPaused({ world, nowSec }: Context): void {
  const { liquidationUntil } = world.pauses;
  if (nowSec < liquidationUntil) refuse("VaultLiquidationsPaused", BigInt(liquidationUntil));
}

/** A flag lapses by age and by a pause of liquidations since. */
export function isFlagLive({ world, nowSec }: Context, position: Position): boolean {
  const isYoung = nowSec <= position.flaggedAt + world.settings.flagLifeSec;
  return position.isFlagged && isYoung && position.flaggedAt >= world.pauses.liquidationUntil;
}

function isCausedByParameters(
  { world }: Context,
  held: Held,
  at: { readonly spotE8: bigint; readonly rhoBps: number; readonly rhoBeforeBps: number },
): boolean {
  if (at.rhoBeforeBps >= at.rhoBps) return false;
  return isHealthy(healthAt(world, held, { spotE8: at.spotE8, rhoBps: at.rhoBeforeBps }));
}

function notionalUp(sizeE8: bigint, spotE8: bigint): bigint {
  return ceilDiv(sizeE8 * spotE8, E8);
}

/** Valves of a market in the window of now. */
function valvesNow({ world, nowSec }: Context, marketId: number): Valves {
  const valves = world.valves.get(marketId) ?? NO_VALVES;
  if (valves.terms.windowSec === 0) return valves;
  const index = Math.floor(nowSec / valves.terms.windowSec);
  return index === valves.index ? valves : { ...valves, index, flaggedE8: 0n, liquidatedE8: 0n };
}

function spendEffect(context: Context, marketId: number, notionalE8: bigint): void {
  const { world } = context;
  const valves = valvesNow(context, marketId);
  const { effectBudgetE8, windowSec } = valves.terms;
  const spentE8 = valves.flaggedE8 + notionalE8;
  if (spentE8 > effectBudgetE8) {
    const left = effectBudgetE8 > valves.flaggedE8 ? effectBudgetE8 - valves.flaggedE8 : 0n;
    refuse("VaultEffectBudget", marketId, notionalE8, left);
  }
  world.valves.set(marketId, { ...valves, flaggedE8: spentE8 });
  if (spentE8 * 2n < effectBudgetE8) return;
  const cautionUntil = Math.max(world.pauses.cautionUntil, (valves.index + 1) * windowSec);
  world.pauses = { ...world.pauses, cautionUntil };
}

/** Contracts of a position that caution lets go now. */
function sizeAllowed(context: Context, { position, series }: Held, spotE8: bigint): bigint {
  const valves = valvesNow(context, series.marketId);
  const { cautionLimitE8 } = valves.terms;
  const isSmall = notionalUp(position.sizeE8, spotE8) <= cautionLimitE8 / SMALL_PART;
  if (cautionLimitE8 === 0n || isSmall) return position.sizeE8;
  const leftE8 = cautionLimitE8 > valves.liquidatedE8 ? cautionLimitE8 - valves.liquidatedE8 : 0n;
  return minBigint(position.sizeE8, (leftE8 * E8) / spotE8);
}

function countCautious(context: Context, marketId: number, notionalE8: bigint): void {
  const valves = valvesNow(context, marketId);
  if (valves.terms.cautionLimitE8 === 0n) return;
  const liquidatedE8 = minBigint(valves.liquidatedE8 + notionalE8, MAX_UINT64);
  context.world.valves.set(marketId, { ...valves, liquidatedE8 });
}
