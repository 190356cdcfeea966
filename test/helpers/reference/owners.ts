/** What owners do, in the reference model. */
import { MAX_COLLATERAL, marginUp } from "../../../oracle/rules/margin.ts";
import type { ActionOf } from "./calls.ts";
import { classAt, moneynessOf, payoffOf, requireOpenable, seriesOf, sideOf, spotOf } from "./markets.ts";
import { burnLongs, mintLongs, pull, push } from "./money.ts";
import {
  activeOf,
  cautiousRho,
  type Held,
  increaseRisk,
  isHealthy,
  isMarked,
  livingOf,
  ownedOf,
  ownRho,
  readableHealth,
  requireAmount,
  requireCaps,
  requireNewRisk,
  requireReceiver,
  requireSize,
  retire,
  timesOf,
  unflagged,
} from "./positions.ts";
import { moveWord, openingRho, paramsOf, registerWord } from "./ratios.ts";
import { type Context, type Position, pair, refuse } from "./world.ts";

const BPS = 10_000n;
/** Two percent of the moneyness on both sides must lie in the same bucket. */
const HYSTERESIS_BPS = 200n;

/** A new short; longs go to the receiver. */
export function open(context: Context, action: ActionOf<"open">): bigint {
  const { world, by } = context;
  const { seriesId, sizeE8, collateral } = action;
  const { token } = sideOf(world, seriesOf(seriesId));
  requireAmount(collateral, MAX_COLLATERAL);
  const { required, classId } = requirementOf(context, seriesId, sizeE8);
  if (collateral < required) refuse("VaultCollateralTooLow", collateral, required);
  const id = createPosition(context, { owner: by, seriesId, sizeE8, collateral });
  requireCaps(world, seriesId, sizeE8);
  registerWord(context, id, classId);
  mintLongs(world, seriesId, action.to, sizeE8);
  pull(context, token, collateral);
  return BigInt(id);
}

/** Collateral that a new position must bring, and the class it would have. */
export function requirementOf(context: Context, seriesId: bigint, sizeE8: bigint) {
  const { world, nowSec } = context;
  const series = seriesOf(seriesId);
  const side = sideOf(world, series);
  requireNewRisk(context);
  if (!side.live) refuse("VaultMarketNotLive", series.marketId);
  requireOpenable(series, seriesId, nowSec);
  requireSize(sizeE8);
  const spotE8 = spotOf(world, series.marketId, nowSec);
  const classId = classAt(world, series, { bps: moneynessOf(series, spotE8), nowSec });
  const rhoBps = cautiousRho(context, openingRho(context, classId));
  const margin = marginUp(payoffOf(world, series, spotE8), sizeE8, rhoBps);
  return { required: margin > side.minCollateral ? margin : side.minCollateral, classId };
}

/** Stores a new position under the next id. */
export function createPosition(
  { world, nowSec }: Context,
  born: Pick<Position, "owner" | "seriesId" | "sizeE8" | "collateral">,
): number {
  world.positionCount += 1;
  const fresh = { coolOffFrom: nowSec, flaggedAt: 0, flagPiBps: 0, isFlagged: false, isCharged: false };
  world.positions.set(world.positionCount, { ...born, ...fresh });
  return world.positionCount;
}

/** More shorts and longs. */
export function mintMore(context: Context, action: ActionOf<"mintMore">): undefined {
  const { world, nowSec } = context;
  const held = ownedOf(context, action.id);
  const { position, series, side } = held;
  requireReceiver(context, held, action.to);
  requireNewRisk(context);
  if (!side.live) refuse("VaultMarketNotLive", series.marketId);
  requireOpenable(series, position.seriesId, nowSec);
  requireSize(action.sizeE8);
  const totals = { sizeE8: position.sizeE8 + action.sizeE8, collateral: position.collateral + action.collateral };
  requireSize(totals.sizeE8);
  requireAmount(totals.collateral, MAX_COLLATERAL);
  increaseRisk(context, held, totals);
  requireCaps(world, position.seriesId, totals.sizeE8);
  mintLongs(world, position.seriesId, action.to, action.sizeE8);
  if (action.collateral !== 0n) pull(context, side.token, action.collateral);
}

/** More collateral, from anybody; ends a flag where that makes the position healthy. */
export function addCollateral(context: Context, { id, amount }: ActionOf<"addCollateral">): undefined {
  const { position, ...rest } = livingOf(context, id);
  requireAmount(amount, MAX_COLLATERAL - position.collateral);
  const grown = { ...position, collateral: position.collateral + amount };
  const health = position.isFlagged ? readableHealth(context, { ...rest, position: grown }) : null;
  context.world.positions.set(id, health !== null && isHealthy(health) ? unflagged(grown) : grown);
  pull(context, rest.side.token, amount);
}

