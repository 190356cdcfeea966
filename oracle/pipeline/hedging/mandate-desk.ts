/** One look at a mandate: reports the fund's net delta, asks the hedger for the band, moves margin and trades. */
import { encodeFunctionData } from "viem";
import { hedgeMandateAbi } from "../../chain/abi/hedge-mandate.ts";
import type { ChainClient } from "../../chain/client.ts";
import { type MandateAddresses, type MandateState, readMandate } from "../../chain/mandate-reader.ts";
import type { Outcome } from "../../domain/errors.ts";
import { fromFixedPoint, type Hex, toFixedPoint } from "../../domain/units.ts";
import type { Hedger } from "../../models/hedger/hedger.ts";
import type { FundExposure } from "../../scoring/fund-exposure.ts";
import { sendCall } from "../../submission/send-call.ts";
import { exposureBand } from "./exposure-band.ts";
import { fundTrade } from "./fund-trade.ts";
import type { HedgeKeys } from "./hedge-keys.ts";
import { planMargin } from "./margin-plan.ts";

/** What the desk works with. */
export interface MandateDeskOptions extends MandateAddresses {
  readonly chain: ChainClient;
  readonly hedger: Hedger;
  readonly keys: HedgeKeys;
  /** Of the margin token. */
  readonly decimals: number;
}

/** The fund's side of a look. */
export interface MandateQuestion {
  /** `null` where they are unknown. */
  readonly exposures: readonly FundExposure[] | null;
  /** Second to which they belong. */
  readonly observedSec: number;
  /** USD; prices margin where the fund has no exposure. */
  readonly spot: number;
}

/** What a look came to. */
export interface MandateLook {
  readonly state: MandateState;
  readonly netDeltaCoins: number | null;
  readonly lowerCoins: number | null;
  readonly upperCoins: number | null;
  readonly hasReported: boolean;
  /** Coins traded, 0 for none. */
  readonly tradedCoins: number;
  readonly action: string | null;
  readonly refusals: readonly string[];
}

const COIN_DIGITS = 8;
const RECEIPT_TIMEOUT_MS = 30_000;
/** Less than this is not worth a transaction, USD. */
const LEAST_MOVE_USD = 1;
/** Looks at a mandate and acts. Decides anew from the chain's state each time, so that repeating is harmless. */
export async function tendMandate(options: MandateDeskOptions, question: MandateQuestion): Promise<MandateLook> {
  const refusals: string[] = [];
  const before = await readMandate(options.chain, options);
  const netDelta = question.exposures?.reduce((sum, { deltaCoins }) => sum + deltaCoins, 0) ?? null;
  const seen = { netDeltaCoins: netDelta, lowerCoins: null, upperCoins: null };
  const quiet = { ...seen, hasReported: false, tradedCoins: 0, action: null };
  if (before.used.until <= before.atSec) return await endMandate(options, { ...quiet, state: before, refusals });
  if (netDelta === null) return { ...quiet, state: before, refusals: ["delta-unknown"] };
  const hasReported = await report(options, { before, netDelta, observedSec: question.observedSec }, refusals);
  if (before.used.isPaused) return { ...quiet, hasReported, state: before, refusals: [...refusals, "paused"] };
  const band = await exposureBand(
    options.hedger,
    question.exposures ?? [],
    fromFixedPoint(before.positionE8, COIN_DIGITS),
  );
  const done = await act(options, { before, netDelta, band, spot: question.spot }, refusals);
  const state = await readMandate(options.chain, options);
  const [lowerCoins, upperCoins] = band;
  return { state, netDeltaCoins: netDelta, lowerCoins, upperCoins, hasReported, ...done, refusals };
}

interface Reported {
  readonly before: MandateState;
  readonly netDelta: number;
  readonly observedSec: number;
}

/** An observation that the chain has already is not sent again. */
async function report(options: MandateDeskOptions, what: Reported, refusals: string[]): Promise<boolean> {
  if (what.observedSec <= what.before.used.observedAt) return false;
  const data = encodeFunctionData({
    abi: hedgeMandateAbi,
    functionName: "reportNetDelta",
    args: [toFixedPoint(what.netDelta, COIN_DIGITS), what.observedSec],
  });
  return note(await send(options, "reporter", data), refusals);
}

