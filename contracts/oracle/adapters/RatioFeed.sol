// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A ratio of the risk oracle in the form of a Chainlink feed
/// @notice Answers are basis points of one (4 decimals: 10 000 is 100 %), never 0. A round is one accepted observation and its
/// id is the observation's time, so ids rise but are not consecutive. `updatedAt` is the time of the observation, not that of
/// the transaction, so that a consumer's staleness check sees the age of the data. Without an observation every read reverts.
abstract contract RatioFeed is AggregatorV3Interface {
    /// @notice One round.
    /// @param observedAt observation time, 0 when there is no such round
    /// @param ratioBps answer
    struct Round {
        uint40 observedAt;
        uint16 ratioBps;
    }

    /// @notice There is no accepted observation yet.
    error RatioFeedNoData();

    /// @notice No observation of this time is known any more, or it never was.
    error RatioFeedUnknownRound(uint80 roundId);

    /// @notice The ratio is 0, which no consumer may take for a requirement.
    error RatioFeedZero(uint40 observedAt);

    /// @notice A zero address, or a part that the feed can not show.
    error RatioFeedInvalidConfig();

    uint8 private constant BPS_DECIMALS = 4;

    /// @inheritdoc AggregatorV3Interface
    string public description;

    constructor(string memory what) {
        description = what;
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external pure returns (uint8) {
        return BPS_DECIMALS;
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _latestRound();
        if (round.observedAt != roundId) {
            // Ids beyond 40 bits are no times.
            if (roundId == 0 || roundId > type(uint40).max) revert RatioFeedUnknownRound(roundId);
            round = _pastRound(uint40(roundId));
            if (round.observedAt != roundId) revert RatioFeedUnknownRound(roundId);
        }
        return _answer(round);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _answer(_latestRound());
    }

    /// @dev Newest round; reverts or has `observedAt` 0 when there is none.
    function _latestRound() internal view virtual returns (Round memory round);

    /// @dev The round observed at exactly this time, from wherever it was kept; empty when it was not.
    function _pastRound(uint40 observedAt) internal view virtual returns (Round memory round);

    function _answer(Round memory round) private pure returns (uint80, int256, uint256, uint256, uint80) {
        if (round.observedAt == 0) revert RatioFeedNoData();
        if (round.ratioBps == 0) revert RatioFeedZero(round.observedAt);
        (uint80 roundId, int256 answer) = (round.observedAt, int256(uint256(round.ratioBps)));
        return (roundId, answer, round.observedAt, round.observedAt, roundId);
    }
}
