/** Random prices, reports and liquidations that are meant to succeed. */
import type { RiskEntry } from "../../../oracle/domain/report.ts";
import type { ClassQuantile } from "../../../oracle/domain/score.ts";
import { unpackRiskWord } from "../../../oracle/rules/risk-word.ts";
import {
  above,
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
import { seriesOf } from "./markets.ts";

const MAX_AGE_SEC = 50;
const JUMP_PROBABILITY = 0.5;
const ABSURD = [0n, 1n, 10n ** 20n];
const CRASH_PROBABILITY = 0.02;
const MAX_UINT104 = 2n ** 104n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
/** How often a first score asks for about a third of what the class does. */
const LOW_FIRST = 0.5;
const PPM = 1_000_000n;

/** A step of the price walk; every few steps a jump, now and then a crash or an absurd answer. */
export function drawPrice(draw: Draw, of?: number, isCrash = chance(draw, CRASH_PROBABILITY)): Wish {
  const { world, rng } = draw;
  const marketId = of ?? 1 + rng.integer(world.setup.markets.length);
  const last = (world.rounds.get(marketId) ?? []).map(({ answer }) => answer).findLast((answer) => answer > 1n) ?? 1n;
  const answer = (last * BigInt(Math.round(1e6 * Math.exp(moveOf(draw, marketId, isCrash))))) / PPM;
  const absurd = pick(draw, ABSURD) ?? 0n;
  return {
    by: world.setup.admin,
    action: { kind: "pushPrice", marketId, answer: chance(draw, 0.01) ? absurd : answer },
  };
}

/** The last price again. */
export function drawSamePrice({ world }: Draw, marketId: number): Wish {
  const answer = world.rounds.get(marketId)?.at(-1)?.answer ?? 1n;
  return { by: world.setup.admin, action: { kind: "pushPrice", marketId, answer } };
}

/** Logarithmic. Most jumps hurt somebody. */
function moveOf(draw: Draw, marketId: number, isCrash: boolean): number {
  const { rng } = draw;
  const sign = painfulSign(draw, marketId);
  if (isCrash) return sign * (0.2 + 0.6 * rng.uniform());
  if (!chance(draw, JUMP_PROBABILITY)) return 0.01 * rng.normal();
  const isRelief = chance(draw, 0.25);
  return (isRelief ? -sign : sign) * (0.02 + 0.16 * rng.uniform());
}

/** A jump that helps somebody who is flagged. */
export function drawRelief(draw: Draw): Wish | null {
  const { world, rng } = draw;
  const seriesId = world.positions.get(pick(draw, flaggedIds(draw)) ?? 0)?.seriesId;
  if (seriesId === undefined) return null;
  const { marketId, isPut } = seriesOf(seriesId);
  const last = world.rounds.get(marketId)?.at(-1)?.answer ?? 1n;
  const move = (isPut ? 1 : -1) * (0.05 + 0.2 * rng.uniform());
  const answer = (last * BigInt(Math.round(1e6 * Math.exp(move)))) / PPM;
  return { by: world.setup.admin, action: { kind: "pushPrice", marketId, answer } };
}

/** Down hurts puts, up hurts calls. */
function painfulSign(draw: Draw, marketId: number): number {
  const shorts = openPositions(draw).map(([, { seriesId }]) => seriesOf(seriesId));
  const hurt = pick(
    draw,
    shorts.filter((series) => series.marketId === marketId),
  );
  if (hurt === undefined) return chance(draw, 0.5) ? 1 : -1;
  return hurt.isPut ? -1 : 1;
}

/** A quorum's report about some positions and classes. */
export function drawReport(draw: Draw): Wish {
  const { world, rng, nowSec } = draw;
  const ids = openPositions(draw).map(([id]) => id);
  const entries = ids.filter(() => chance(draw, 0.6)).map((id) => entryOf(draw, id));
  entries.sort((left, right) => left.sourceIndex - right.sourceIndex || Number(left.positionId - right.positionId));
  const classIds = [...world.setup.classes.keys()].filter(() => chance(draw, 0.15));
  const quantiles = classIds.map((classId) => quantileOf(draw, classId));
  const observedAt = Math.max(nowSec - rng.integer(MAX_AGE_SEC), world.reportObservedAt);
  const epoch = world.reportEpoch + 1n + BigInt(rng.integer(3));
  const signers = chance(draw, 0.5) ? 2 : 3;
  return { by: actorOf(draw), action: { kind: "report", epoch, observedAt, signers, entries, quantiles } };
}

function entryOf(draw: Draw, id: number): RiskEntry {
  const { world, rng } = draw;
  const state = unpackRiskWord(world.words.get(id) ?? 0n);
  const isLow = state.observedAt === 0 && chance(draw, LOW_FIRST);
  const rho = isLow ? Math.ceil(state.rhoTarget / 3) : state.rhoTarget;
  const { rhoBps, piBps } = chance(draw, 0.08) ? wild(draw) : near(draw, { rho, pi: state.pi });
  const epoch = chance(draw, 0.06) ? state.epoch + 1 : state.epoch;
  const score = chance(draw, 0.02) ? 601 : rng.integer(601);
  return { sourceIndex: chance(draw, 0.01) ? 3 : 0, positionId: BigInt(id), epoch, rhoBps, piBps, score };
}

function quantileOf(draw: Draw, classId: number): ClassQuantile {
  const word = draw.world.quantiles.get(classId);
  const rhoDefault = draw.world.setup.classes.get(classId)?.rhoDefaultBps ?? 0;
  const state = word === undefined ? { rhoTarget: rhoDefault, pi: Math.floor(rhoDefault / 3) } : unpackRiskWord(word);
  return { classId, ...near(draw, { rho: state.rhoTarget, pi: state.pi }) };
}

function wild({ rng }: Draw) {
  return { rhoBps: rng.integer(10_001), piBps: rng.integer(5_000) };
}

/** Inside steps and bounds, or close to them. */
function near(draw: Draw, { rho, pi }: { readonly rho: number; readonly pi: number }) {
  const { rng } = draw;
  const rise = Math.floor(1_500 * rng.uniform() ** 2);
  const moved = pick(draw, [rho, rho + rise, rho + rise, rho - rng.integer(420), rho - rng.integer(150)]) ?? rho;
  const rhoBps = Math.min(9_000, Math.max(200, moved));
  const turned = pi + (chance(draw, 0.3) ? 0 : rng.integer(600) - 250);
  return { rhoBps, piBps: Math.max(50, Math.min(turned, rhoBps - 100, 4_000)) };
}

/** A flag that the model lets through. */
export function drawFlag(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const wishes = livingIds(draw).map((id): Wish => ({ by, action: { kind: "flag", id } }));
  return mostly(draw, wishes);
}

/** The end of a flag that the model lets through. */
export function drawUnflag(draw: Draw): Wish | null {
  const by = actorOf(draw);
  const wishes = flaggedIds(draw).map((id): Wish => ({ by, action: { kind: "unflag", id } }));
  return (
    pick(
      draw,
      wishes.filter((wish) => passes(draw, wish)),
    ) ?? null
  );
}

/** A liquidation by a holder of longs. */
export function drawLiquidate(draw: Draw): Wish | null {
  const wishes = flaggedIds(draw).flatMap((id) => {
    const seriesId = draw.world.positions.get(id)?.seriesId;
    const holders = holdings(draw).filter((held) => held.seriesId === seriesId);
    return holders.map(({ holder, amountE8 }): Wish => {
      const maxSizeE8 = chance(draw, 0.7) ? amountE8 : partOf(draw, amountE8) + 1n;
      return { by: holder, action: { kind: "liquidate", id, maxSizeE8, minOut: 0n } };
    });
  });
  return mostly(draw, wishes);
}

/** A take-over into a new position or into one of the caller's. */
export function drawTakeOver(draw: Draw): Wish | null {
  const wishes = flaggedIds(draw).map((id): Wish => {
    const position = draw.world.positions.get(id);
    const siblings = openPositions(draw).filter(
      ([other, { seriesId }]) => other !== id && seriesId === position?.seriesId,
    );
    const into = chance(draw, 0.7) ? pick(draw, siblings) : undefined;
    const by = into === undefined ? actorOf(draw) : into[1].owner;
    const maxSizeE8 = chance(draw, 0.5) ? MAX_UINT64 : partOf(draw, position?.sizeE8 ?? 1n) + 1n;
    const maxTopUp = above(draw, MAX_UINT104 / 2n, 0.5);
    return { by, action: { kind: "takeOver", id, maxSizeE8, minOut: 0n, maxTopUp, intoId: into?.[0] ?? 0 } };
  });
  return mostly(draw, wishes);
}

function livingIds(draw: Draw): readonly number[] {
  const living = openPositions(draw).filter(([, { seriesId }]) => seriesOf(seriesId).expirySec > draw.nowSec);
  return living.map(([id]) => id);
}

function flaggedIds(draw: Draw): readonly number[] {
  return livingIds(draw).filter((id) => draw.world.positions.get(id)?.isFlagged === true);
}
