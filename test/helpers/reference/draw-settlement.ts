/** Random settlements, redemptions, claims and fund calls that are meant to succeed. */
import {
  actorOf,
  chance,
  type Draw,
  holdings,
  mostly,
  openPositions,
  partOf,
  passes,
  pick,
  type Wish,
} from "./draw.ts";
import { sharesOf, ticketOf } from "./fund.ts";
import { bookOf, seriesOf } from "./markets.ts";
import { balanceOf } from "./money.ts";
import { pair } from "./world.ts";

const FUND_PARTS = 200n;

/** Expired series that have unsettled positions. */
function expired(draw: Draw): readonly bigint[] {
  const ids = new Set(openPositions(draw).map(([, { seriesId }]) => seriesId));
  return [...ids].filter((seriesId) => seriesOf(seriesId).expirySec <= draw.nowSec);
}

/** Proves the price of an expired series by the first round after its expiry. */
export function drawSettlePrice(draw: Draw): Wish | null {
  const wishes = expired(draw).flatMap((seriesId): Wish[] => {
    const { marketId, expirySec } = seriesOf(seriesId);
    if (draw.world.settled.has(pair(marketId, expirySec))) return [];
    const first = (draw.world.rounds.get(marketId) ?? []).findIndex(({ updatedAt }) => updatedAt >= expirySec);
    return [
      {
        by: actorOf(draw),
        action: { kind: "settlePrice", marketId, expirySec, round: first + 1 + (chance(draw, 0.15) ? 1 : 0) },
      },
    ];
  });
  return mostly(draw, wishes);
}

/** Settles some or all positions whose price is proven. */
export function drawSettle(draw: Draw): Wish | null {
  const ready = openPositions(draw).filter(([, { seriesId }]) => {
    const { marketId, expirySec } = seriesOf(seriesId);
    return expirySec <= draw.nowSec && draw.world.settled.has(pair(marketId, expirySec));
  });
  const ids = ready.map(([id]) => id).filter(() => chance(draw, 0.5));
  const twice = chance(draw, 0.2) ? ids : [];
  return ids.length === 0 ? null : { by: actorOf(draw), action: { kind: "settle", ids: [...ids, ...twice] } };
}

/** Opens redemptions early where the fund can. */
export function drawOpenEarly(draw: Draw): Wish | null {
  const wishes = expired(draw).map(
    (seriesId): Wish => ({ by: actorOf(draw), action: { kind: "openEarly", seriesId } }),
  );
  return mostly(draw, wishes);
}

/** Lets a fund wait for a series. */
export function drawHoldFund(draw: Draw): Wish | null {
  const wishes = expired(draw).map((seriesId): Wish => ({ by: actorOf(draw), action: { kind: "holdFund", seriesId } }));
  return mostly(draw, wishes);
}

/** Redeems longs of the caller. */
export function drawRedeem(draw: Draw): Wish | null {
  const held = pick(draw, redeemable(draw));
  if (held === undefined) return null;
  const { holder, seriesId } = held;
  const to = chance(draw, 0.7) ? holder : actorOf(draw);
  return { by: holder, action: { kind: "redeem", seriesId, amountE8: partOf(draw, held.amountE8), to } };
}

/** Redeems longs of somebody. */
export function drawRedeemFor(draw: Draw): Wish | null {
  const held = pick(draw, redeemable(draw));
  if (held === undefined) return null;
  const { holder, seriesId } = held;
  return { by: actorOf(draw), action: { kind: "redeemFor", holder, seriesId, amountE8: partOf(draw, held.amountE8) } };
}

function redeemable(draw: Draw) {
  const incomplete = new Set(openPositions(draw).map(([, { seriesId }]) => seriesId));
  return holdings(draw).filter(({ seriesId }) => {
    const book = bookOf(draw.world, seriesId);
    return book.priceE8 !== 0n && (!incomplete.has(seriesId) || book.hold === "LENT");
  });
}

/** Claims what an actor may. */
export function drawClaim(draw: Draw): Wish | null {
  const { tokens, actors } = draw.world.setup;
  const due = tokens.flatMap((token) =>
    actors.filter((by) => (draw.world.claims.get(pair(token, by)) ?? 0n) !== 0n).map((by) => ({ token, by })),
  );
  const found = pick(draw, due);
  if (found === undefined) return null;
  const to = chance(draw, 0.8) ? found.by : actorOf(draw);
  return { by: found.by, action: { kind: "claim", token: found.token, to } };
}

/** Puts some of an actor's tokens into a fund. */
export function drawDeposit(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const found = pick(draw, draw.world.setup.funds);
  if (found === undefined) return null;
  const assets = partOf(draw, balanceOf(draw.world, found.token, by) / FUND_PARTS);
  const wish: Wish = { by, action: { kind: "fundDeposit", fund: found.fund, assets } };
  return passes(draw, wish) ? wish : null;
}

/** Asks for an exit. */
export function drawRequestExit(draw: Draw): Wish | null {
  const { funds, actors } = draw.world.setup;
  const holders = funds.flatMap(({ fund }) =>
    actors.map((by) => ({ fund, by, shares: sharesOf(draw.world, fund, by) })),
  );
  const found = pick(
    draw,
    holders.filter(({ shares }) => shares !== 0n),
  );
  if (found === undefined) return null;
  const shares = partOf(draw, found.shares);
  return { by: found.by, action: { kind: "fundRequestExit", fund: found.fund, shares } };
}

/** Takes an exit back. */
export function drawCancelExit(draw: Draw): Wish | null {
  const found = pick(draw, tickets(draw));
  return found === undefined ? null : { by: found.by, action: { kind: "fundCancelExit", fund: found.fund } };
}

/** Leaves with ripe shares. */
export function drawExit(draw: Draw): Wish | null {
  const found = pick(
    draw,
    tickets(draw).filter(({ from, until }) => draw.nowSec >= from && draw.nowSec < until),
  );
  if (found === undefined) return null;
  const wish: Wish = {
    by: found.by,
    action: { kind: "fundExit", fund: found.fund, shares: partOf(draw, found.shares) },
  };
  return passes(draw, wish) || chance(draw, 0.1) ? wish : null;
}

/** Exits under way. */
export function tickets(draw: Draw) {
  const { funds, actors } = draw.world.setup;
  const all = funds.flatMap(({ fund }) => actors.map((by) => ({ fund, by, ...ticketOf(draw.world, fund, by) })));
  return all.filter(({ shares }) => shares !== 0n);
}

/** A fund collects what it is owed. */
export function drawCollect(draw: Draw): Wish | null {
  const due = draw.world.setup.funds.filter(
    ({ fund, token }) => (draw.world.claims.get(pair(token, fund)) ?? 0n) !== 0n,
  );
  const found = pick(draw, due);
  if (found === undefined) return null;
  return { by: actorOf(draw), action: { kind: "fundCollect", fund: found.fund } };
}
