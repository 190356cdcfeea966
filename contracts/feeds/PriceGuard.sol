// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FeedConfig, IPriceGuard} from "../interfaces/IPriceGuard.sol";

/// @title Checked spot prices of markets over Chainlink aggregators
contract PriceGuard is IPriceGuard, AccessManaged {
    uint256 private constant PRICE_DECIMALS = 8;
    uint256 private constant BPS = 10_000;
    /// @dev Aggregators answer with 8 or 18 decimals; more would only lose precision.
    uint8 private constant MAX_FEED_DECIMALS = 18;

    mapping(uint24 marketId => FeedConfig) private _feeds;

    /// @param authority access manager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPriceGuard
    function setFeed(uint24 marketId, FeedConfig calldata config) external restricted {
        FeedConfig memory stored = config;
        bool hasSecond = address(config.secondFeed) != address(0);
        if (
            address(config.feed) == address(0) ||
            config.feed == config.secondFeed ||
            config.maxAgeSec == 0 ||
            config.minPriceE8 == 0 ||
            config.maxPriceE8 < config.minPriceE8 ||
            config.maxDeviationBps > BPS
        ) revert PriceFeedConfigInvalid(marketId);
        stored.decimals = config.feed.decimals();
        stored.secondDecimals = hasSecond ? config.secondFeed.decimals() : 0;
        if (stored.decimals > MAX_FEED_DECIMALS || stored.secondDecimals > MAX_FEED_DECIMALS) {
            revert PriceFeedConfigInvalid(marketId);
        }
        _feeds[marketId] = stored;
        emit FeedSet(marketId, stored);
    }

    /// @inheritdoc IPriceGuard
    function spotE8(uint24 marketId) external view returns (uint64 priceE8, uint40 updatedAt) {
        FeedConfig memory config = feedConfig(marketId);
        (priceE8, updatedAt) = _read(config.feed, config.decimals, config);
        if (address(config.secondFeed) == address(0)) return (priceE8, updatedAt);
        (uint64 secondE8, ) = _read(config.secondFeed, config.secondDecimals, config);
        uint256 distance = priceE8 > secondE8 ? priceE8 - secondE8 : secondE8 - priceE8;
        if (distance * BPS > uint256(config.maxDeviationBps) * priceE8) {
            revert PriceDeviation(priceE8, secondE8, config.maxDeviationBps);
        }
    }

    /// @inheritdoc IPriceGuard
    function plausiblePriceE8(uint24 marketId, int256 answer) external view returns (uint64 priceE8) {
        FeedConfig memory config = feedConfig(marketId);
        return _toPriceE8(config.feed, config.decimals, answer, config);
    }

    /// @inheritdoc IPriceGuard
    function feedConfig(uint24 marketId) public view returns (FeedConfig memory config) {
        config = _feeds[marketId];
        if (address(config.feed) == address(0)) revert PriceFeedUnknown(marketId);
    }

    function _read(
        AggregatorV3Interface feed,
        uint8 decimals,
        FeedConfig memory config
    ) private view returns (uint64 priceE8, uint40 updatedAt) {
        (, int256 answer, , uint256 updated, ) = feed.latestRoundData();
        if (updated > block.timestamp || updated + config.maxAgeSec < block.timestamp) {
            revert PriceStale(address(feed), updated, config.maxAgeSec);
        }
        return (_toPriceE8(feed, decimals, answer, config), uint40(updated));
    }

    function _toPriceE8(
        AggregatorV3Interface feed,
        uint8 decimals,
        int256 answer,
        FeedConfig memory config
    ) private pure returns (uint64 priceE8) {
        // An answer beyond 128 bits is absurd; refusing it first keeps the scaling below from overflowing.
        if (answer > 0 && answer <= int256(uint256(type(uint128).max))) {
            uint256 scaled = (uint256(answer) * 10 ** PRICE_DECIMALS) / 10 ** decimals;
            if (scaled >= config.minPriceE8 && scaled <= config.maxPriceE8) return uint64(scaled);
        }
        revert PriceImplausible(address(feed), answer, config.minPriceE8, config.maxPriceE8);
    }
}
