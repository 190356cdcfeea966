/** Positions of the reference model: who may act, what new risk must hold, how flags end. */
import { zeroAddress } from "viem";
import type { Address } from "../../../oracle/domain/units.ts";
import { healthWadDown, marginUp, WAD } from "../../../oracle/rules/margin.ts";
import type { ChainSeries } from "../../../oracle/rules/series-id.ts";
import {
  classAt,
  moneynessOf,
  payoffOf,
  requireBeforeExpiry,
  seriesOf,
  shortsOf,
  sideOf,
  spotOf,
  sumOf,
} from "./markets.ts";
import { maintenanceAt, openingRho, paramsOf, raiseWord, retainedOf } from "./ratios.ts";
import { type Context, type Position, pair, Refusal, refuse, type ScoreTimes, type Side, type World } from "./world.ts";

const BPS = 10_000n;
const MAX_SIZE_E8 = 2n ** 64n - 1n;
/** Caution asks new risk for five quarters of its ρ. */
const CAUTION_NUMERATOR = 12_500n;
/** A score counts for withdrawals this long after it was marked. */
export const MARK_WAIT_SEC = 20 * 3_600;
/** It must have been observed this long after the class changed. */
const CLASS_WAIT_SEC = 600;
const NO_TIMES: ScoreTimes = { reclassedAt: 0, scoredSince: 0 };

/** A position with what it is about. */
export interface Held {
  readonly id: number;
  readonly position: Position;
  readonly series: ChainSeries;
  readonly side: Side;
}

/** The class at spot and tenor, and when the risk last grew. */
interface OwnScoreAt {
  readonly classId: number;
  readonly changedAt: number;
}

/** An active position. */
export function activeOf(world: World, id: number): Held {
  const position = world.positions.get(id);
  if (position === undefined || position.sizeE8 === 0n) return refuse("VaultPositionInactive", BigInt(id));
  const series = seriesOf(position.seriesId);
  return { id, position, series, side: sideOf(world, series) };
}

/** An active position before its expiry. */
export function livingOf({ world, nowSec }: Context, id: number): Held {
  const held = activeOf(world, id);
  requireBeforeExpiry(held.series, held.position.seriesId, nowSec);
  return held;
}

/** A position that the caller may act for, before its expiry. */
export function ownedOf(context: Context, id: number): Held {
  const held = activeOf(context.world, id);
  requireMayAct(context, held);
  requireBeforeExpiry(held.series, held.position.seriesId, context.nowSec);
  return held;
}

/** The owner and his operators. */
export function requireMayAct({ world, by }: Context, { id, position }: Held): void {
  const mayAct = position.owner === by || world.operators.get(pair(position.owner, by)) === true;
  if (!mayAct) refuse("VaultNotOwner", BigInt(id), by);
}

/** Somebody must receive; what an operator does is for the owner. */
export function requireReceiver({ by }: Context, { id, position }: Held, to: Address): void {
  if (to === zeroAddress) refuse("VaultReceiverZero");
  if (by !== position.owner && to !== position.owner) refuse("VaultOperatorRedirects", BigInt(id), to);
}

/** An amount above zero and not above a limit. */
export function requireAmount(amount: bigint, limit: bigint): void {
  if (amount === 0n || amount > limit) refuse("VaultAmountInvalid", amount, limit);
}

/** A size that fits a position. */
export function requireSize(sizeE8: bigint): void {
  requireAmount(sizeE8, MAX_SIZE_E8);
}

/** No new risk during its pause. */
export function requireNewRisk({ world, nowSec }: Context): void {
  const { riskUntil } = world.pauses;
  if (nowSec < riskUntil) refuse("VaultNewRiskPaused", BigInt(riskUntil));
}

/** ρ with what caution adds. */
export function cautiousRho({ world, nowSec }: Context, rhoBps: number): bigint {
  if (nowSec >= world.pauses.cautionUntil) return BigInt(rhoBps);
  const dearer = (BigInt(rhoBps) * CAUTION_NUMERATOR + BPS - 1n) / BPS;
  return dearer < BPS ? dearer : BPS;
}

/** ρ that new totals of an existing position must meet; `changedAt` is the last change of its risk, `null` with new size. */
export function initialRho(
  context: Context,
  id: number,
  at: { readonly series: ChainSeries; readonly spotE8: bigint; readonly changedAt: number | null },
): bigint {
  const bps = moneynessOf(at.series, at.spotE8);
  const classId = classAt(context.world, at.series, { bps, nowSec: context.nowSec });
  const fresh = openingRho(context, classId);
  const opening = Math.max(fresh, paramsOf(context, id).rhoInitialBps);
  const own = at.changedAt === null ? null : ripeRho(context, id, { classId, changedAt: at.changedAt });
  // Half of what a new position must bring stays in any case.
  const retained = own === null ? opening : Math.max(own, Math.ceil(fresh / 2));
  return cautiousRho(context, Math.min(opening, retained));
}