/** Less collateral. */
export function removeCollateral(context: Context, action: ActionOf<"removeCollateral">): undefined {
  const held = ownedOf(context, action.id);
  const { sizeE8, collateral } = held.position;
  requireReceiver(context, held, action.to);
  requireAmount(action.amount, collateral);
  increaseRisk(context, held, { sizeE8, collateral: collateral - action.amount });
  push(context.world, held.side.token, action.to, action.amount);
}

/** Burns longs of the caller against shorts of the position. */
export function close(context: Context, action: ActionOf<"close">): bigint {
  const { world, by } = context;
  const held = ownedOf(context, action.id);
  const { position, side } = held;
  requireAmount(action.sizeE8, position.sizeE8);
  const isWhole = action.sizeE8 === position.sizeE8;
  const paid = isWhole ? position.collateral : action.withdraw;
  if (isWhole) retire(world, action.id, position);
  else closePart(context, held, action);
  burnLongs(world, position.seriesId, by, action.sizeE8);
  push(world, side.token, position.owner, paid);
  return paid;
}

function closePart(context: Context, held: Held, { sizeE8, withdraw }: ActionOf<"close">): void {
  const { position, side } = held;
  if (withdraw > position.collateral) refuse("VaultAmountInvalid", withdraw, position.collateral);
  const totals = { sizeE8: position.sizeE8 - sizeE8, collateral: position.collateral - withdraw };
  if (withdraw > 0n && totals.collateral < side.minCollateral) {
    refuse("VaultCollateralTooLow", totals.collateral, side.minCollateral);
  }
  const isProRata = withdraw * position.sizeE8 <= position.collateral * sizeE8;
  if (isProRata) context.world.positions.set(held.id, { ...position, ...totals });
  else increaseRisk(context, held, totals);
}

/** Somebody may act for the caller. */
export function setOperator({ world, by }: Context, { operator, approved }: ActionOf<"setOperator">): undefined {
  world.operators.set(pair(by, operator), approved);
}

/** Offers a position to somebody. */
export function offerPosition({ world, by }: Context, { id, to }: ActionOf<"offerPosition">): undefined {
  if (activeOf(world, id).position.owner !== by) refuse("VaultNotOwner", BigInt(id), by);
  world.offers.set(id, to);
}

/** Takes an offered position. */
export function acceptPosition(context: Context, { id }: ActionOf<"acceptPosition">): undefined {
  const { world, by } = context;
  const { position } = livingOf(context, id);
  if (world.offers.get(id) !== by) refuse("VaultNotOffered", BigInt(id), by);
  world.offers.delete(id);
  world.positions.set(id, { ...position, owner: by });
}

/** Moves a position to the class of its present moneyness and tenor. */
export function reclassify(context: Context, { id }: ActionOf<"reclassify">): number {
  const { world, nowSec } = context;
  const { series } = livingOf(context, id);
  const bps = moneynessOf(series, spotOf(world, series.marketId, nowSec));
  const margin = (bps * HYSTERESIS_BPS) / BPS;
  const below = classAt(world, series, { bps: bps - margin, nowSec });
  const above = classAt(world, series, { bps: bps + margin, nowSec });
  const { classId } = paramsOf(context, id);
  if (below !== above || below === classId) refuse("VaultClassKept", BigInt(id), classId);
  moveWord(context, id, below);
  world.scoreTimes.set(id, { reclassedAt: nowSec, scoredSince: 0 });
  return below;
}

/** Notes that a score of a position stands. */
export function markScored(context: Context, { id }: ActionOf<"markScored">): undefined {
  const { world, nowSec } = context;
  const { series, position } = livingOf(context, id);
  const times = timesOf(world, id);
  if (isMarked(times, position.coolOffFrom)) refuse("VaultScoreMarked", BigInt(id), times.scoredSince);
  const classId = classAt(world, series, { bps: moneynessOf(series, spotOf(world, series.marketId, nowSec)), nowSec });
  if (ownRho(context, id, { classId, changedAt: position.coolOffFrom }) === null) {
    refuse("VaultScoreMissing", BigInt(id), classId);
  }
  world.scoreTimes.set(id, { ...times, scoredSince: nowSec });
}
