// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RootHeader} from "../types/DeliveryTypes.sol";
import {Attestations, ParamStatus, RiskParams, RiskReport} from "../types/RiskTypes.sol";

/// @title What an oracle does every minute: take reports and proofs, keep positions for their sources, be read
interface IRiskOracleCore {
    /// @notice Checks a quorum-signed report and applies each entry that the rules allow, publishes its root, or holds the report
    /// whole where it would tighten too much. Anyone may call.
    /// @param report header that the operators signed
    /// @param attestations quorum of the report's signer set
    /// @param entries packed entries, 16 bytes each, (sourceIndex, positionId) strictly ascending
    /// @param classQuantiles packed quantiles, 6 bytes each, classId strictly ascending
    /// @return outcomes one {EntryOutcome} byte per entry; empty when the report is held
    function submitReport(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes);

    /// @notice Applies positions of a published root by the same rules as a push, and logs them as a push does. Anyone may call. A
    /// position that already has this observation, or a newer one, is skipped; over a cap of the effect guard nothing is applied.
    /// @param header of the root, from {RootPublished}
    /// @param entries packed entries, as in a push, (sourceIndex, positionId) strictly ascending
    /// @param proofs siblings of each entry from its leaf upwards; layout in `PositionLeaf`
    /// @return outcomes one {EntryOutcome} byte per entry
    function applyProofs(
        RootHeader calldata header,
        bytes calldata entries,
        bytes32[][] calldata proofs
    ) external returns (bytes memory outcomes);

    /// @notice Registers a new position of the calling source. Only a registered source.
    function registerPosition(uint256 positionId, uint16 classId) external;

    /// @notice Raises the epoch of a position of the calling source and restarts its drift cap from the last accepted ρ, if
    /// that is higher. Only a registered source, which has made sure that the position meets its initial ρ.
    /// @return epoch the new epoch
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch);

    /// @notice Forgets a position of the calling source. Only a registered source, which need not: its own view says what is
    /// active, and the word of a position that has ended goes stale.
    function retirePosition(uint256 positionId) external;

    /// @notice Registers `newId` of the calling source as split off its `fromId`: same ratios, score and times, first epoch.
    /// Only a registered source.
    function copyPosition(uint256 fromId, uint256 newId) external;

    /// @notice Says that `intoId` of the calling source took over shorts of its `fromId`: it keeps the word with the higher
    /// target, without a running ramp. Only a registered source, which has made sure that the new totals meet the initial ρ
    /// of both.
    /// @return epoch new epoch of `intoId`
    function mergePosition(uint256 fromId, uint256 intoId) external returns (uint16 epoch);

    /// @notice Effective parameters; reverts for unknown positions, so that 0 is never read as a value.
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params);

    /// @notice As {getParams}, with status UNKNOWN instead of a revert.
    function tryGetParams(address source, uint256 positionId) external view returns (RiskParams memory params);

    /// @notice What a maintenance check needs, for the gas of one storage word while the score is fresh and ρ has arrived at
    /// its target; equal to the fields of {getParams}. Reverts for unknown positions.
    function maintenanceParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, ParamStatus status);

    /// @notice The part of {getParams} that decides about liquidations, cheaper; reverts for unknown positions.
    /// @return rhoBps maintenance ρ in force
    /// @return piBps π in force
    /// @return rhoBeforeBps the least of `rhoBps`, the ρ accepted at the start of the present drift window and of the one
    /// before, and, for a window's length after a tightening, the ρ that it started from: a position that is healthy at it
    /// but not at `rhoBps` was made liquidatable by parameters, not by the market. While unscored, `rhoBps`.
    function maintenanceOf(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps);

    /// @notice What a withdrawal of collateral, without new size, must leave where the score may be relied on. Reverts for
    /// unknown positions.
    /// @return rhoBps `max(maintenance ρ, target, targets at the starts of the drift window and of the one before, class
    /// floor)·(1 + β)` inside the class ceiling; 10 000 where `scoredAt` is 0
    /// @return classId risk class
    /// @return scoredAt observation time of the score; 0 where it may not be relied on: there is none, it is stale, the breaker
    /// is not NORMAL, or the last report was held. The source has to compare it with the last change of the position's
    /// risk and class
    function retainedParams(
        address source,
        uint256 positionId
    ) external view returns (uint16 rhoBps, uint16 classId, uint40 scoredAt);

    /// @notice ρ and π that a position of `classId` must meet if it is opened now:
    /// `max(class initial, signed class quantile)·(1 + β)` inside the class bounds.
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps);

    /// @notice Code of the oracle's rarer calls, run on its storage. Never changes.
    function EXTENSION() external view returns (address extension);

    /// @notice Greatest age of an observation at arrival, seconds.
    function MAX_ARRIVAL_AGE_SEC() external view returns (uint256 ageSec);
}
