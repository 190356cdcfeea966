// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title Consumer that reads ρ as any Chainlink price: through AggregatorV3Interface
/// @notice For protocols that already read feeds. The answer is a share of one with the feed's decimals.
contract FeedConsumer {
    uint256 private constant BPS = 10_000;
    uint8 private constant MAX_DECIMALS = 18;

    /// @notice Adapter of one position or class.
    AggregatorV3Interface public immutable FEED;
    /// @notice Greatest age of an answer, seconds.
    uint256 public immutable MAX_AGE_SEC;
    /// @notice The answer that means 1, 10^decimals.
    uint256 public immutable ONE;

    /// @notice The zero address, no age at all, or more than 18 decimals.
    error FeedConsumerInvalidConfig();
    /// @notice The answer is not above zero and at most one.
    error FeedConsumerImplausible(int256 answer, uint256 one);
    /// @notice The round is unfinished, carried over from an earlier one, in the future, or too old.
    error FeedConsumerStale(uint80 roundId, uint80 answeredInRound, uint256 updatedAt, uint256 nowSec);

    constructor(AggregatorV3Interface feed, uint256 maxAgeSec) {
        if (address(feed) == address(0) || maxAgeSec == 0) revert FeedConsumerInvalidConfig();
        uint8 decimals = feed.decimals();
        if (decimals > MAX_DECIMALS) revert FeedConsumerInvalidConfig();
        (FEED, MAX_AGE_SEC, ONE) = (feed, maxAgeSec, 10 ** decimals);
    }

    /// @notice Buffer ρ(L − I), rounded up; reverts where the feed has no usable answer.
    /// @param ceiling L − I of the whole position, collateral token units
    function bufferUp(uint256 ceiling) external view returns (uint256 buffer) {
        return (ceiling * _answer() + ONE - 1) / ONE;
    }

    /// @notice ρ in basis points, rounded up; reverts where the feed has no usable answer.
    function rhoBpsUp() external view returns (uint256 rhoBps) {
        return (_answer() * BPS + ONE - 1) / ONE;
    }

    function _answer() private view returns (uint256 answer) {
        (uint80 roundId, int256 raw, , uint256 updatedAt, uint80 answeredInRound) = FEED.latestRoundData();
        bool isUnfinished = updatedAt == 0 || answeredInRound < roundId;
        if (isUnfinished || updatedAt > block.timestamp || updatedAt + MAX_AGE_SEC < block.timestamp) {
            revert FeedConsumerStale(roundId, answeredInRound, updatedAt, block.timestamp);
        }
        // A requirement of zero would mean "no risk": an adapter never says that of a position it knows.
        if (raw <= 0 || uint256(raw) > ONE) revert FeedConsumerImplausible(raw, ONE);
        return uint256(raw);
    }
}
