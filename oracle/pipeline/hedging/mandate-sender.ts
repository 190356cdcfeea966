/** Sends what a look at a mandate decides, and keeps what came of it. */
import { encodeFunctionData } from "viem";
import { hedgeMandateAbi } from "../../chain/abi/hedge-mandate.ts";
import type { ChainClient } from "../../chain/client.ts";
import { type MandateAddresses, type MandateState, readMandate } from "../../chain/mandate-reader.ts";
import { fromFixedPoint, type Hex, toFixedPoint } from "../../domain/units.ts";
import { sendCall } from "../../submission/send-call.ts";
import type { HedgeKeys } from "./hedge-keys.ts";

/** The mandate, and who sends to it. */
export interface MandateSenderOptions extends MandateAddresses {
  readonly chain: ChainClient;
  readonly keys: HedgeKeys;
  /** Of the margin token. */
  readonly decimals: number;
}

/** What a look has done so far; it outlives a failure in the middle of the look. */
export interface LookDiary {
  /** As the chain had it when it was last read; `null` before that. */
  state: MandateState | null;
  hasReported: boolean;
  /** Coins traded, 0 for none. */
  tradedCoins: number;
  /** What was done, for people. */
  readonly words: string[];
  readonly refusals: string[];
}

/** Digits of coins on chain. */
export const COIN_DIGITS = 8;
/** Less than this is not worth a transaction, USD. */
export const LEAST_MOVE_USD = 1;
const RECEIPT_TIMEOUT_MS = 30_000;

/** Calls of one look; each says whether the chain took it, and writes it down. */
export interface MandateSender {
  /** Reads the mandate anew. */
  read(): Promise<MandateState>;
  report(netDelta: number, observedSec: number): Promise<boolean>;
  /** Trades towards the target, or shrinks the position: whatever only shrinks waits for no cool-down and no turnover. */
  trade(coins: number, position: number): Promise<boolean>;
  /** Whole dollars, rounded down: never more than there is. */
  post(amountUsd: number): Promise<boolean>;
  takeHome(amountUsd: number): Promise<boolean>;
}

/** Creates the sender of one look. */
export function createMandateSender(options: MandateSenderOptions, diary: LookDiary): MandateSender {
  const send = async (who: keyof HedgeKeys, data: Hex): Promise<boolean> => {
    const { chain, keys, mandate } = options;
    const call = { chain, ...keys[who], to: mandate, data, receiptTimeoutMs: RECEIPT_TIMEOUT_MS };
    const outcome = await sendCall(call);
    if (!outcome.ok) diary.refusals.push(outcome.reason);
    return outcome.ok;
  };
  const move = async (functionName: "postMargin" | "takeMargin", amountUsd: number): Promise<boolean> => {
    const args = [toFixedPoint(Math.floor(amountUsd), options.decimals)] as const;
    const isDone = await send("hedger", encodeFunctionData({ abi: hedgeMandateAbi, functionName, args }));
    const words = functionName === "postMargin" ? ["posted", ""] : ["took", " home"];
    if (isDone) diary.words.push(`${words[0]} ${Math.floor(amountUsd)} USD${words[1]}`);
    return isDone;
  };
  return {
    read: async () => {
      diary.state = await readMandate(options.chain, options);
      return diary.state;
    },
    report: async (netDelta, observedSec) => {
      const args = [toFixedPoint(netDelta, COIN_DIGITS), observedSec] as const;
      const data = encodeFunctionData({ abi: hedgeMandateAbi, functionName: "reportNetDelta", args });
      diary.hasReported = await send("reporter", data);
      return diary.hasReported;
    },
    trade: async (coins, position) => {
      const size = toFixedPoint(coins, COIN_DIGITS);
      if (size === 0n || !(await send("hedger", tradeData(size, shrinkingPart(coins, position) === coins))))
        return false;
      const traded = fromFixedPoint(size, COIN_DIGITS);
      diary.tradedCoins += traded;
      diary.words.push(`traded ${traded.toFixed(4)} coins`);
      return true;
    },
    post: async (amountUsd) => await move("postMargin", amountUsd),
    takeHome: async (amountUsd) => amountUsd >= LEAST_MOVE_USD && (await move("takeMargin", amountUsd)),
  };
}

/** The part of a trade that only brings a position nearer to zero, coins. */
export function shrinkingPart(coins: number, position: number): number {
  if (coins === 0 || position === 0 || coins > 0 === position > 0) return 0;
  return Math.sign(coins) * Math.min(Math.abs(coins), Math.abs(position));
}

function tradeData(size: bigint, isReduction: boolean): Hex {
  if (!isReduction) return encodeFunctionData({ abi: hedgeMandateAbi, functionName: "trade", args: [size] });
  return encodeFunctionData({ abi: hedgeMandateAbi, functionName: "reduce", args: [size < 0n ? -size : size] });
}
