/**
 * Invariant 11: at one price nobody gains by calls. What an account has is valued exactly, in fractions: tokens, claims, longs
 * at intrinsic value, shorts at collateral less intrinsic value, which is not below 0, for a writer may walk away. No call may
 * raise what all have together, and a call of an owner or holder may raise nobody's but a receiver's. Then no round trip does.
 */
import type { Address } from "../../../oracle/domain/units.ts";
import type { Call, Kind } from "./calls.ts";
import { bookOf, payoffOf, seriesOf, sideOf } from "./markets.ts";
import { balanceOf, claimOf } from "./money.ts";
import { pair, type World } from "./world.ts";

/** A call that went through, with the worlds around it. */
export interface Passage {
  readonly call: Call;
  readonly before: World;
  readonly after: World;
}

/** An exact number; the denominator is positive. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Calls that move value between accounts on purpose: to liquidators, flaggers, keepers. */
const MOVES_VALUE: readonly Kind[] = ["flag", "liquidate", "takeOver", "settle", "acceptPosition", "transferLongs"];
/** Funds have their own value, see invariant 31; the others move none. */
const LEFT_OUT: readonly Kind[] = ["fundDeposit", "fundExit", "pushPrice", "settlePrice", "setFund"];
const NOTHING: Fraction = { top: 0n, bottom: 1n };

/** Who gained by a call at one price what he should not have, as printable lines. */
export function gainsOf({ call, before, after }: Passage): readonly string[] {
  if (LEFT_OUT.includes(call.action.kind)) return [];
  const prices = new Map(seriesIn(before, after).map((seriesId) => [seriesId, priceOf(after, seriesId, call.atSec)]));
  const isOnePrice = [...prices].every(([seriesId, price]) => price === priceOf(before, seriesId, call.atSec));
  if (!isOnePrice) return [];
  return before.setup.tokens.flatMap((token) => {
    const changes = before.setup.actors.map((account) => {
      const then = wealthOf(before, { account, token, prices });
      return { account, change: plus(wealthOf(after, { account, token, prices }), negative(then)) };
    });
    const together = changes.reduce((sum, { change }) => plus(sum, change), NOTHING);
    const all = together.top > 0n ? [`${call.action.kind}: all together gain ${print(together)} of ${token}`] : [];
    return [
      ...all,
      ...changes.filter((one) => one.change.top > 0n && !mayGain(call, one.account)).map(told(call, token)),
    ];
  });
}

function told(call: Call, token: Address) {
  return ({ account, change }: { readonly account: Address; readonly change: Fraction }): string =>
    `${call.action.kind}: ${account} gains ${print(change)} of ${token}`;
}

/** Somebody else to whom the caller gives something, or who is given something by the rules. */
function mayGain({ action, by }: Call, account: Address): boolean {
  if (MOVES_VALUE.includes(action.kind)) return true;
  // Anybody may add to a position of another.
  if (action.kind === "addCollateral" || action.kind === "close") return account !== by;
  return "to" in action && account !== by;
}

function seriesIn(...worlds: readonly World[]): readonly bigint[] {
  const ids = worlds.flatMap((world) => [...world.positions.values()].map(({ seriesId }) => seriesId));
  return [...new Set(ids)];
}

/** Settlement price once there is one, else the feed's newest answer. */
function priceOf(world: World, seriesId: bigint, nowSec: number): bigint {
  const { marketId, expirySec } = seriesOf(seriesId);
  const settled = bookOf(world, seriesId).priceE8 || world.settled.get(pair(marketId, expirySec));
  if (settled !== undefined && settled !== 0n && nowSec >= expirySec) return settled;
  return (world.rounds.get(marketId) ?? []).map(({ answer }) => answer).findLast((answer) => answer > 0n) ?? 1n;
}

interface Valuation {
  readonly account: Address;
  readonly token: Address;
  readonly prices: ReadonlyMap<bigint, bigint>;
}

function wealthOf(world: World, { account, token, prices }: Valuation): Fraction {
  const liquid = balanceOf(world, token, account) + claimOf(world, token, account);
  let sum: Fraction = { top: liquid, bottom: 1n };
  for (const [seriesId, priceE8] of prices) {
    const series = seriesOf(seriesId);
    if (sideOf(world, series).token !== token) continue;
    const { unit, intrinsicE8, denominator } = payoffOf(world, series, priceE8);
    const worth = (sizeE8: bigint): Fraction => ({ top: sizeE8 * unit * intrinsicE8, bottom: denominator });
    sum = plus(sum, worth(world.longs.get(pair(seriesId, account)) ?? 0n));
    for (const position of world.positions.values()) {
      if (position.seriesId !== seriesId || position.owner !== account) continue;
      const equity = plus({ top: position.collateral, bottom: 1n }, negative(worth(position.sizeE8)));
      if (equity.top > 0n) sum = plus(sum, equity);
    }
  }
  return sum;
}

function plus(left: Fraction, right: Fraction): Fraction {
  if (left.bottom === right.bottom) return { top: left.top + right.top, bottom: left.bottom };
  return { top: left.top * right.bottom + right.top * left.bottom, bottom: left.bottom * right.bottom };
}

function negative({ top, bottom }: Fraction): Fraction {
  return { top: -top, bottom };
}

function print({ top, bottom }: Fraction): string {
  return `${top / bottom} ${top % bottom}/${bottom}`;
}
