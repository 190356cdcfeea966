/** What readers of every kind of pool have in common: what they are told, and what they tell. */
import type { ChainClient } from "../../../chain/client.ts";
import type { AssetSymbol } from "../../../domain/market.ts";
import type { Anchor } from "../../../domain/report.ts";
import type { Address } from "../../../domain/units.ts";
import type { Exchanged } from "../../../math/concentrated-liquidity.ts";
import type { BlockRange } from "../../sources/log-ranges.ts";

/** One pool and how it is read. */
export interface PoolSettings {
  readonly protocol: "uniswap-v2" | "uniswap-v3";
  readonly asset: AssetSymbol;
  readonly pool: Address;
  /** The pool's token that is the asset; the other one counts in dollars. */
  readonly coin: Address;
  readonly coinDecimals: number;
  readonly quoteDecimals: number;
  /** Feed of the other token in USD, and the oldest answer that is taken; without it one is a dollar. */
  readonly quoteFeed: { readonly address: Address; readonly maxAgeSec: number } | null;
  /** Span of the flow, blocks. */
  readonly windowBlocks: number;
  readonly confirmations: number;
  readonly maxLagSec: number;
  readonly twapSec: number;
}

/** A pool on its chain. */
export interface PoolDoor {
  readonly chain: ChainClient;
  readonly settings: PoolSettings;
}

/** A swap, or another change of the price. Amounts in raw units, as the pool's balance changed: positive was paid in. */
export interface PoolMove {
  readonly blockNumber: bigint;
  readonly amount0: bigint;
  readonly amount1: bigint;
  /** Root of token 1 per token 0 afterwards, raw. */
  readonly rootPrice: number;
  /** False where only reserves moved. */
  readonly isSwap: boolean;
}

/** A pool at one block. Raw units; prices are token 1 for one of token 0. */
export interface PoolLook {
  readonly rootPrice: number;
  /** Logarithm of the mean price; `null` where it is not remembered. */
  readonly logMeanPrice: number | null;
  /** What is exchanged until the root of the price has reached a value within the widest band. */
  readonly exchangedTo: (rootPrice: number) => Exchanged;
}

/** One protocol's way to tell it. */
export interface PoolReader {
  /** @throws viem's errors. */
  readMoves(range: BlockRange): Promise<readonly PoolMove[]>;
  /**
   * State at the end of a block.
   *
   * @throws PlimsollError `POOL_UNINITIALISED`; viem's errors.
   */
  lookAt(at: Anchor): Promise<PoolLook>;
  /** Root of the price at the end of an earlier block; `null` where it had none. */
  rootPriceAt(blockNumber: bigint): Promise<number | null>;
}

/** Distances of the bands, decimal. */
export const POOL_BANDS = [0.01, 0.02, 0.05] as const;
/** Widest of them. */
export const WIDEST_BAND = Math.max(...POOL_BANDS);
