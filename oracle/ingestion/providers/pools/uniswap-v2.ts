/** Uniswap v2: reserves and mean price of one pair at a block, and its swaps. */
import { uniswapV2Abi, uniswapV2Events } from "../../../chain/pools/uniswap-v2-abi.ts";
import type { Anchor } from "../../../domain/report.ts";
import { exchangedTo, tickOf } from "../../../math/concentrated-liquidity.ts";
import { checkedLogs } from "../../sources/checked-logs.ts";
import type { BlockRange } from "../../sources/log-ranges.ts";
import { pinned } from "../../sources/pinned.ts";
import { poolUninitialised } from "./pool-errors.ts";
import type { PoolDoor, PoolLook, PoolMove, PoolReader } from "./pool-reader.ts";

/** Prices of the pair's own sums are fixed-point numbers with 112 binary digits (`UQ112x112`). */
const Q112 = 2 ** 112;
/** The sums wrap around. */
const SUM_BITS = 256;
/** So do the times of the pair. */
const TIME_MODULUS = 2 ** 32;

/** Sum of price times seconds at a block. */
interface PriceSum {
  readonly atSec: number;
  readonly sum: bigint;
}

/** Creates the reader of one pair; its mean price begins when it has been asked for as long as the mean's span. */
export function createUniswapV2(door: PoolDoor): PoolReader {
  let sums: readonly PriceSum[] = [];
  return {
    readMoves: async (range) => await readMoves(door, range),
    lookAt: async (at) => {
      const { look, sum } = await lookAt(door, at);
      const { twapSec } = door.settings;
      // A reorganisation may have taken later ones back.
      const past = sums.filter(({ atSec }) => atSec < at.timestampSec);
      const base = past.findLast(({ atSec }) => atSec <= at.timestampSec - twapSec);
      sums = [
        ...past.filter(({ atSec }) => base === undefined || atSec >= base.atSec),
        { atSec: at.timestampSec, sum },
      ];
      return { ...look, logMeanPrice: base === undefined ? null : logMean(base, { atSec: at.timestampSec, sum }) };
    },
    rootPriceAt: async (blockNumber) => {
      const call = {
        address: door.settings.pool,
        abi: uniswapV2Abi,
        functionName: "getReserves",
        blockNumber,
      } as const;
      const [reserve0, reserve1] = await door.chain.reader.readContract(call);
      return reserve0 === 0n || reserve1 === 0n ? null : rootOf(reserve0, reserve1);
    },
  };
}

function rootOf(reserve0: bigint, reserve1: bigint): number {
  return Math.sqrt(Number(reserve1) / Number(reserve0));
}

function logMean(base: PriceSum, now: PriceSum): number {
  const grown = BigInt.asUintN(SUM_BITS, now.sum - base.sum);
  return Math.log(Number(grown) / Q112 / (now.atSec - base.atSec));
}

async function readMoves({ chain, settings }: PoolDoor, range: BlockRange): Promise<readonly PoolMove[]> {
  const query = { address: settings.pool, events: uniswapV2Events, strict: true } as const;
  const logs = await chain.reader.getLogs({ ...query, fromBlock: range.from, toBlock: range.to });
  let rootPrice = Number.NaN;
  return checkedLogs(logs, { addresses: [settings.pool], range }).map((log): PoolMove => {
    const { blockNumber } = log;
    if (log.eventName === "Sync") {
      rootPrice = rootOf(log.args.reserve0, log.args.reserve1);
      return { blockNumber, amount0: 0n, amount1: 0n, rootPrice, isSwap: false };
    }
    const { amount0In, amount1In, amount0Out, amount1Out } = log.args;
    return { blockNumber, amount0: amount0In - amount0Out, amount1: amount1In - amount1Out, rootPrice, isSwap: true };
  });
}

async function lookAt(
  { chain, settings }: PoolDoor,
  at: Anchor,
): Promise<{ readonly look: Omit<PoolLook, "logMeanPrice">; readonly sum: bigint }> {
  const pair = { address: settings.pool, abi: uniswapV2Abi, ...pinned(at) } as const;
  const [[reserve0, reserve1, lastSec], last] = await Promise.all([
    chain.reader.readContract({ ...pair, functionName: "getReserves" }),
    chain.reader.readContract({ ...pair, functionName: "price0CumulativeLast" }),
  ]);
  if (reserve0 === 0n || reserve1 === 0n) throw poolUninitialised(settings);
  const rootPrice = rootOf(reserve0, reserve1);
  // Liquidity without ticks is that of all prices.
  const liquidity = BigInt(Math.round(Math.sqrt(Number(reserve0) * Number(reserve1))));
  const curve = { rootPrice, tick: tickOf(rootPrice), liquidity, steps: [] };
  // The pair adds to its sum when it is touched: what has passed since then is added here, as the next touch will.
  const passedSec = (at.timestampSec - lastSec + TIME_MODULUS) % TIME_MODULUS;
  const sum = last + ((reserve1 << 112n) / reserve0) * BigInt(passedSec);
  return { look: { rootPrice, exchangedTo: (target) => exchangedTo(curve, target) }, sum };
}
