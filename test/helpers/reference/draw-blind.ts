/** Random calls that look at nothing: most must be refused, each for its own reason. */
import { zeroAddress } from "viem";
import type { Action } from "./calls.ts";
import { actorOf, chance, type Draw, holdings, openPositions, pick, type Wish } from "./draw.ts";
import { someSeries } from "./draw-owners.ts";
import { NO_CAPS } from "./ground.ts";
import { seriesOf } from "./markets.ts";

const MAX_UINT64 = 2n ** 64n - 1n;
const HOUR_SEC = 3_600;
const CENT = 10n ** 6n;

type Blind = (draw: Draw) => Action;

const BLIND: readonly Blind[] = [
  (draw) => ({ kind: "flag", id: someId(draw) }),
  (draw) => ({ kind: "flag", id: someId(draw) }),
  (draw) => ({ kind: "unflag", id: someId(draw) }),
  (draw) => ({ kind: "unflag", id: someId(draw) }),
  (draw) => ({ kind: "liquidate", id: someId(draw), maxSizeE8: someSize(draw), minOut: 0n }),
  (draw) => ({ kind: "liquidate", id: someId(draw), maxSizeE8: MAX_UINT64, minOut: someSize(draw) }),
  takeOver,
  takeOver,
  (draw) => ({ kind: "reclassify", id: someId(draw) }),
  (draw) => ({ kind: "reclassify", id: someId(draw) }),
  (draw) => ({ kind: "markScored", id: someId(draw) }),
  (draw) => ({ kind: "acceptPosition", id: someId(draw) }),
  (draw) => ({
    kind: "mintMore",
    id: someId(draw),
    sizeE8: someSize(draw),
    collateral: someSize(draw),
    to: actorOf(draw),
  }),
  (draw) => ({ kind: "removeCollateral", id: someId(draw), amount: someSize(draw), to: actorOf(draw) }),
  (draw) => ({ kind: "close", id: someId(draw), sizeE8: someSize(draw), withdraw: someSize(draw) }),
  (draw) => ({ kind: "settle", ids: [someId(draw), someId(draw)] }),
  (draw) => ({ kind: "openEarly", seriesId: knownSeries(draw) }),
  (draw) => ({ kind: "openEarly", seriesId: knownSeries(draw) }),
  (draw) => ({ kind: "holdFund", seriesId: knownSeries(draw) }),
  (draw) => ({ kind: "redeem", seriesId: knownSeries(draw), amountE8: someSize(draw), to: actorOf(draw) }),
  (draw) => ({ kind: "claim", token: pick(draw, draw.world.setup.tokens) ?? zeroAddress, to: actorOf(draw) }),
  settlePrice,
  settlePrice,
  (draw) => ({
    kind: "open",
    seriesId: someSeries(draw),
    sizeE8: someSize(draw),
    collateral: someSize(draw),
    to: actorOf(draw),
  }),
  (draw) => ({ kind: "pauseNewRisk", durationSec: 1 + draw.rng.integer(HOUR_SEC) }),
  (draw) => ({ kind: "fundExit", fund: someFund(draw), shares: someSize(draw) }),
  (draw) => ({ kind: "fundDeposit", fund: someFund(draw), assets: someSize(draw) }),
  (draw) => ({ kind: "fundCancelExit", fund: someFund(draw) }),
  (draw) => ({ kind: "fundRequestExit", fund: someFund(draw), shares: 0n }),
  (draw) => ({ kind: "fundCollect", fund: someFund(draw) }),
];
/** What the DAO itself may not do. */
const WRONG_SETTINGS: readonly Action[] = [
  { kind: "pauseLiquidations", durationSec: 21_601 },
  { kind: "setCaps", marketId: 9, isPut: true, caps: NO_CAPS },
  { kind: "setValves", marketId: 1, terms: { effectBudgetE8: 1n, cautionLimitE8: 0n, windowSec: HOUR_SEC } },
  {
    kind: "setLiquidation",
    settings: {
      orderlySec: 600,
      lateSec: 600,
      coolOffSec: 601,
      flagLifeSec: 1_200,
      targetHealthBps: 12_000,
      flagBountyBps: 0,
    },
  },
];

/** A call of somebody about something. */
export function drawBlind(draw: Draw): Wish {
  const wrong = pick(draw, WRONG_SETTINGS);
  if (wrong !== undefined && chance(draw, 0.05)) return { by: draw.world.setup.admin, action: wrong };
  const blind = pick(draw, BLIND);
  if (blind === undefined) throw new RangeError("There are no blind calls.");
  return { by: actorOf(draw), action: blind(draw) };
}

function takeOver(draw: Draw): Action {
  const intoId = chance(draw, 0.5) ? 0 : someId(draw);
  const maxTopUp = chance(draw, 0.5) ? 0n : MAX_UINT64;
  return { kind: "takeOver", id: someId(draw), maxSizeE8: someSize(draw), minOut: 0n, maxTopUp, intoId };
}

function settlePrice(draw: Draw): Action {
  const { marketId, expirySec } = seriesOf(knownSeries(draw));
  const { length } = draw.world.rounds.get(marketId) ?? [];
  return { kind: "settlePrice", marketId, expirySec, round: Math.max(1, length - draw.rng.integer(4)) };
}

function someId(draw: Draw): number {
  const active = chance(draw, 0.8) ? pick(draw, openPositions(draw))?.[0] : undefined;
  return active ?? 1 + draw.rng.integer(draw.world.positionCount + 1);
}

function someSize(draw: Draw): bigint {
  return BigInt(1 + draw.rng.integer(400)) * CENT;
}

function someFund(draw: Draw) {
  return pick(draw, draw.world.setup.funds)?.fund ?? zeroAddress;
}

/** Most often one that somebody holds. */
function knownSeries(draw: Draw): bigint {
  const ids = [...draw.world.positions.values()].map(({ seriesId }) => seriesId);
  return pick(draw, [...ids, ...holdings(draw).map(({ seriesId }) => seriesId)]) ?? someSeries(draw);
}