interface Action extends Omit<Reported, "observedSec"> {
  readonly band: readonly [number, number];
  readonly spot: number;
}

async function act(options: MandateDeskOptions, action: Action, refusals: string[]) {
  const { before, netDelta, band, spot } = action;
  const coins = (value: bigint): number => fromFixedPoint(value, COIN_DIGITS);
  const usd = (value: bigint): number => fromFixedPoint(value, options.decimals);
  const { terms, used } = before;
  const position = coins(before.positionE8);
  const wanted = fundTrade({
    target: -netDelta,
    lower: band[0],
    upper: band[1],
    position,
    maxSize: coins(terms.maxSizeE8),
    tolerance: coins(terms.toleranceE8),
    turnoverLeft: coins(before.turnoverLeftE8),
  });
  if (wanted.reason !== null) refusals.push(wanted.reason);
  const roomUsd = Math.min(usd(before.marginLimit) - usd(used.netMargin), usd(before.idle));
  const plan = planMargin({ position, trade: wanted.coins, spot, equityUsd: usd(before.equity), roomUsd });
  if (plan.isCapped) refusals.push("margin-capped");
  const words: string[] = [];
  if (await moveMargin(options, "postMargin", plan.postUsd, refusals))
    words.push(`posted ${plan.postUsd.toFixed(0)} USD`);
  const tradedCoins = await trade(options, { coins: plan.trade, position }, refusals);
  if (tradedCoins !== 0) words.push(`traded ${tradedCoins.toFixed(4)} coins`);
  if (await moveMargin(options, "takeMargin", plan.homeUsd, refusals)) {
    words.push(`took ${plan.homeUsd.toFixed(0)} USD home`);
  }
  return { tradedCoins, action: words.length === 0 ? null : words.join(", ") };
}

/** Whatever only shrinks the position is a reduction: neither cool-down nor turnover may stop it. */
async function trade(
  options: MandateDeskOptions,
  { coins, position }: { readonly coins: number; readonly position: number },
  refusals: string[],
): Promise<number> {
  const size = toFixedPoint(coins, COIN_DIGITS);
  if (size === 0n) return 0;
  const shrinks = coins > 0 !== position > 0 && Math.abs(coins) <= Math.abs(position);
  const data = shrinks
    ? encodeFunctionData({ abi: hedgeMandateAbi, functionName: "reduce", args: [size < 0n ? -size : size] })
    : encodeFunctionData({ abi: hedgeMandateAbi, functionName: "trade", args: [size] });
  return note(await send(options, "hedger", data), refusals) ? fromFixedPoint(size, COIN_DIGITS) : 0;
}

async function moveMargin(
  options: MandateDeskOptions,
  functionName: "postMargin" | "takeMargin",
  amountUsd: number,
  refusals: string[],
): Promise<boolean> {
  if (amountUsd < LEAST_MOVE_USD) return false;
  // Whole dollars, rounded down: never more than there is.
  const args = [toFixedPoint(Math.floor(amountUsd), options.decimals)] as const;
  return note(
    await send(options, "hedger", encodeFunctionData({ abi: hedgeMandateAbi, functionName, args })),
    refusals,
  );
}

/** After the end the position is closed and everything brought home. */
async function endMandate(options: MandateDeskOptions, look: MandateLook): Promise<MandateLook> {
  const refusals: string[] = ["ended"];
  const position = fromFixedPoint(look.state.positionE8, COIN_DIGITS);
  const tradedCoins = await trade(options, { coins: -position, position }, refusals);
  const { equity } = await readMandate(options.chain, options);
  const homeUsd = fromFixedPoint(equity, options.decimals);
  const came = position + tradedCoins === 0 && (await moveMargin(options, "takeMargin", homeUsd, refusals));
  const state = await readMandate(options.chain, options);
  return { ...look, state, tradedCoins, action: came ? "closed and came home" : null, refusals };
}

async function send(options: MandateDeskOptions, who: keyof HedgeKeys, data: Hex): Promise<Outcome<Hex>> {
  const { chain, keys, mandate } = options;
  return await sendCall({ chain, ...keys[who], to: mandate, data, receiptTimeoutMs: RECEIPT_TIMEOUT_MS });
}

function note(outcome: Outcome<Hex>, refusals: string[]): boolean {
  if (!outcome.ok) refusals.push(outcome.reason);
  return outcome.ok;
}