/** Since when a position may count on its score, as far as it has been noted. */
export function timesOf({ scoreTimes }: World, id: number): ScoreTimes {
  return scoreTimes.get(id) ?? NO_TIMES;
}

/** Whether a mark stands: one of after the risk last grew. */
export function isMarked({ scoredSince }: ScoreTimes, changedAt: number): boolean {
  return scoredSince > changedAt;
}

/** What its own score asks for, if one was marked long enough ago. */
function ripeRho(context: Context, id: number, at: OwnScoreAt): number | null {
  const times = timesOf(context.world, id);
  if (!isMarked(times, at.changedAt)) return null;
  return context.nowSec - times.scoredSince < MARK_WAIT_SEC ? null : ownRho(context, id, at);
}

/** What its own score asks for, if that speaks for the position as it is now; observations may be dated ahead. */
export function ownRho(context: Context, id: number, at: OwnScoreAt): number | null {
  const { rhoBps, classId, scoredAt } = retainedOf(context, id);
  const { reclassedAt } = timesOf(context.world, id);
  const isLater = Math.min(scoredAt, context.nowSec) > at.changedAt && scoredAt > reclassedAt + CLASS_WAIT_SEC;
  return classId === at.classId && isLater ? rhoBps : null;
}

/** Health at a price and a ratio, wad. */
export function healthAt(world: World, held: Held, at: { readonly spotE8: bigint; readonly rhoBps: number }): bigint {
  const { sizeE8, collateral } = held.position;
  return healthWadDown(payoffOf(world, held.series, at.spotE8), { sizeE8, collateral, rhoBps: BigInt(at.rhoBps) });
}

/** Whether a health is one or more. */
export function isHealthy(healthWad: bigint): boolean {
  return healthWad >= WAD;
}

/** Health now. */
export function healthNow(context: Context, held: Held): bigint {
  const { rhoBps } = maintenanceAt(context, held.id);
  return healthAt(context.world, held, { rhoBps, spotE8: spotOf(context.world, held.series.marketId, context.nowSec) });
}

/** The position after its auction ended. */
export function unflagged(position: Position): Position {
  return { ...position, isFlagged: false, isCharged: false };
}

/** An owner's step that may raise the risk: the new totals must meet what new risk must. */
export function increaseRisk(
  context: Context,
  held: Held,
  totals: { readonly sizeE8: bigint; readonly collateral: bigint },
): void {
  const { world, nowSec } = context;
  requireNewRisk(context);
  const changed = { ...unflagged(held.position), ...totals, coolOffFrom: nowSec };
  world.positions.set(held.id, changed);
  const spotE8 = spotOf(world, held.series.marketId, nowSec);
  const changedAt = totals.sizeE8 > held.position.sizeE8 ? null : held.position.coolOffFrom;
  const rhoBps = initialRho(context, held.id, { series: held.series, spotE8, changedAt });
  const margin = marginUp(payoffOf(world, held.series, spotE8), totals.sizeE8, rhoBps);
  const required = margin > held.side.minCollateral ? margin : held.side.minCollateral;
  if (totals.collateral < required) refuse("VaultCollateralTooLow", totals.collateral, required);
  raiseWord(context, held.id);
}

/** A series and the position that grew must stay inside the caps of their side. */
export function requireCaps(world: World, seriesId: bigint, sizeE8: bigint): void {
  const { caps } = sideOf(world, seriesOf(seriesId));
  const shorts = shortsOf(world, seriesId);
  const isInside =
    sizeE8 <= caps.maxSizeE8 &&
    sumOf(shorts, "sizeE8") <= caps.maxOpenInterestE8 &&
    sumOf(shorts, "collateral") <= caps.maxCollateral &&
    shorts.length <= caps.maxPositions;
  if (!isInside) refuse("VaultCapExceeded", seriesId, caps);
}

/** Health now, or `null` where price or oracle do not answer. */
export function readableHealth(context: Context, held: Held): bigint | null {
  try {
    return healthNow(context, held);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** The position is gone, its times and flag too; the oracle keeps its word. */
export function retire(world: World, id: number, position: Position): void {
  const { owner, seriesId } = position;
  const nothing = { sizeE8: 0n, collateral: 0n, coolOffFrom: 0, flaggedAt: 0, flagPiBps: 0 };
  world.positions.set(id, { owner, seriesId, ...nothing, isFlagged: false, isCharged: false });
}
