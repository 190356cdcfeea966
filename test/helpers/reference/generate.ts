/** Random sequences of calls for the reference model: a clock, a price walk, sensible calls and spoiled ones. */
import type { Address } from "../../../oracle/domain/units.ts";
import { createRng, type Rng } from "../../../oracle/math/rng.ts";
import type { Call } from "./calls.ts";
import { actorOf, chance, type Draw, pick, type SeriesTemplate, type Wish } from "./draw.ts";
import { drawBlind } from "./draw-blind.ts";
import { drawFlag, drawLiquidate, drawPrice, drawRelief, drawReport, drawTakeOver, drawUnflag } from "./draw-market.ts";
import {
  drawAccept,
  drawAddCollateral,
  drawClose,
  drawHarvest,
  drawMark,
  drawMintMore,
  drawOffer,
  drawOpen,
  drawOperator,
  drawReclassify,
  drawRemoveCollateral,
  drawTransferLongs,
} from "./draw-owners.ts";
import {
  drawCaps,
  drawFund,
  drawLiftPauses,
  drawLiquidation,
  drawPause,
  drawUpdateMarket,
  drawValves,
} from "./draw-settings.ts";
import {
  drawCancelExit,
  drawClaim,
  drawCollect,
  drawDeposit,
  drawExit,
  drawHoldFund,
  drawOpenEarly,
  drawRedeem,
  drawRedeemFor,
  drawRequestExit,
  drawSettle,
  drawSettlePrice,
  tickets,
} from "./draw-settlement.ts";
import { MARKETS, START_SEC } from "./ground.ts";
import { seriesOf } from "./markets.ts";
import { MARK_WAIT_SEC, timesOf } from "./positions.ts";
import { spoil } from "./spoil.ts";
import { step } from "./step.ts";
import type { World } from "./world.ts";

/** Kinds of calls and how often they are drawn; those that have nothing to do are drawn again. */
const WEIGHTS: readonly (readonly [number, (draw: Draw) => Wish | null])[] = [
  [16, drawOpen],
  [4, drawMintMore],
  [6, drawAddCollateral],
  [4, drawRemoveCollateral],
  [6, drawClose],
  [2, drawOperator],
  [2, drawOffer],
  [4, drawAccept],
  [5, drawReclassify],
  [6, drawMark],
  [4, drawTransferLongs],
  [18, drawFlag],
  [8, drawUnflag],
  [14, drawLiquidate],
  [14, drawTakeOver],
  [14, drawSettlePrice],
  [14, drawSettle],
  [8, drawOpenEarly],
  [3, drawHoldFund],
  [10, drawRedeem],
  [5, drawRedeemFor],
  [5, drawClaim],
  [2, drawDeposit],
  [1.5, drawRequestExit],
  [2, drawCancelExit],
  [14, drawExit],
  [3, drawCollect],
  [12, drawPrice],
  [13, drawReport],
  [2.5, drawPause],
  [1.5, drawLiftPauses],
  [1.5, drawUpdateMarket],
  [0.7, drawCaps],
  [1.5, drawValves],
  [0.7, drawFund],
  [1, drawLiquidation],
];
const TOTAL_WEIGHT = WEIGHTS.reduce((sum, [weight]) => sum + weight, 0);
const SPOILED = 0.1;
const BLIND = 0.08;
/** How often a look is taken at flags that may end. */
const HEALED = 0.35;
/** Liquidators do not sleep. */
const HUNTS = [drawFlag, drawFlag, drawLiquidate, drawTakeOver];
const HUNTED = 0.35;
const RELIEVED = 0.12;
/** How often the clock goes to where a mark counts, and how often that is made use of. */
const RIPENED = 0.06;
const HARVESTED = 0.8;
const RIPE_SPREAD_SEC = 7_200;
const LATEST_RIPE_SEC = MARK_WAIT_SEC + 2 * RIPE_SPREAD_SEC;
const CRASH_AT_EXPIRY = 0.5;
const MEAN_STEP_SEC = 330;
const DAY_SEC = 86_400;
const EXPIRY_SECOND = 28_800;
const STALE_SOON_SEC = 6_000;
const STRIKE_PERCENT = [85n, 92n, 97n, 100n, 103n, 108n, 118n];

/** A sequence of a seed: its calls with what the model says of each. */
export function generateSequence(first: World, seed: string, length: number): readonly Call[] {
  const rng = createRng(seed);
  const templates = templatesOf(rng);
  const calls: Call[] = [];
  let [world, nowSec] = [first, START_SEC];
  while (calls.length < length) {
    nowSec += secondsTo({ rng, world, nowSec, templates });
    const draw = { rng, world, nowSec, templates };
    const call = callOf(draw, calls);
    const outcome = step(world, call);
    if (outcome.ok) world = outcome.world;
    calls.push(call);
  }
  return calls;
}

