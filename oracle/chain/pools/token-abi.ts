/** The part of ERC-20 tokens that a node reads (EIP-20), and how Tether creates and destroys its own. */
import { parseAbi } from "viem";

/** Views of a token. */
export const tokenAbi = parseAbi([
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
]);
