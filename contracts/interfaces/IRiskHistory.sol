// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Values of one accepted observation, as they stood when it was recorded. One storage word.
/// @param observedAt observation time; the checkpoints of a position ascend by it
/// @param recordedAt time of the record
/// @param rhoBps maintenance ρ in force
/// @param rhoTargetBps ρ at the end of the running ramp
/// @param rhoInitialBps ρ for new risk
/// @param piBps π in force
/// @param score score of the observation
struct RiskCheckpoint {
    uint40 observedAt;
    uint40 recordedAt;
    uint16 rhoBps;
    uint16 rhoTargetBps;
    uint16 rhoInitialBps;
    uint16 piBps;
    uint16 score;
}

/// @title Opt-in history of risk parameters
/// @notice Lives beside the oracle, so that a report costs the same with it and without it. Whoever wants an observation kept
/// calls {record} after it was applied.
interface IRiskHistory {
    /// @notice Recording of a position was switched.
    event HistorySwitched(address indexed source, uint256 indexed positionId, bool enabled);

    /// @notice A checkpoint was added.
    event RiskRecorded(address indexed source, uint256 indexed positionId, RiskCheckpoint checkpoint);

    /// @notice Recording of the position is off.
    error RiskHistoryDisabled(address source, uint256 positionId);

    /// @notice The position has no accepted observation that is newer than the last checkpoint.
    error RiskHistoryNothingNew(address source, uint256 positionId, uint40 lastObservedAt);

    /// @notice No oracle was given.
    error RiskHistoryInvalidConfig();

    /// @notice Switches recording of a position of the calling source.
    function switchHistory(uint256 positionId, bool enabled) external;

    /// @notice Switches recording of any position. Only the DAO (`restricted`).
    function switchHistoryOf(address source, uint256 positionId, bool enabled) external;

    /// @notice Adds the present values of a position whose recording is on. Anyone may call.
    function record(address source, uint256 positionId) external;

    /// @notice Number of checkpoints of a position.
    function checkpointCount(address source, uint256 positionId) external view returns (uint256 count);

    /// @notice Checkpoint `index`, from the oldest on; reverts beyond the last.
    function checkpointAt(
        address source,
        uint256 positionId,
        uint256 index
    ) external view returns (RiskCheckpoint memory checkpoint);

    /// @notice Newest checkpoint whose observation is not younger than `observedAt`.
    /// @return found false when there is none; then the checkpoint is empty
    function checkpointAsOf(
        address source,
        uint256 positionId,
        uint40 observedAt
    ) external view returns (bool found, RiskCheckpoint memory checkpoint);
}