function templatesOf(rng: Rng): readonly SeriesTemplate[] {
  return Array.from({ length: 3 }, () => {
    const market = rng.integer(MARKETS.length);
    const spotE8 = MARKETS[market]?.spotE8 ?? 1n;
    const percent = pick({ rng }, STRIKE_PERCENT) ?? 100n;
    return { marketId: market + 1, isPut: chance({ rng }, 0.5), strikeE8: (spotE8 * percent) / 100n };
  });
}

/** Mostly minutes; now and then to a ripe exit, over an expiry, or over days. */
function secondsTo(draw: Draw): number {
  const { rng, nowSec } = draw;
  const ripe = chance(draw, 0.04) ? pick(draw, tickets(draw)) : undefined;
  if (ripe !== undefined && ripe.from > nowSec) return ripe.from - nowSec + rng.integer(DAY_SEC);
  const markedAt = chance(draw, RIPENED) ? pick(draw, freshMarks(draw)) : undefined;
  if (markedAt !== undefined) return markedAt + MARK_WAIT_SEC - nowSec + rng.integer(RIPE_SPREAD_SEC);
  if (chance(draw, 0.015)) return ((EXPIRY_SECOND - nowSec) % DAY_SEC) + DAY_SEC + rng.integer(60);
  return 1 + Math.floor(rng.exponential() * MEAN_STEP_SEC);
}

/** Times of marks that are too young for a withdrawal yet, and ripen before expiry. */
function freshMarks({ world, nowSec }: Draw): readonly number[] {
  const marks = [...world.positions].map(([id, { seriesId }]) => ({ seriesId, since: timesOf(world, id).scoredSince }));
  const fresh = marks.filter(({ since }) => since + MARK_WAIT_SEC > nowSec);
  return fresh
    .filter((mark) => seriesOf(mark.seriesId).expirySec > mark.since + LATEST_RIPE_SEC)
    .map(({ since }) => since);
}

function callOf(draw: Draw, calls: readonly Call[]): Call {
  const prologue = prologueOf(draw, calls.length);
  if (prologue !== null) return { ...prologue, atSec: draw.nowSec, meant: true };
  if (chance(draw, BLIND)) return { ...drawBlind(draw), atSec: draw.nowSec, meant: false };
  const wish = dueOf(draw) ?? wishOf(draw);
  const { by, action } = chance(draw, SPOILED) ? spoil(draw, wish, calls) : wish;
  const meant = action === wish.action && by === wish.by && wish.isDoubtful !== true;
  return { by, action, meant, atSec: draw.nowSec };
}

/** Most sequences begin with funds that have something. */
function prologueOf(draw: Draw, index: number): Wish | null {
  const found = draw.world.setup.funds[index % 2];
  if (found === undefined || index > 3 || chance(draw, 0.15)) return null;
  if (index < 2) return withFund(draw, found);
  return drawDeposit(draw);
}

function withFund(draw: Draw, { fund, token }: { readonly fund: Address; readonly token: Address }): Wish {
  const terms = { fund, feeBps: draw.rng.integer(2_001), settleBounty: BigInt(draw.rng.integer(1_000_000)) };
  return { by: draw.world.setup.admin, action: { kind: "setFund", token, terms } };
}

/** What must not wait: the end of a flag, a price that grows old, the first price after an expiry. */
function dueOf(draw: Draw): Wish | null {
  const { world, nowSec } = draw;
  const healed = chance(draw, HEALED) ? drawUnflag(draw) : null;
  if (healed !== null) return healed;
  const harvest = chance(draw, HARVESTED) ? drawHarvest(draw) : null;
  if (harvest !== null) return harvest;
  const hunt = pick(draw, HUNTS);
  const hunted = hunt !== undefined && chance(draw, HUNTED) ? hunt(draw) : null;
  if (hunted !== null) return hunted;
  const relief = chance(draw, RELIEVED) ? drawRelief(draw) : null;
  if (relief !== null) return relief;
  const expirySec = Math.floor((nowSec - EXPIRY_SECOND) / DAY_SEC) * DAY_SEC + EXPIRY_SECOND;
  for (const [marketId, rounds] of world.rounds) {
    const updatedAt = rounds.at(-1)?.updatedAt ?? 0;
    const isLate = updatedAt + STALE_SOON_SEC < nowSec || updatedAt < expirySec;
    if (isLate && chance(draw, 0.8)) return drawPrice(draw, marketId, chance(draw, CRASH_AT_EXPIRY));
  }
  return null;
}

function wishOf(draw: Draw): Wish {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    let left = draw.rng.uniform() * TOTAL_WEIGHT;
    const entry = WEIGHTS.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    const wish = entry?.[1](draw) ?? null;
    if (wish !== null) return wish;
  }
  return { by: actorOf(draw), action: { kind: "setOperator", operator: actorOf(draw), approved: true } };
}
