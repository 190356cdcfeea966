/** One look at a mandate: keeps its margin, reports the fund's net delta, asks the hedger for the band and trades. */
import type { MandateState } from "../../chain/mandate-reader.ts";
import type { HedgeRefusal } from "../../domain/fund-hedge.ts";
import { fromFixedPoint, toFixedPoint } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import type { FundExposures } from "../../scoring/fund-exposure.ts";
import { hasPending } from "../../submission/send-call.ts";
import { exposureBand } from "./exposure-band.ts";
import { fundTrade } from "./fund-trade.ts";
import {
  COIN_DIGITS,
  createMandateSender,
  LEAST_MOVE_USD,
  type LookDiary,
  type MandateSender,
  type MandateSenderOptions,
  shrinkingPart,
} from "./mandate-sender.ts";
import { planMargin } from "./margin-plan.ts";

/** What the desk works with. */
export interface MandateDeskOptions extends MandateSenderOptions {
  readonly hedger: Hedger;
}

/** The fund's side of a look. */
export interface MandateQuestion {
  /** `null` where they are unknown. */
  readonly book: FundExposures | null;
  /** Second to which they belong. */
  readonly observedSec: number;
  /** Least net delta of the looks before, coins: what was not there then is not grown for yet. */
  readonly provenDelta: number;
}

/** What a look came to; what was done before a failure is told with it. */
export interface MandateLook extends Readonly<LookDiary> {
  readonly netDeltaCoins: number | null;
  readonly lowerCoins: number | null;
  readonly upperCoins: number | null;
  readonly action: string | null;
  /** What cut the look off, `null` for nothing. Then `state` may be older than what was done. */
  readonly fault: Error | null;
}

interface Desk extends MandateDeskOptions {
  readonly diary: LookDiary;
  readonly sender: MandateSender;
  readonly refuse: (reason: HedgeRefusal) => void;
  /** What the look knows of the fund. */
  seen: Pick<MandateLook, "netDeltaCoins" | "lowerCoins" | "upperCoins">;
}

/**
 * Looks at a mandate and acts. Decides anew from the chain's state each time; while a transaction of the hedger is on its way
 * that state is not yet known, and nothing is done. Margin is looked after from the chain's state alone: a fund, a market or a
 * model that is not known leaves no position untended. Never throws: see {@link MandateLook.fault}.
 */
export async function tendMandate(options: MandateDeskOptions, question: MandateQuestion): Promise<MandateLook> {
  const diary: LookDiary = { state: null, hasReported: false, tradedCoins: 0, words: [], refusals: [] };
  const desk: Desk = {
    ...options,
    diary,
    sender: createMandateSender(options, diary),
    refuse: (reason) => void diary.refusals.push(reason),
    seen: { netDeltaCoins: netDeltaOf(question), lowerCoins: null, upperCoins: null },
  };
  const fault = await tryToTend(desk, question);
  return { ...diary, ...desk.seen, action: diary.words.length === 0 ? null : diary.words.join(", "), fault };
}

async function tryToTend(desk: Desk, question: MandateQuestion): Promise<Error | null> {
  try {
    const isQuiet = await hasPending(desk.chain, desk.keys.hedger.account);
    const before = await desk.sender.read();
    if (isQuiet) desk.refuse("transaction-pending");
    else await tend(desk, question, before);
    if (desk.diary.words.length > 0 || desk.diary.hasReported) await desk.sender.read();
    return null;
  } catch (error) {
    desk.refuse("look-failed");
    return error instanceof Error ? error : new Error(String(error));
  }
}

function netDeltaOf({ book }: MandateQuestion): number | null {
  return book?.exposures.reduce((sum, { deltaCoins }) => sum + deltaCoins, 0) ?? null;
}

async function tend(desk: Desk, question: MandateQuestion, before: MandateState): Promise<void> {
  if (before.used.until <= before.atSec) return await closeDown(desk, before);
  if (before.markE8 === 0n) return desk.refuse("price-unknown");
  const state = await keepMargin(desk, before);
  const netDelta = netDeltaOf(question);
  if (question.book === null || netDelta === null) return desk.refuse("delta-unknown");
  const mayGrow = await reportDelta(desk, state, { netDelta, observedSec: question.observedSec });
  if (state.used.isPaused) return desk.refuse("paused");
  const held = fromFixedPoint(state.positionE8, COIN_DIGITS);
  const { lower, upper, doubts } = await exposureBand(desk.hedger, question.book.exposures, held);
  desk.diary.refusals.push(...doubts);
  desk.seen = { netDeltaCoins: netDelta, lowerCoins: lower, upperCoins: upper };
  const reasons: HedgeRefusal[] = mayGrow ? [] : ["target-differs"];
  if (question.book.isDoubted) reasons.push("greeks-doubted");
  await act(desk, state, { target: -netDelta, lower, upper, proven: question.provenDelta, againstGrowth: reasons });
}

