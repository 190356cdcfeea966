// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title The part of an aggregator behind a proxy that the price guard reads
interface IPhaseAggregator {
    /// @notice Answers below are replaced by this one.
    function minAnswer() external view returns (int192 answer);

    /// @notice Answers above are replaced by this one.
    function maxAnswer() external view returns (int192 answer);
}

/// @title Aggregator proxy with phases, as Chainlink deploys it: round id = phase << 64 | aggregator round
interface IPhasedFeed is AggregatorV3Interface {
    /// @notice Number of the current phase, from 1.
    function phaseId() external view returns (uint16 phase);

    /// @notice Aggregator of a phase; zero for a phase that never was.
    function phaseAggregators(uint16 phase) external view returns (address aggregator);
}
