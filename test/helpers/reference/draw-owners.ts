/** Random calls of owners that are meant to succeed. */
import { zeroAddress } from "viem";
import { marginUp } from "../../../oracle/rules/margin.ts";
import { encodeSeriesId } from "../../../oracle/rules/series-id.ts";
import {
  above,
  actorOf,
  chance,
  contextOf,
  type Draw,
  holdings,
  mostly,
  openPositions,
  partOf,
  passes,
  pick,
  type Wish,
} from "./draw.ts";
import { drawReport, drawSamePrice } from "./draw-market.ts";
import { payoffOf, seriesOf, sideOf, spotOf } from "./markets.ts";
import { balanceOf, longsOf } from "./money.ts";
import { requirementOf } from "./owners.ts";
import { activeOf, type Held, initialRho, isMarked, MARK_WAIT_SEC, timesOf } from "./positions.ts";
import { pair, Refusal } from "./world.ts";

const DAY_SEC = 86_400;
const EXPIRY_SECOND = 28_800;
const LEAST_TENOR_SEC = 3_700;

/** A position before its expiry, with everything about it. */
export function someLiving(draw: Draw, isFlagged = false): Held | null {
  const living = openPositions(draw).filter(([, { seriesId }]) => seriesOf(seriesId).expirySec > draw.nowSec);
  const found = pick(draw, isFlagged ? living.filter(([, position]) => position.isFlagged) : living);
  if (found === undefined) return null;
  const [id, position] = found;
  const series = seriesOf(position.seriesId);
  return { id, position, series, side: sideOf(draw.world, series) };
}

/** A value, or `null` where price or class cannot be read. */
export function readable<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** A series of the sequence with a coming expiry. */
export function someSeries(draw: Draw): bigint {
  const template = pick(draw, draw.templates);
  if (template === undefined) return 0n;
  const next = Math.ceil((draw.nowSec + LEAST_TENOR_SEC - EXPIRY_SECOND) / DAY_SEC) * DAY_SEC + EXPIRY_SECOND;
  const later = pick(draw, [0, 0, 0, 0, 0, 0, 1, 1, 7]) ?? 0;
  return encodeSeriesId({ ...template, expirySec: next + later * DAY_SEC });
}

/** Opens at the least collateral, a little above, or in full. */
export function drawOpen(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const seriesId = someSeries(draw);
  const sizeE8 = BigInt(Math.floor(10 ** (6 + 4 * draw.rng.uniform()))) + 1n;
  const wanted = readable(() => requirementOf(contextOf(draw, by), seriesId, sizeE8));
  if (wanted === null) {
    const blind: Wish = { by, action: { kind: "open", seriesId, sizeE8, collateral: sizeE8, to: by } };
    return chance(draw, 0.2) ? { ...blind, isDoubtful: true } : null;
  }
  const { token } = sideOf(draw.world, seriesOf(seriesId));
  if (balanceOf(draw.world, token, by) < wanted.required && chance(draw, 0.9)) return null;
  const collateral = chance(draw, 0.5) ? wanted.required : above(draw, wanted.required, chance(draw, 0.7) ? 0.1 : 3);
  const to = chance(draw, 0.5) ? by : actorOf(draw);
  return { by, action: { kind: "open", seriesId, sizeE8, collateral, to } };
}

/** What the initial requirement asks of a position of a size. */
function initialOf(draw: Draw, held: Held, sizeE8: bigint): bigint | null {
  return readable(() => {
    const spotE8 = spotOf(draw.world, held.series.marketId, draw.nowSec);
    const changedAt = sizeE8 > held.position.sizeE8 ? null : held.position.coolOffFrom;
    const at = { series: held.series, spotE8, changedAt };
    const rhoBps = initialRho(contextOf(draw, held.position.owner), held.id, at);
    const margin = marginUp(payoffOf(draw.world, held.series, spotE8), sizeE8, rhoBps);
    return margin > held.side.minCollateral ? margin : held.side.minCollateral;
  });
}

/** The owner, or one of his operators. */
function actingFor(draw: Draw, { position }: Held) {
  const operators = draw.world.setup.actors.filter((actor) => draw.world.operators.get(pair(position.owner, actor)));
  return (chance(draw, 0.4) ? pick(draw, operators) : undefined) ?? position.owner;
}

/** Mints with what is missing to the requirement. */
export function drawMintMore(draw: Draw): Wish | null {
  const held = someLiving(draw);
  if (held === null) return null;
  const by = actingFor(draw, held);
  const sizeE8 = partOf(draw, held.position.sizeE8) + 1n;
  const required = initialOf(draw, held, held.position.sizeE8 + sizeE8);
  if (required === null) return null;
  const missing = required > held.position.collateral ? required - held.position.collateral : 0n;
  const collateral = chance(draw, 0.5) ? missing : above(draw, missing, 0.2);
  const to = by === held.position.owner && chance(draw, 0.3) ? actorOf(draw) : held.position.owner;
  const wish: Wish = { by, action: { kind: "mintMore", id: held.id, sizeE8, collateral, to } };
  return passes(draw, wish) || chance(draw, 0.05) ? wish : null;
}