/** Tops a position up whose margin has run low, or shrinks it to what it has; the latter also while paused. */
async function keepMargin(desk: Desk, before: MandateState): Promise<MandateState> {
  const { positionCoins: position, ...money } = moneyOf(desk, before);
  const input = { ...money, position, trade: 0 };
  const plan = planMargin(input);
  const isPosted = plan.postUsd >= LEAST_MOVE_USD && (await desk.sender.post(plan.postUsd));
  const { trade, isCapped } = isPosted || plan.postUsd === 0 ? plan : planMargin({ ...input, roomUsd: 0 });
  if (isCapped) desk.refuse("margin-capped");
  const isShrunk = trade !== 0 && (await desk.sender.trade(trade, position));
  return isPosted || isShrunk ? await desk.sender.read() : before;
}

/** What margin is planned from: the venue's own mark and account, room under the caps. In a pause nothing can be posted. */
function moneyOf({ decimals }: Desk, { positionE8, equity, markE8, marginLimit, idle, used }: MandateState) {
  const usd = (value: bigint): number => fromFixedPoint(value, decimals);
  const roomUsd = used.isPaused ? 0 : Math.min(usd(marginLimit) - usd(used.netMargin), usd(idle));
  return {
    positionCoins: fromFixedPoint(positionE8, COIN_DIGITS),
    spot: fromFixedPoint(markE8, COIN_DIGITS),
    equityUsd: usd(equity),
    roomUsd,
  };
}

interface Observed {
  readonly netDelta: number;
  readonly observedSec: number;
}

/** An observation that the chain has already is not sent again. @returns whether the chain's target is the own number. */
async function reportDelta(desk: Desk, { used }: MandateState, { netDelta, observedSec }: Observed): Promise<boolean> {
  if (observedSec > used.observedAt) {
    if (await hasPending(desk.chain, desk.keys.reporter.account)) desk.refuse("report-pending");
    else if (await desk.sender.report(netDelta, observedSec)) return true;
  }
  return used.targetE8 === -toFixedPoint(netDelta, COIN_DIGITS);
}

interface Wanted {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
  /** Size to which the position may grow, coins. */
  readonly proven: number;
  /** Why the position may only shrink; empty where it may grow. */
  readonly againstGrowth: readonly HedgeRefusal[];
}

async function act(desk: Desk, state: MandateState, wanted: Wanted): Promise<void> {
  const { positionCoins: position, ...money } = moneyOf(desk, state);
  const coins = wantedCoins(desk, state, { ...wanted, position });
  const plan = planMargin({ ...money, position, trade: coins });
  if (plan.isCapped) desk.refuse("margin-capped");
  const lacksPost = plan.postUsd >= LEAST_MOVE_USD && !(await desk.sender.post(plan.postUsd));
  const trade = lacksPost ? shrinkingPart(plan.trade, position) : plan.trade;
  // What a reduction would set free is not free before it.
  if (trade !== 0 && !(await desk.sender.trade(trade, position))) return;
  if (!lacksPost) await desk.sender.takeHome(plan.homeUsd);
}

function wantedCoins(
  desk: Desk,
  { terms, turnoverLeftE8 }: MandateState,
  { againstGrowth, proven, ...wanted }: Wanted & { readonly position: number },
): number {
  const coins = (value: bigint): number => fromFixedPoint(value, COIN_DIGITS);
  const { coins: found, reason } = fundTrade({
    ...wanted,
    maxSize: coins(terms.maxSizeE8),
    tolerance: coins(terms.toleranceE8),
    turnoverLeft: coins(turnoverLeftE8),
  });
  if (reason !== null) desk.refuse(reason);
  const shrinks = shrinkingPart(found, wanted.position);
  if (found === shrinks) return found;
  for (const why of againstGrowth) desk.refuse(why);
  if (againstGrowth.length > 0) return shrinks;
  const excess = Math.abs(wanted.position + found) - Math.max(proven, Math.abs(wanted.position + shrinks));
  if (excess <= 0) return found;
  desk.refuse("target-unproven");
  return found - Math.sign(found) * excess;
}

/** After the end the position is closed and everything brought home. */
async function closeDown(desk: Desk, before: MandateState): Promise<void> {
  desk.refuse("ended");
  const position = fromFixedPoint(before.positionE8, COIN_DIGITS);
  if (position !== 0 && !(await desk.sender.trade(-position, position))) return;
  const { equity } = await desk.sender.read();
  await desk.sender.takeHome(fromFixedPoint(equity, desk.decimals));
}
