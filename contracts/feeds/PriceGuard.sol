// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FeedConfig, IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {FeedFault, FeedReading, FeedSource, SecondSource, SequencerConfig} from "../types/FeedTypes.sol";
import {FeedReader} from "./FeedReader.sol";
import {PriceMath} from "./PriceMath.sol";

/// @title Checked spot prices of markets over Chainlink aggregators
contract PriceGuard is IPriceGuard, AccessManaged {
    using FeedReader for FeedSource;

    uint256 private constant BPS = 10_000;
    /// @dev Aggregators answer with 8 or 18 decimals; more would only lose precision.
    uint8 private constant MAX_FEED_DECIMALS = 18;
    uint32 private constant MAX_GRACE_SEC = 1 days;
    uint256 private constant PHASE_SHIFT = 64;
    uint256 private constant ROUND_WORDS = 5;

    SequencerConfig private _sequencer;
    mapping(uint24 marketId => FeedSource) private _first;
    mapping(uint24 marketId => FeedSource) private _second;

    /// @param authority access manager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPriceGuard
    function setFeed(uint24 marketId, FeedConfig calldata config) external restricted {
        bool hasSecond = address(config.secondFeed) != address(0);
        if (
            address(config.feed) == address(0) ||
            config.feed == config.secondFeed ||
            config.maxAgeSec == 0 ||
            config.minPriceE8 == 0 ||
            config.maxPriceE8 < config.minPriceE8 ||
            config.maxDeviationBps > BPS ||
            (hasSecond && (config.secondMaxAgeSec == 0 || config.maxDeviationBps == 0))
        ) revert PriceFeedConfigInvalid(marketId);
        FeedSource memory first = _source(marketId, config.feed, config);
        (first.maxAgeSec, first.maxDeviationBps) = (config.maxAgeSec, config.maxDeviationBps);
        FeedSource memory second;
        if (hasSecond) {
            first.second = config.secondRequired ? SecondSource.REQUIRED : SecondSource.OPTIONAL;
            second = _source(marketId, config.secondFeed, config);
            second.maxAgeSec = config.secondMaxAgeSec;
        }
        (_first[marketId], _second[marketId]) = (first, second);
        emit FeedSet(marketId, feedConfig(marketId));
        _readClamp(marketId, _first[marketId]);
        if (hasSecond) _readClamp(marketId, _second[marketId]);
    }

    /// @inheritdoc IPriceGuard
    function refreshClamp(uint24 marketId) external {
        _knownFirst(marketId);
        _readClamp(marketId, _first[marketId]);
        if (address(_second[marketId].feed) != address(0)) _readClamp(marketId, _second[marketId]);
    }

    /// @inheritdoc IPriceGuard
    function setSequencer(SequencerConfig calldata config) external restricted {
        bool hasFeed = address(config.feed) != address(0);
        if (config.graceSec > MAX_GRACE_SEC || (hasFeed && !_isReadable(config.feed))) {
            revert PriceSequencerInvalid(address(config.feed), config.graceSec);
        }
        _sequencer = config;
        emit SequencerSet(config);
    }

    /// @inheritdoc IPriceGuard
    function spotE8(uint24 marketId) external view returns (uint64 priceE8, uint40 updatedAt) {
        FeedSource memory first = _knownFirst(marketId);
        _requireSequencer();
        (priceE8, updatedAt) = first.latest();
        if (first.second == SecondSource.NONE) return (priceE8, updatedAt);
        FeedSource memory second = _second[marketId];
        FeedReading memory reading = second.tryLatest();
        if (reading.fault != FeedFault.NONE) {
            bool isSilent = reading.fault == FeedFault.UNREADABLE || reading.fault == FeedFault.STALE;
            if (isSilent && first.second == SecondSource.OPTIONAL) return (priceE8, updatedAt);
            second.revertFor(reading);
        }
        if (!PriceMath.isWithin(priceE8, reading.priceE8, first.maxDeviationBps)) {
            revert PriceDeviation(priceE8, reading.priceE8, first.maxDeviationBps);
        }
    }

    /// @inheritdoc IPriceGuard
    function sources(uint24 marketId) external view returns (FeedSource memory first, FeedSource memory second) {
        first = _knownFirst(marketId);
        if (first.second != SecondSource.NONE) second = _second[marketId];
    }

    /// @inheritdoc IPriceGuard
    function sequencer() external view returns (SequencerConfig memory config) {
        return _sequencer;
    }

    /// @inheritdoc IPriceGuard
    function feedConfig(uint24 marketId) public view returns (FeedConfig memory config) {
        FeedSource memory first = _knownFirst(marketId);
        FeedSource memory second = _second[marketId];
        config.feed = first.feed;
        (config.decimals, config.maxAgeSec) = (first.decimals, first.maxAgeSec);
        config.maxDeviationBps = first.maxDeviationBps;
        (config.minPriceE8, config.maxPriceE8) = (first.minPriceE8, first.maxPriceE8);
        config.secondFeed = second.feed;
        (config.secondDecimals, config.secondMaxAgeSec) = (second.decimals, second.maxAgeSec);
        config.secondRequired = first.second == SecondSource.REQUIRED;
    }

    /// @dev Stored with the clamps of the phase that is current now.
    function _readClamp(uint24 marketId, FeedSource storage source) private {
        (AggregatorV3Interface feed, uint8 decimals) = (source.feed, source.decimals);
        bytes memory data = abi.encodeCall(AggregatorV3Interface.latestRoundData, ());
        // A proxy without rounds answers nothing: its phase counts as 0 until the clamps are read again.
        (, uint256[ROUND_WORDS] memory words) = FeedReader.read(address(feed), data, ROUND_WORDS);
        uint16 phase = uint16(words[0] >> PHASE_SHIFT);
        (uint64 minE8, uint64 maxE8) = FeedReader.clampOf(feed, decimals, phase);
        (source.clampPhase, source.clampMinE8, source.clampMaxE8) = (phase, minE8, maxE8);
        emit FeedClampRead(marketId, address(feed), phase, minE8, maxE8);
    }

    function _requireSequencer() private view {
        SequencerConfig memory config = _sequencer;
        address feed = address(config.feed);
        if (feed == address(0)) return;
        bytes memory data = abi.encodeCall(AggregatorV3Interface.latestRoundData, ());
        (bool ok, uint256[ROUND_WORDS] memory words) = FeedReader.read(feed, data, ROUND_WORDS);
        if (!ok) revert PriceSequencerUnreadable(feed);
        (uint256 status, uint256 startedAt, uint256 updatedAt) = (words[1], words[2], words[3]);
        if (startedAt == 0 || startedAt > block.timestamp) revert PriceSequencerUninitialised(feed);
        if (status != 0) revert PriceSequencerDown(feed, startedAt);
        if (block.timestamp < startedAt + config.graceSec) {
            revert PriceSequencerGrace(feed, startedAt + config.graceSec);
        }
        if (config.maxAgeSec == 0) return;
        if (updatedAt > block.timestamp || updatedAt + config.maxAgeSec < block.timestamp) {
            revert PriceSequencerStale(feed, updatedAt, config.maxAgeSec);
        }
    }

    function _isReadable(AggregatorV3Interface feed) private view returns (bool ok) {
        bytes memory data = abi.encodeCall(AggregatorV3Interface.latestRoundData, ());
        (ok, ) = FeedReader.read(address(feed), data, ROUND_WORDS);
    }

    function _source(
        uint24 marketId,
        AggregatorV3Interface feed,
        FeedConfig calldata config
    ) private view returns (FeedSource memory source) {
        (source.feed, source.decimals) = (feed, feed.decimals());
        if (source.decimals > MAX_FEED_DECIMALS) revert PriceFeedConfigInvalid(marketId);
        (source.minPriceE8, source.maxPriceE8) = (config.minPriceE8, config.maxPriceE8);
    }

    function _knownFirst(uint24 marketId) private view returns (FeedSource memory first) {
        first = _first[marketId];
        if (address(first.feed) == address(0)) revert PriceFeedUnknown(marketId);
    }
}
