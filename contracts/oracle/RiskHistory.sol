// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IRiskHistory, RiskCheckpoint} from "../interfaces/IRiskHistory.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {RiskParams} from "../types/RiskTypes.sol";

/// @title Opt-in history of risk parameters
contract RiskHistory is IRiskHistory, AccessManaged {
    struct Track {
        bool enabled;
        RiskCheckpoint[] checkpoints;
    }

    /// @notice Whose values are recorded.
    IRiskOracle public immutable ORACLE;

    mapping(address source => mapping(uint256 positionId => Track track)) private _tracks;

    constructor(address authority, IRiskOracle oracle) AccessManaged(authority) {
        if (address(oracle) == address(0)) revert RiskHistoryInvalidConfig();
        ORACLE = oracle;
    }

    /// @inheritdoc IRiskHistory
    function switchHistory(uint256 positionId, bool enabled) external {
        // A caller that is no source can only switch ids of its own, for which there is nothing to record.
        _switch(msg.sender, positionId, enabled);
    }

    /// @inheritdoc IRiskHistory
    function switchHistoryOf(address source, uint256 positionId, bool enabled) external restricted {
        _switch(source, positionId, enabled);
    }

    /// @inheritdoc IRiskHistory
    function record(address source, uint256 positionId) external {
        Track storage track = _tracks[source][positionId];
        if (!track.enabled) revert RiskHistoryDisabled(source, positionId);
        RiskParams memory params = ORACLE.getParams(source, positionId);
        uint256 count = track.checkpoints.length;
        uint40 last = count == 0 ? 0 : track.checkpoints[count - 1].observedAt;
        if (params.observedAt <= last) revert RiskHistoryNothingNew(source, positionId, last);
        RiskCheckpoint memory checkpoint = RiskCheckpoint({
            observedAt: params.observedAt,
            recordedAt: uint40(block.timestamp),
            rhoBps: params.rhoBps,
            rhoTargetBps: params.rhoTargetBps,
            rhoInitialBps: params.rhoInitialBps,
            piBps: params.piBps,
            score: params.score
        });
        track.checkpoints.push(checkpoint);
        emit RiskRecorded(source, positionId, checkpoint);
    }

    /// @inheritdoc IRiskHistory
    function checkpointCount(address source, uint256 positionId) external view returns (uint256 count) {
        return _tracks[source][positionId].checkpoints.length;
    }

    /// @inheritdoc IRiskHistory
    function checkpointAt(
        address source,
        uint256 positionId,
        uint256 index
    ) external view returns (RiskCheckpoint memory checkpoint) {
        return _tracks[source][positionId].checkpoints[index];
    }

    /// @inheritdoc IRiskHistory
    function checkpointAsOf(
        address source,
        uint256 positionId,
        uint40 observedAt
    ) external view returns (bool found, RiskCheckpoint memory checkpoint) {
        RiskCheckpoint[] storage checkpoints = _tracks[source][positionId].checkpoints;
        (uint256 low, uint256 high) = (0, checkpoints.length);
        // Everything before `low` is old enough, everything from `high` on is too young.
        while (low < high) {
            uint256 middle = Math.average(low, high);
            if (checkpoints[middle].observedAt > observedAt) high = middle;
            else low = middle + 1;
        }
        if (low == 0) return (false, checkpoint);
        return (true, checkpoints[low - 1]);
    }

    function _switch(address source, uint256 positionId, bool enabled) private {
        _tracks[source][positionId].enabled = enabled;
        emit HistorySwitched(source, positionId, enabled);
    }
}
