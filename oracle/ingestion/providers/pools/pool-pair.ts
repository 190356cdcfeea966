/** Checks once that a pool is what its settings say, and turns its raw units into coins and dollars. */

import { isTransportFailure } from "../../../chain/client.ts";
import { priceFeedAbi } from "../../../chain/feeds/price-feed-abi.ts";
import { tokenAbi } from "../../../chain/pools/token-abi.ts";
import { uniswapV2Abi } from "../../../chain/pools/uniswap-v2-abi.ts";
import type { Anchor } from "../../../domain/report.ts";
import { type Address, fromFixedPoint } from "../../../domain/units.ts";
import { pinned } from "../../sources/pinned.ts";
import { poolDecimalsWrong, poolQuoteUnknown, poolTokenForeign, poolUnreadable } from "./pool-errors.ts";
import type { PoolDoor } from "./pool-reader.ts";

/** Which of a pool's tokens is the coin. */
export interface PoolPair {
  readonly isCoinToken0: boolean;
}

/**
 * Reads the pool's tokens and their decimals.
 *
 * @throws PlimsollError `POOL_UNREADABLE`, `POOL_TOKEN_FOREIGN`, `POOL_DECIMALS_WRONG`; viem's errors of a dead line.
 */
export async function readPoolPair(door: PoolDoor): Promise<PoolPair> {
  const { settings } = door;
  const tokens = await askPool(door, async (reader) => {
    const call = { address: settings.pool, abi: uniswapV2Abi } as const;
    return await Promise.all([
      reader.readContract({ ...call, functionName: "token0" }),
      reader.readContract({ ...call, functionName: "token1" }),
    ]);
  });
  const place = tokens.findIndex((token) => token.toLowerCase() === settings.coin.toLowerCase());
  const [token0, token1] = tokens;
  if (place < 0) throw poolTokenForeign(settings, tokens);
  const isCoinToken0 = place === 0;
  await checkDecimals(door, isCoinToken0 ? token0 : token1, settings.coinDecimals);
  await checkDecimals(door, isCoinToken0 ? token1 : token0, settings.quoteDecimals);
  return { isCoinToken0 };
}

async function checkDecimals(door: PoolDoor, token: Address, expected: number): Promise<void> {
  const call = { address: token, abi: tokenAbi, functionName: "decimals" } as const;
  const actual = await askPool(door, async (reader) => await reader.readContract(call));
  if (actual !== expected) throw poolDecimalsWrong(door.settings, { token, actual, expected });
}

/** Whatever is no answer of a pool is said to be one, unless the line is dead. */
async function askPool<Answer>(
  { chain, settings }: PoolDoor,
  ask: (reader: PoolDoor["chain"]["reader"]) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(chain.reader);
  } catch (error) {
    if (isTransportFailure(error)) throw error;
    throw poolUnreadable(settings, error);
  }
}

/**
 * Dollars of one quote token at a block.
 *
 * @throws PlimsollError `POOL_QUOTE_UNKNOWN` where the feed's answer is not positive, of the future or too old; viem's errors.
 */
export async function quoteUsdAt({ chain, settings }: PoolDoor, at: Anchor): Promise<number> {
  if (settings.quoteFeed === null) return 1;
  const { address, maxAgeSec } = settings.quoteFeed;
  const feed = { address, abi: priceFeedAbi, ...pinned(at) } as const;
  const [decimals, [, answer, , updatedAt]] = await Promise.all([
    chain.reader.readContract({ ...feed, functionName: "decimals" }),
    chain.reader.readContract({ ...feed, functionName: "latestRoundData" }),
  ]);
  const ageSec = at.timestampSec - Number(updatedAt);
  if (answer <= 0n || ageSec < 0 || ageSec > maxAgeSec) throw poolQuoteUnknown(settings, { answer, ageSec });
  return fromFixedPoint(answer, decimals);
}
