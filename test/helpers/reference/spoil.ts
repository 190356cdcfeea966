/** Turns a sensible call into a bad one: another caller, another position, an amount out of range, a call made twice. */
import { zeroAddress } from "viem";
import type { Action, Call } from "./calls.ts";
import { actorOf, chance, type Draw, pick, type Wish } from "./draw.ts";

const HUGE = 2n ** 120n;
const AMOUNTS = [
  "sizeE8",
  "collateral",
  "amount",
  "withdraw",
  "maxSizeE8",
  "amountE8",
  "assets",
  "shares",
  "minOut",
  "maxTopUp",
];
const STRIKE_SHIFT = 41n;
const MARKET_SHIFT = 105n;
const UNKNOWN_BIT = 1n << 140n;
const SECONDS = ["durationSec"];

type Spoiler = (draw: Draw, wish: Wish, calls: readonly Call[]) => Wish;

const SPOILERS: readonly Spoiler[] = [
  (draw, { action }) => ({ action, by: actorOf(draw) }),
  (draw, { by, action }) => ({ by, action: withId(draw, action) }),
  (draw, { by, action }) => ({ by, action: withAmount(draw, action) }),
  (draw, { by, action }) => ({ by, action: withAmount(draw, action) }),
  (draw, { by, action }) => ({ by, action: withReceiver(draw, action) }),
  (draw, { by, action }) => ({ by, action: withSeries(draw, action) }),
  (draw, { by, action }) => ({ by, action: withTimes(draw, action) }),
  (draw, wish, calls) => pick(draw, calls.slice(-4)) ?? wish,
];

/** A call that most likely must be refused. */
export function spoil(draw: Draw, wish: Wish, calls: readonly Call[]): Wish {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const { by, action } = pick(draw, SPOILERS)?.(draw, wish, calls) ?? wish;
    // Most spoilers know only some kinds of calls and leave the others as they are.
    if (by !== wish.by || action !== wish.action) return { by, action };
  }
  return wish;
}

function withId(draw: Draw, action: Action): Action {
  const id = draw.rng.integer(draw.world.positionCount + 3);
  if (action.kind === "settle") return { ...action, ids: [...action.ids, id] };
  if (action.kind === "takeOver" && chance(draw, 0.5)) return { ...action, intoId: id };
  return "id" in action ? { ...action, id } : action;
}

function withAmount(draw: Draw, action: Action): Action {
  const present = Object.entries(action).filter((entry): entry is [string, bigint] => {
    return AMOUNTS.includes(entry[0]) && typeof entry[1] === "bigint";
  });
  const [name, amount] = pick(draw, present) ?? ["", 0n];
  const wrong = pick(draw, [0n, amount + 1n, amount === 0n ? 1n : amount - 1n, amount * 1_000n + 1n, HUGE]) ?? 0n;
  return name === "" ? action : Object.assign({}, action, { [name]: wrong > HUGE ? HUGE : wrong });
}

function withReceiver(draw: Draw, action: Action): Action {
  const { vault } = draw.world.setup;
  const to = pick(draw, [zeroAddress, actorOf(draw)]) ?? zeroAddress;
  if (action.kind === "redeemFor") return { ...action, holder: pick(draw, [vault, actorOf(draw)]) ?? vault };
  return "to" in action ? { ...action, to } : action;
}

function withSeries(draw: Draw, action: Action): Action {
  if (action.kind === "settlePrice") {
    const round = pick(draw, [action.round - 1, action.round + 1, 1, 0]) ?? 0;
    return { ...action, round: Math.max(0, round), expirySec: action.expirySec + (pick(draw, [0, 0, 1, 86_400]) ?? 0) };
  }
  if (!("seriesId" in action)) return action;
  const { seriesId } = action;
  const wrong = [
    seriesId | UNKNOWN_BIT,
    seriesId & ~(((1n << 64n) - 1n) << STRIKE_SHIFT),
    seriesId + 2n,
    seriesId + 200n * 86_400n * 2n,
    seriesId + (5n << MARKET_SHIFT),
    seriesId ^ 1n,
  ];
  return { ...action, seriesId: pick(draw, wrong) ?? seriesId };
}

function withTimes(draw: Draw, action: Action): Action {
  if (action.kind === "report") {
    const spoiled = [
      { epoch: draw.world.reportEpoch },
      { epoch: draw.world.reportEpoch + 2n ** 33n },
      { observedAt: draw.nowSec - 2_000 },
      { observedAt: draw.nowSec + 100 },
      { observedAt: Math.max(draw.nowSec - 700, 1) },
      { signers: 1 },
    ];
    return { ...action, ...pick(draw, spoiled) };
  }
  const name = SECONDS.find((field) => field in action);
  return name === undefined ? action : Object.assign({}, action, { [name]: pick(draw, [0, 7 * 86_400 + 1]) ?? 0 });
}
