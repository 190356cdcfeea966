// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @notice Feed of one market and what counts as a plausible answer.
/// @param feed aggregator proxy of the underlying in USD
/// @param decimals decimals of its answers; read from the feed when set
/// @param maxAgeSec an answer older than this is stale
/// @param maxDeviationBps largest distance of the second source from the first, as a share of the first
/// @param minPriceE8 answers below are refused (1e-8 USD), at least 1
/// @param maxPriceE8 answers above are refused
/// @param secondFeed second source, or zero for none; must pass the same checks
/// @param secondDecimals decimals of the second source
struct FeedConfig {
    AggregatorV3Interface feed;
    uint8 decimals;
    uint32 maxAgeSec;
    uint16 maxDeviationBps;
    uint64 minPriceE8;
    uint64 maxPriceE8;
    AggregatorV3Interface secondFeed;
    uint8 secondDecimals;
}

/// @title Checked spot prices of markets over Chainlink aggregators
interface IPriceGuard {
    /// @notice The feeds and limits of a market were set.
    event FeedSet(uint24 indexed marketId, FeedConfig config);

    /// @notice No feed is set for the market.
    error PriceFeedUnknown(uint24 marketId);
    /// @notice A configuration field is outside its limits.
    error PriceFeedConfigInvalid(uint24 marketId);
    /// @notice The answer is not inside the plausible range (zero and negative answers included).
    error PriceImplausible(address feed, int256 answer, uint64 minPriceE8, uint64 maxPriceE8);
    /// @notice The answer's update time is in the future or older than the limit.
    error PriceStale(address feed, uint256 updatedAt, uint256 maxAgeSec);
    /// @notice The two sources disagree.
    error PriceDeviation(uint64 firstE8, uint64 secondE8, uint16 maxDeviationBps);

    /// @notice Spot of a market's underlying in USD, 1e-8, after staleness and sanity checks; reverts otherwise.
    /// @return priceE8 rounded down to 1e-8, inside the plausible range, never 0
    /// @return updatedAt update time of the first source
    function spotE8(uint24 marketId) external view returns (uint64 priceE8, uint40 updatedAt);

    /// @notice Feeds and limits of a market; reverts for a market without feed.
    function feedConfig(uint24 marketId) external view returns (FeedConfig memory config);

    /// @notice Converts an answer of the market's first feed to 1e-8 USD; reverts outside the plausible range.
    function plausiblePriceE8(uint24 marketId, int256 answer) external view returns (uint64 priceE8);

    /// @notice Sets the feeds and limits of a market; the two `decimals` fields are read from the feeds. Only WIDENING_ROLE.
    function setFeed(uint24 marketId, FeedConfig calldata config) external;
}
