// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskHistory, RiskCheckpoint} from "../../interfaces/IRiskHistory.sol";
import {IRiskOracle} from "../../interfaces/IRiskOracle.sol";
import {RiskParams} from "../../types/RiskTypes.sol";
import {RatioFeed} from "./RatioFeed.sol";

/// @notice Which ratio of a position a feed shows.
enum PositionRatio {
    MAINTENANCE,
    TARGET,
    INITIAL,
    PENALTY
}

/// @title A position's ρ or π as a Chainlink feed
/// @notice The newest round shows the value in force now: during a ramp, and once stale, its answer moves although its id and
/// time do not. Of a position that has ended the newest round grows old, unless its source retires it: ask the source. Older rounds are those that the history recorded, as they stood then.
contract PositionRatioFeed is RatioFeed {
    /// @notice Where the values come from.
    IRiskOracle public immutable ORACLE;
    /// @notice Where past rounds come from; zero for none.
    IRiskHistory public immutable HISTORY;
    /// @notice The position.
    address public immutable SOURCE;
    uint256 public immutable POSITION_ID;
    /// @notice The ratio shown.
    PositionRatio public immutable RATIO;

    /// @param what answer of {description}
    constructor(
        IRiskOracle oracle,
        IRiskHistory history,
        address source,
        uint256 positionId,
        PositionRatio ratio,
        string memory what
    ) RatioFeed(what) {
        if (address(oracle) == address(0) || source == address(0)) revert RatioFeedInvalidConfig();
        (ORACLE, HISTORY, SOURCE, POSITION_ID, RATIO) = (oracle, history, source, positionId, ratio);
    }

    /// @inheritdoc RatioFeed
    function _latestRound() internal view override returns (Round memory round) {
        RiskParams memory params = ORACLE.getParams(SOURCE, POSITION_ID);
        uint16[4] memory ratios = [params.rhoBps, params.rhoTargetBps, params.rhoInitialBps, params.piBps];
        return Round(params.observedAt, ratios[uint256(RATIO)]);
    }

    /// @inheritdoc RatioFeed
    function _pastRound(uint40 observedAt) internal view override returns (Round memory round) {
        if (address(HISTORY) == address(0)) return round;
        (, RiskCheckpoint memory past) = HISTORY.checkpointAsOf(SOURCE, POSITION_ID, observedAt);
        uint16[4] memory ratios = [past.rhoBps, past.rhoTargetBps, past.rhoInitialBps, past.piBps];
        return Round(past.observedAt, ratios[uint256(RATIO)]);
    }
}
