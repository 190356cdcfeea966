/** Tells the state of one pool: price, mean price, depth, flow of the window, and what each of the last blocks made of the price. */
import { type ChainClient, isTransportFailure } from "../../../chain/client.ts";
import type { BlockPrice, PoolState } from "../../../domain/chain-signals.ts";
import type { DepthBand } from "../../../domain/market.ts";
import type { Anchor } from "../../../domain/report.ts";
import { fromFixedPoint } from "../../../domain/units.ts";
import { createChainTape, type TapeReading, windowStart } from "../../sources/chain-tape.ts";
import { logsInconsistent } from "../../sources/checked-logs.ts";
import { createChainProvider } from "../chain-provider.ts";
import type { Provider } from "../provider.ts";
import { type PoolPair, quoteUsdAt, readPoolPair } from "./pool-pair.ts";
import {
  POOL_BANDS,
  type PoolDoor,
  type PoolLook,
  type PoolMove,
  type PoolReader,
  type PoolSettings,
} from "./pool-reader.ts";
import { createUniswapV2 } from "./uniswap-v2.ts";
import { createUniswapV3 } from "./uniswap-v3.ts";

/** Which pool, and how often it is asked. */
export interface PoolProviderOptions {
  readonly id: string;
  readonly everySec: number;
  readonly connect: () => Promise<ChainClient>;
  readonly settings: PoolSettings;
}

const READERS: Readonly<Record<PoolSettings["protocol"], (door: PoolDoor) => PoolReader>> = {
  "uniswap-v2": createUniswapV2,
  "uniswap-v3": createUniswapV3,
};
/** Blocks whose prices are told: what the defence compares a block with, and a little. Every full node has their state. */
const TOLD_BLOCKS = 16;

/** Creates the provider; each question gives one event of kind `pool`. */
export function createPoolProvider({ id, everySec, connect, settings }: PoolProviderOptions): Provider {
  return createChainProvider({
    ...{ id, everySec, connect },
    open: async (chain) => {
      const door = { chain, settings };
      const pair = await readPoolPair(door);
      const reader = READERS[settings.protocol](door);
      const { windowBlocks, confirmations, maxLagSec } = settings;
      const read = reader.readMoves;
      const reach = Math.max(windowBlocks, TOLD_BLOCKS);
      const tape = createChainTape({ chain, windowBlocks: reach, confirmations, maxLagSec, read });
      return async (nowSec) => {
        const reading = await tape.advance(nowSec);
        const from = windowStart(reading.at.blockNumber, windowBlocks);
        const [look, base, quoteUsd, opened] = await Promise.all([
          reader.lookAt(reading.at),
          readBase(reader, reading.at),
          quoteUsdAt(door, reading.at),
          chain.reader.getBlock({ blockNumber: from }),
        ]);
        if (!endsWithPrice(reading, look, base)) {
          tape.forget();
          throw logsInconsistent(`swaps up to block ${reading.at.blockNumber} do not end with the pool's price`);
        }
        const windowSec = Math.max(1, reading.at.timestampSec - Number(opened.timestamp));
        const ground = { id, settings, pair, quoteUsd, from, windowSec, nowSec };
        return [poolState(ground, reading, { look, base })];
      };
    },
  });
}

/** Price at the end of the block before those whose prices are told; `null` where there was none. */
interface BasePrice {
  readonly blockNumber: bigint;
  readonly rootPrice: number | null;
}

async function readBase(reader: PoolReader, { blockNumber }: Anchor): Promise<BasePrice | null> {
  const block = blockNumber - BigInt(TOLD_BLOCKS);
  if (block < 0n) return null;
  try {
    return { blockNumber: block, rootPrice: await reader.rootPriceAt(block) };
  } catch (error) {
    if (isTransportFailure(error)) throw error;
    // Before its deployment the pool does not answer.
    return { blockNumber: block, rootPrice: null };
  }
}

/** Prices change in moves alone: logs that do not end with the price that the pool itself states are not all of them. */
function endsWithPrice({ events }: TapeReading<PoolMove>, look: PoolLook, base: BasePrice | null): boolean {
  const last = events.at(-1)?.rootPrice ?? base?.rootPrice ?? null;
  if (last !== look.rootPrice) return false;
  if (base === null || base.rootPrice === null) return true;
  const before = events.findLast(({ blockNumber }) => blockNumber <= base.blockNumber);
  return before === undefined || before.rootPrice === base.rootPrice;
}

