// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {FeedSource, SequencerConfig} from "../types/FeedTypes.sol";

/// @notice Feeds of one market and what counts as a plausible answer.
/// @param feed aggregator proxy of the underlying in USD
/// @param decimals decimals of its answers, 0…18; read from the feed when set
/// @param maxAgeSec an answer of the first source older than this is stale
/// @param maxDeviationBps largest distance of the second source from the first, as a share of the first; 1…10 000 with a
/// second source
/// @param minPriceE8 answers below are refused (1e-8 USD), at least 1
/// @param maxPriceE8 answers above are refused
/// @param secondFeed second source, or zero for none
/// @param secondDecimals decimals of the second source; read from it when set
/// @param secondMaxAgeSec an answer of the second source older than this is stale
/// @param secondRequired whether there is no price while the second source is stale or unreadable
struct FeedConfig {
    AggregatorV3Interface feed;
    uint8 decimals;
    uint32 maxAgeSec;
    uint16 maxDeviationBps;
    uint64 minPriceE8;
    uint64 maxPriceE8;
    AggregatorV3Interface secondFeed;
    uint8 secondDecimals;
    uint32 secondMaxAgeSec;
    bool secondRequired;
}

/// @title Checked spot prices of markets over Chainlink aggregators
/// @notice A price is an answer that is fresh, plausible, not at a bound of the aggregator itself, confirmed by the second
/// source where there is one, at a time when the chain's sequencer is up and has been for the grace period. In every other
/// case the read reverts: what needs a price waits, what needs none goes on.
interface IPriceGuard {
    /// @notice The feeds and limits of a market were set.
    event FeedSet(uint24 indexed marketId, FeedConfig config);
    /// @notice The bounds that an aggregator enforces itself were read.
    event FeedClampRead(uint24 indexed marketId, address indexed feed, uint16 phase, uint64 minE8, uint64 maxE8);
    /// @notice The uptime feed of the sequencer was set.
    event SequencerSet(SequencerConfig config);

    /// @notice No feed is set for the market.
    error PriceFeedUnknown(uint24 marketId);
    /// @notice A configuration field is outside its limits.
    error PriceFeedConfigInvalid(uint24 marketId);
    /// @notice The feed reverted, ran into the gas limit of a read, or answered too little.
    error PriceFeedUnreadable(address feed);
    /// @notice Too little gas was sent to tell a silent feed from a starved one.
    error PriceGasTooLow(address feed);
    /// @notice The answer is not inside the plausible range (zero and negative answers included).
    error PriceImplausible(address feed, int256 answer, uint64 minPriceE8, uint64 maxPriceE8);
    /// @notice The answer is at a bound of the aggregator itself: the true price may lie beyond.
    error PriceAtClamp(address feed, int256 answer);
    /// @notice The answer's update time is in the future or older than the limit.
    error PriceStale(address feed, uint256 updatedAt, uint256 maxAgeSec);
    /// @notice The two sources disagree.
    error PriceDeviation(uint64 firstE8, uint64 secondE8, uint16 maxDeviationBps);
    /// @notice The grace period is longer than a day, or the uptime feed does not answer.
    error PriceSequencerInvalid(address feed, uint32 graceSec);
    /// @notice The uptime feed does not answer.
    error PriceSequencerUnreadable(address feed);
    /// @notice The uptime feed has no status yet.
    error PriceSequencerUninitialised(address feed);
    /// @notice The sequencer is down.
    error PriceSequencerDown(address feed, uint256 since);
    /// @notice The sequencer was down until lately.
    error PriceSequencerGrace(address feed, uint256 until);
    /// @notice The status was confirmed too long ago, or in the future.
    error PriceSequencerStale(address feed, uint256 updatedAt, uint256 maxAgeSec);

    /// @notice Spot of a market's underlying in USD, 1e-8, after all checks; reverts otherwise.
    /// @return priceE8 first source, rounded down to 1e-8, inside the plausible range, never 0
    /// @return updatedAt update time of the first source
    function spotE8(uint24 marketId) external view returns (uint64 priceE8, uint40 updatedAt);

    /// @notice Feeds and limits of a market; reverts for a market without feed.
    function feedConfig(uint24 marketId) external view returns (FeedConfig memory config);

    /// @notice Both sources of a market as stored; `second` is empty unless `first.second` says there is one. Reverts for a
    /// market without feed.
    function sources(uint24 marketId) external view returns (FeedSource memory first, FeedSource memory second);

    /// @notice Uptime feed of the sequencer.
    function sequencer() external view returns (SequencerConfig memory config);

    /// @notice Sets the feeds and limits of a market; the two `decimals` fields and the aggregators' own bounds are read
    /// from the feeds. Only WIDENING_ROLE.
    function setFeed(uint24 marketId, FeedConfig calldata config) external;

    /// @notice Reads the aggregators' own bounds again, after a proxy has moved to a new aggregator. Anyone; until then
    /// every read of the price does it for itself, at a higher cost.
    function refreshClamp(uint24 marketId) external;

    /// @notice Sets the uptime feed of the chain's sequencer. Only WIDENING_ROLE.
    function setSequencer(SequencerConfig calldata config) external;
}
