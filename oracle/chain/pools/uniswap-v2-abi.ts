/** The part of Uniswap v2's pairs that a node reads. Source: docs.uniswap.org, "Pair". */
import { parseAbi } from "viem";

/** Events of a pair. A `Sync` comes before each `Swap`. */
export const uniswapV2Events = parseAbi([
  "event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)",
  "event Sync(uint112 reserve0, uint112 reserve1)",
]);

/** Views of a pair. */
export const uniswapV2Abi = parseAbi([
  "function token0() view returns (address)",
  "function token1() view returns (address)",
  "function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast)",
  "function price0CumulativeLast() view returns (uint256)",
  "function price1CumulativeLast() view returns (uint256)",
]);
