// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPhaseAggregator} from "../feeds/IPhasedFeed.sol";

/// @title One phase of a {PhasedTestFeed}: rounds with given prices and times, written by the feed
contract TestAggregator is IPhaseAggregator {
    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    /// @notice The caller is not the feed.
    error TestAggregatorOnlyFeed(address caller);

    /// @notice The proxy that writes here.
    address public immutable FEED = msg.sender;

    /// @notice Newest round; 0 before the first.
    uint256 public latestRound;
    /// @inheritdoc IPhaseAggregator
    int192 public minAnswer = 1;
    /// @inheritdoc IPhaseAggregator
    int192 public maxAnswer = type(int192).max;

    mapping(uint256 round => Round) private _rounds;

    /// @notice Appends a round. Only the feed.
    function push(int192 answer, uint64 updatedAt) external returns (uint256 round) {
        if (msg.sender != FEED) revert TestAggregatorOnlyFeed(msg.sender);
        round = ++latestRound;
        _rounds[round] = Round(answer, updatedAt);
    }

    /// @notice Sets the bounds that a real aggregator would hold its answers to. Only the feed.
    function setClamp(int192 newMin, int192 newMax) external {
        if (msg.sender != FEED) revert TestAggregatorOnlyFeed(msg.sender);
        (minAnswer, maxAnswer) = (newMin, newMax);
    }

    /// @notice Answer and update time of a round; zeros for one that never was.
    function roundAt(uint256 round) external view returns (int256 answer, uint256 updatedAt) {
        Round memory stored = _rounds[round];
        return (stored.answer, stored.updatedAt);
    }
}
