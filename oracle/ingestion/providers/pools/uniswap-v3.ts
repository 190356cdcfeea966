/** Uniswap v3: price, liquidity between ticks and mean price of one pool at a block, and its swaps. */
import { isTransportFailure } from "../../../chain/client.ts";
import { uniswapV3Abi, uniswapV3Events } from "../../../chain/pools/uniswap-v3-abi.ts";
import type { Anchor } from "../../../domain/report.ts";
import { exchangedTo, type LiquidityStep, rootPriceAt, tickOf } from "../../../math/concentrated-liquidity.ts";
import { checkedLogs } from "../../sources/checked-logs.ts";
import type { BlockRange } from "../../sources/log-ranges.ts";
import { pinned } from "../../sources/pinned.ts";
import { poolUninitialised } from "./pool-errors.ts";
import { type PoolDoor, type PoolLook, type PoolMove, type PoolReader, WIDEST_BAND } from "./pool-reader.ts";

const Q96 = 2 ** 96;
/** Ticks of one word of the bitmap. */
const WORD = 256;
/** Limits of ticks (`TickMath`). */
const LAST_TICK = 887_272;

/** Creates the reader of one pool. */
export function createUniswapV3(door: PoolDoor): PoolReader {
  return {
    readMoves: async (range) => await readMoves(door, range),
    lookAt: async (at) => await lookAt(door, at),
    rootPriceAt: async (blockNumber) => {
      const call = { address: door.settings.pool, abi: uniswapV3Abi, functionName: "slot0", blockNumber } as const;
      const [root] = await door.chain.reader.readContract(call);
      return root === 0n ? null : Number(root) / Q96;
    },
  };
}

async function readMoves({ chain, settings }: PoolDoor, range: BlockRange): Promise<readonly PoolMove[]> {
  const query = { address: settings.pool, events: uniswapV3Events, strict: true } as const;
  const logs = await chain.reader.getLogs({ ...query, fromBlock: range.from, toBlock: range.to });
  return checkedLogs(logs, { addresses: [settings.pool], range }).map((log): PoolMove => {
    const { blockNumber, args } = log;
    const rootPrice = Number(args.sqrtPriceX96) / Q96;
    if (log.eventName === "Initialize") return { blockNumber, amount0: 0n, amount1: 0n, rootPrice, isSwap: false };
    return { blockNumber, amount0: log.args.amount0, amount1: log.args.amount1, rootPrice, isSwap: true };
  });
}

async function lookAt(door: PoolDoor, at: Anchor): Promise<PoolLook> {
  const { chain, settings } = door;
  const pool = { address: settings.pool, abi: uniswapV3Abi, ...pinned(at) } as const;
  const [[root, tick], liquidity, spacing] = await Promise.all([
    chain.reader.readContract({ ...pool, functionName: "slot0" }),
    chain.reader.readContract({ ...pool, functionName: "liquidity" }),
    chain.reader.readContract({ ...pool, functionName: "tickSpacing" }),
  ]);
  if (root === 0n) throw poolUninitialised(settings);
  const rootPrice = Number(root) / Q96;
  const steps = await readSteps(door, at, { rootPrice, spacing });
  const curve = { rootPrice, tick, liquidity, steps };
  const meanTick = await readMeanTick(door, at);
  return {
    rootPrice,
    logMeanPrice: meanTick === null ? null : 2 * meanTick * Math.log(rootPriceAt(1)),
    exchangedTo: (target) => exchangedTo(curve, target),
  };
}

/** Every initialised tick within the widest band, up and down in either token's price. */
async function readSteps(
  { chain, settings }: PoolDoor,
  at: Anchor,
  { rootPrice, spacing }: { readonly rootPrice: number; readonly spacing: number },
): Promise<readonly LiquidityStep[]> {
  const reach = 1 / Math.sqrt(1 - WIDEST_BAND);
  const lowest = Math.max(-LAST_TICK, tickOf(rootPrice / reach));
  const highest = Math.min(LAST_TICK, tickOf(rootPrice * reach) + 1);
  const firstWord = Math.floor(Math.floor(lowest / spacing) / WORD);
  const lastWord = Math.floor(Math.floor(highest / spacing) / WORD);
  const words = Array.from({ length: lastWord - firstWord + 1 }, (_, place) => firstWord + place);
  const pool = { address: settings.pool, abi: uniswapV3Abi, ...pinned(at) } as const;
  const bitmaps = await Promise.all(
    words.map(async (word) => await chain.reader.readContract({ ...pool, functionName: "tickBitmap", args: [word] })),
  );
  const ticks = bitmaps
    .flatMap((bits, place) => setBits(bits).map((bit) => ((words[place] ?? 0) * WORD + bit) * spacing))
    .filter((tick) => tick >= lowest && tick <= highest);
  return await Promise.all(
    ticks.map(async (tick) => {
      const [, net] = await chain.reader.readContract({ ...pool, functionName: "ticks", args: [tick] });
      return { tick, net };
    }),
  );
}

/** Places of the ones, ascending. */
function setBits(bits: bigint): readonly number[] {
  return Array.from({ length: WORD }, (_, bit) => bit).filter((bit) => ((bits >> BigInt(bit)) & 1n) === 1n);
}

/** Mean tick of the span; `null` where the pool's observations do not reach back so far. */
async function readMeanTick({ chain, settings }: PoolDoor, at: Anchor): Promise<number | null> {
  const { pool, twapSec } = settings;
  const call = { address: pool, abi: uniswapV3Abi, functionName: "observe", args: [[twapSec, 0]] } as const;
  try {
    const [[before = 0n, now = 0n]] = await chain.reader.readContract({ ...call, ...pinned(at) });
    return Number(now - before) / twapSec;
  } catch (error) {
    if (isTransportFailure(error)) throw error;
    return null;
  }
}
