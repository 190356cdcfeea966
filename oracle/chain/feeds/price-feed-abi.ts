/** The part of a Chainlink price feed that a node reads. Source: docs.chain.link, "AggregatorV3Interface". */
import { parseAbi } from "viem";

/** Views of a feed. */
export const priceFeedAbi = parseAbi([
  "function decimals() view returns (uint8)",
  "function getRoundData(uint80 roundId) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
]);