/** Somebody adds to a position, most often to one that lacks something. */
export function drawAddCollateral(draw: Draw): Wish | null {
  const held = someLiving(draw, chance(draw, 0.5));
  if (held === null) return null;
  const required = initialOf(draw, held, held.position.sizeE8) ?? 0n;
  const missing = required > held.position.collateral ? required - held.position.collateral : 0n;
  const amount = partOf(draw, missing === 0n ? held.position.collateral : missing) + 1n;
  return {
    by: chance(draw, 0.8) ? held.position.owner : actorOf(draw),
    action: { kind: "addCollateral", id: held.id, amount },
  };
}

/** Takes out what the requirement leaves free. */
export function drawRemoveCollateral(draw: Draw): Wish | null {
  const held = someLiving(draw);
  const required = held === null ? null : initialOf(draw, held, held.position.sizeE8);
  if (held === null || required === null || held.position.collateral <= required) return null;
  const amount = partOf(draw, held.position.collateral - required);
  if (amount === 0n) return null;
  const by = actingFor(draw, held);
  const to = by === held.position.owner && chance(draw, 0.3) ? actorOf(draw) : held.position.owner;
  return { by, action: { kind: "removeCollateral", id: held.id, amount, to } };
}

/** What an old enough mark is for: all that it lets go, or the price and the report that this still waits for. */
export function drawHarvest(draw: Draw): Wish | null {
  const ids = openPositions(draw).filter(([id, { coolOffFrom, seriesId }]) => {
    const times = timesOf(draw.world, id);
    const isRipe = isMarked(times, coolOffFrom) && draw.nowSec >= times.scoredSince + MARK_WAIT_SEC;
    return isRipe && seriesOf(seriesId).expirySec > draw.nowSec;
  });
  const [id] = pick(draw, ids) ?? [];
  if (id === undefined) return null;
  const held = activeOf(draw.world, id);
  const { owner, sizeE8, collateral } = held.position;
  const required = initialOf(draw, held, sizeE8);
  if (required === null) return drawSamePrice(draw, held.series.marketId);
  if (collateral <= required) return chance(draw, 0.5) ? drawReport(draw) : null;
  return { by: owner, action: { kind: "removeCollateral", id, amount: collateral - required, to: owner } };
}

/** Closes as much as the caller has longs for. */
export function drawClose(draw: Draw): Wish | null {
  const held = someLiving(draw);
  if (held === null) return null;
  const by = actingFor(draw, held);
  const longs = longsOf(draw.world, held.position.seriesId, by);
  const most = longs < held.position.sizeE8 ? longs : held.position.sizeE8;
  if (most === 0n) return null;
  const sizeE8 = partOf(draw, most) || 1n;
  const share = (held.position.collateral * sizeE8) / held.position.sizeE8;
  const withdraw = pick(draw, [0n, share, share, partOf(draw, share), above(draw, share, 0.2)]) ?? 0n;
  const wish: Wish = { by, action: { kind: "close", id: held.id, sizeE8, withdraw } };
  return passes(draw, wish) || chance(draw, 0.1) ? wish : null;
}

/** Allows or forbids an operator. */
export function drawOperator(draw: Draw): Wish {
  return { by: actorOf(draw), action: { kind: "setOperator", operator: actorOf(draw), approved: chance(draw, 0.8) } };
}

/** Offers a position. */
export function drawOffer(draw: Draw): Wish | null {
  const found = pick(draw, openPositions(draw));
  if (found === undefined) return null;
  const [id, { owner }] = found;
  return { by: owner, action: { kind: "offerPosition", id, to: actorOf(draw) } };
}

/** Accepts what is offered. */
export function drawAccept(draw: Draw): Wish | null {
  const offers = [...draw.world.offers].filter(([, to]) => to !== zeroAddress);
  return mostly(
    draw,
    offers.map(([id, by]) => ({ by, action: { kind: "acceptPosition", id } })),
  );
}

/** Moves a position to its class where that has changed. */
export function drawReclassify(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const wishes = openPositions(draw).map(([id]): Wish => ({ by, action: { kind: "reclassify", id } }));
  return mostly(draw, wishes);
}

/** Marks that a score stands, where one does. */
export function drawMark(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const wishes = openPositions(draw).map(([id]): Wish => ({ by, action: { kind: "markScored", id } }));
  return mostly(draw, wishes);
}

/** Longs change hands, most often towards those who could need them. */
export function drawTransferLongs(draw: Draw): Wish | null {
  const held = pick(draw, holdings(draw));
  if (held === undefined) return null;
  const amountE8 = partOf(draw, held.amountE8);
  return { by: held.holder, action: { kind: "transferLongs", seriesId: held.seriesId, to: actorOf(draw), amountE8 } };
}