interface StateGround {
  readonly id: string;
  readonly settings: PoolSettings;
  readonly pair: PoolPair;
  readonly quoteUsd: number;
  /** First block whose flow counts. */
  readonly from: bigint;
  readonly windowSec: number;
  readonly nowSec: number;
}

function poolState(
  ground: StateGround,
  { at, events }: TapeReading<PoolMove>,
  { look, base }: { readonly look: PoolLook; readonly base: BasePrice | null },
): PoolState {
  const { id, settings, pair, windowSec, nowSec } = ground;
  const flows = events
    .filter(({ isSwap, blockNumber }) => isSwap && blockNumber >= ground.from)
    .map((move) => coinsPaidIn(move, ground));
  const sum = (of: readonly number[]): number => of.reduce((total, coins) => total + Math.abs(coins), 0);
  return {
    ...{ kind: "pool", asset: settings.asset, sourceId: id, block: Number(at.blockNumber) },
    ...{ sourceTimeSec: Math.min(nowSec, at.timestampSec), receivedTimeSec: nowSec },
    price: priceUsd(2 * Math.log(look.rootPrice), ground),
    twap: look.logMeanPrice === null ? null : priceUsd(look.logMeanPrice, ground),
    twapSec: settings.twapSec,
    // A coin that is token 0 grows dearer as the price rises, one that is token 1 as it falls.
    bids: POOL_BANDS.map((distance) => band(look, ground, { distance, factor: 1 - distance })),
    asks: POOL_BANDS.map((distance) => band(look, ground, { distance, factor: 1 + distance })),
    buyCoins: sum(flows.filter((coins) => coins < 0)),
    sellCoins: sum(flows.filter((coins) => coins > 0)),
    swaps: flows.length,
    windowSec,
    blockPrices: blockPrices({ at, events, base }, (rootPrice) =>
      priceUsd(2 * Math.log(rootPrice), { ...ground, pair }),
    ),
  };
}

/** Coins that the pool took in, negative for what it gave. */
function coinsPaidIn({ amount0, amount1 }: PoolMove, { pair, settings }: StateGround): number {
  return fromFixedPoint(pair.isCoinToken0 ? amount0 : amount1, settings.coinDecimals);
}

/** USD of a coin, from the logarithm of token 1 per token 0 in raw units. */
function priceUsd(logPrice: number, { pair, settings, quoteUsd }: StateGround): number {
  const scale = 10 ** (settings.coinDecimals - settings.quoteDecimals);
  return Math.exp(pair.isCoinToken0 ? logPrice : -logPrice) * scale * quoteUsd;
}

function band(
  look: PoolLook,
  { pair, settings, quoteUsd }: StateGround,
  { distance, factor }: { readonly distance: number; readonly factor: number },
): DepthBand {
  const target = look.rootPrice * Math.sqrt(pair.isCoinToken0 ? factor : 1 / factor);
  const { amount0, amount1 } = look.exchangedTo(target);
  const [coin, quote] = pair.isCoinToken0 ? [amount0, amount1] : [amount1, amount0];
  const notionalUsd = (quote / 10 ** settings.quoteDecimals) * quoteUsd;
  const coins = coin / 10 ** settings.coinDecimals;
  return { distance, notionalUsd, averagePrice: coins > 0 ? notionalUsd / coins : null };
}

/** A block without a move keeps the price of the one before. */
function blockPrices(
  { at, events, base }: Pick<TapeReading<PoolMove>, "at" | "events"> & { readonly base: BasePrice | null },
  toUsd: (rootPrice: number) => number,
): readonly BlockPrice[] {
  const first = base === null ? 0 : Number(base.blockNumber) + 1;
  let rootPrice = base?.rootPrice ?? null;
  const prices: BlockPrice[] = [];
  for (let block = first; block <= Number(at.blockNumber); block += 1) {
    rootPrice = events.findLast((move) => Number(move.blockNumber) === block)?.rootPrice ?? rootPrice;
    if (rootPrice !== null) prices.push({ block, price: toUsd(rootPrice) });
  }
  return prices;
}
