// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {IPhaseAggregator, IPhasedFeed} from "./IPhasedFeed.sol";

/// @title Settlement prices proven by aggregator rounds
contract SettlementOracle is ISettlementOracle, AccessManaged {
    uint256 private constant PHASE_SHIFT = 64;
    uint32 private constant LEAST_MAX_DELAY_SEC = 1 minutes;
    uint32 private constant GREATEST_MAX_DELAY_SEC = 1 days;

    /// @notice Where feeds and plausible ranges of markets are kept.
    IPriceGuard public immutable PRICE_GUARD;

    /// @inheritdoc ISettlementOracle
    uint32 public maxDelaySec;

    /// @dev 0 = not written: the price guard never lets a zero through.
    mapping(uint24 marketId => mapping(uint40 expiry => uint64 priceE8)) private _prices;

    /// @param authority access manager
    constructor(address authority, IPriceGuard priceGuard, uint32 initialMaxDelaySec) AccessManaged(authority) {
        PRICE_GUARD = priceGuard;
        _setMaxDelay(initialMaxDelaySec);
    }

    /// @inheritdoc ISettlementOracle
    function settlePrice(uint24 marketId, uint40 expiry, uint80 roundId) external returns (uint64 priceE8) {
        if (_prices[marketId][expiry] != 0) revert SettlementAlreadyFinal(marketId, expiry);
        if (block.timestamp < expiry) revert SettlementBeforeExpiry(expiry, block.timestamp);
        IPhasedFeed feed = IPhasedFeed(address(PRICE_GUARD.feedConfig(marketId).feed));
        (, int256 answer, , uint256 updatedAt, ) = feed.getRoundData(roundId);
        // A time ahead of the block would be a faulty feed, never a settled one.
        if (updatedAt < expiry || updatedAt > uint256(expiry) + maxDelaySec || updatedAt > block.timestamp) {
            revert SettlementRoundOutOfWindow(roundId, updatedAt, expiry, maxDelaySec);
        }
        _requireFirstAfterExpiry(feed, roundId, expiry);
        priceE8 = PRICE_GUARD.plausiblePriceE8(marketId, answer);
        _prices[marketId][expiry] = priceE8;
        emit SettlementPriceSet(marketId, expiry, priceE8, roundId);
    }

    /// @inheritdoc ISettlementOracle
    function setMaxDelay(uint32 newMaxDelaySec) external restricted {
        _setMaxDelay(newMaxDelaySec);
    }

    /// @inheritdoc ISettlementOracle
    function settlementPrice(uint24 marketId, uint40 expiry) external view returns (uint64 priceE8, bool isFinal) {
        priceE8 = _prices[marketId][expiry];
        return (priceE8, priceE8 != 0);
    }

    function _setMaxDelay(uint32 newMaxDelaySec) private {
        if (newMaxDelaySec < LEAST_MAX_DELAY_SEC || newMaxDelaySec > GREATEST_MAX_DELAY_SEC) {
            revert SettlementDelayInvalid(newMaxDelaySec);
        }
        maxDelaySec = newMaxDelaySec;
        emit MaxSettlementDelaySet(newMaxDelaySec);
    }

    function _requireFirstAfterExpiry(IPhasedFeed feed, uint80 roundId, uint40 expiry) private view {
        // Both candidates are needed: an aggregator may have rounds from before it became the current phase, so that its
        // first round after expiry can come second in the order of ids.
        uint80 before = _lastRoundOfEarlierPhases(feed, uint16(roundId >> PHASE_SHIFT));
        if (before != 0) _requireBeforeExpiry(feed, roundId, before, expiry);
        if (uint64(roundId) > 1) _requireBeforeExpiry(feed, roundId, roundId - 1, expiry);
        else if (before == 0) revert SettlementRoundUnproven(roundId, 0, 0);
    }

    function _requireBeforeExpiry(IPhasedFeed feed, uint80 roundId, uint80 previous, uint40 expiry) private view {
        (, , , uint256 updatedAt, ) = feed.getRoundData(previous);
        if (updatedAt == 0 || updatedAt >= expiry) revert SettlementRoundUnproven(roundId, previous, updatedAt);
    }

    /// @dev The nearest earlier phase that has a round; empty phases are passed over. 0 when there is none.
    function _lastRoundOfEarlierPhases(IPhasedFeed feed, uint16 phase) private view returns (uint80 roundId) {
        for (uint16 earlier = phase; earlier > 1; --earlier) {
            address aggregator = feed.phaseAggregators(earlier - 1);
            uint256 round = aggregator == address(0) ? 0 : IPhaseAggregator(aggregator).latestRound();
            if (round != 0) return uint80((uint256(earlier - 1) << PHASE_SHIFT) | round);
        }
    }
}
