// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestations, ParamStatus, RiskParams, RiskReport} from "../types/RiskTypes.sol";

/// @title Risk parameters of positions: write side for reports and sources, read side for protocols
interface IRiskOracle {
    /// @notice A report was accepted; its entries follow, in their order, one {EntryTightened},
    /// {EntryLoosened}, {EntryRefreshed} or {EntrySkipped} each.
    event ReportAccepted(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint40 observedAt,
        uint16 chunkIndex,
        bytes32 bundleHash,
        bytes32 evidenceHash,
        uint256 signerBitmap
    );

    /// @notice An entry raised ρ, or π at the same ρ.
    /// @param positionKey source index << 48 | position id
    /// @param word the position's whole new word, layout in `RiskWord`
    event EntryTightened(uint64 indexed positionKey, uint256 word);

    /// @notice An entry lowered ρ, or π at the same ρ; parameters as of {EntryTightened}.
    event EntryLoosened(uint64 indexed positionKey, uint256 word);

    /// @notice An entry renewed the pair that was there; parameters as of {EntryTightened}.
    event EntryRefreshed(uint64 indexed positionKey, uint256 word);

    /// @notice An entry was skipped and the position's word stays.
    /// @param positionKey source index << 48 | position id
    /// @param values what was asked for: epoch 16 · ρ 16 · π 16 · score 16
    /// @param outcome {EntryOutcome}: the reason; a later rule engine may know more of them
    event EntrySkipped(uint64 indexed positionKey, uint64 values, uint8 outcome);

    /// @notice Packed class quantiles of an accepted report with one outcome byte per class.
    event ClassQuantilesProcessed(uint64 indexed epoch, bytes quantiles, bytes outcomes);

    /// @notice A source created a position; its ρ starts at the class default and its drift cap counts from there until
    /// the first score.
    event PositionRegistered(uint16 indexed sourceIndex, uint256 indexed positionId, uint16 classId);

    /// @notice The position's risk was increased: only scores that saw `epoch` may loosen it, and its drift cap counts from
    /// max(where it counted from, last accepted ρ).
    event PositionEpochRaised(uint16 indexed sourceIndex, uint256 indexed positionId, uint16 epoch);

    /// @notice The position was closed or settled; later entries for it are skipped.
    event PositionRetired(uint16 indexed sourceIndex, uint256 indexed positionId);

    /// @notice The DAO admitted a position source.
    event SourceRegistered(uint16 indexed sourceIndex, address indexed source);

    /// @notice `chunkIndex` is not below `chunkCount`, or a chunk does not continue the epoch's last one.
    error RiskOracleChunk(uint16 chunkIndex, uint16 chunkCount, uint16 expectedIndex, uint16 expectedCount);

    /// @notice The epoch does not rise, or rises by more than the limit.
    error RiskOracleEpoch(uint64 epoch, uint64 lastEpoch, uint64 maxEpoch);

    /// @notice The observation is older than the last one, too old at arrival, or too far in the future.
    error RiskOracleObservedAt(uint40 observedAt, uint256 earliest, uint256 latest);

    /// @notice The report arrived after its last second.
    error RiskOracleExpired(uint40 validUntil, uint256 nowSec);

    /// @notice Packed entries or class quantiles are not those that were signed.
    error RiskOraclePayloadHash(bytes32 expected, bytes32 actual);

    /// @notice The model bundle is not allowed by the DAO.
    error RiskOracleBundle(bytes32 bundleHash);

    /// @notice Keys of entries or class ids of quantiles do not strictly ascend at `index`.
    error RiskOracleNotAscending(uint256 index);

    /// @notice The address is not a registered position source.
    error RiskOracleUnknownSource(address source);

    /// @notice No source has this index.
    error RiskOracleUnknownSourceIndex(uint16 sourceIndex);

    /// @notice The zero address, or a source that is registered already.
    error RiskOracleInvalidSource(address source);

    /// @notice Position ids are 1…2^48 − 1.
    error RiskOraclePositionId(uint256 positionId);

    /// @notice The position is registered already.
    error RiskOraclePositionExists(uint16 sourceIndex, uint256 positionId);

    /// @notice The position was never registered, or is retired.
    error RiskOracleUnknownPosition(uint256 sourceIndex, uint256 positionId);

    /// @notice The class is retired for new positions, or its id does not fit the word.
    error RiskOracleClass(uint16 classId);

    /// @notice The rule engine's answer has not the shape that `IRuleEngine` states.
    error RiskOracleEngineAnswer();

    /// @notice The rule engine would change the class or the epoch of item `index`, or forget it.
    error RiskOracleEngineWord(uint256 index, uint256 oldWord, uint256 word);

    /// @notice A zero address or a zero limit in the deployment.
    error RiskOracleInvalidConfig();

    /// @notice Checks a quorum-signed report and applies each entry that the rules allow. Anyone may call.
    /// @param report header that the operators signed
    /// @param attestations quorum of the report's signer set
    /// @param entries packed entries, 16 bytes each, (sourceIndex, positionId) strictly ascending
    /// @param classQuantiles packed quantiles, 6 bytes each, classId strictly ascending
    /// @return outcomes one {EntryOutcome} byte per entry
    function submitReport(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes);

    /// @notice Admits a position source. Only the owner (timelock).
    function registerSource(address source) external returns (uint16 sourceIndex);

    /// @notice Registers a new position of the calling source. Only a registered source.
    function registerPosition(uint256 positionId, uint16 classId) external;

    /// @notice Raises the epoch of a position of the calling source and restarts its drift cap from the last accepted ρ, if
    /// that is higher. Only a registered source, which has made sure that the position meets its initial ρ.
    /// @return epoch the new epoch
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch);

    /// @notice Forgets a position of the calling source. Only a registered source.
    function retirePosition(uint256 positionId) external;

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

    /// @notice ρ and π that a position of `classId` must meet if it is opened now:
    /// `max(class initial, signed class quantile)·(1 + β)` inside the class bounds.
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps);

    /// @notice Raw storage word of a position, for operators and indexers; layout in `RiskWord`. Zero when unknown.
    function positionWord(uint16 sourceIndex, uint256 positionId) external view returns (uint256 word);

    /// @notice As {positionWord} for many positions of one source, in the order of `positionIds`.
    function positionWords(
        uint16 sourceIndex,
        uint256[] calldata positionIds
    ) external view returns (uint256[] memory words);

    /// @notice Raw storage word of a class quantile; zero before the first one.
    function classWord(uint16 classId) external view returns (uint256 word);

    /// @notice As {classWord} for many classes, in the order of `classIds`.
    function classWords(uint16[] calldata classIds) external view returns (uint256[] memory words);

    /// @notice Index of a registered source; reverts for others.
    function sourceIndexOf(address source) external view returns (uint16 sourceIndex);

    /// @notice Number of registered sources.
    function sourceCount() external view returns (uint256 count);

    /// @notice Source at an index; reverts beyond the last.
    function sourceAt(uint16 sourceIndex) external view returns (address source);

    /// @notice Epoch of the last accepted report.
    function lastEpoch() external view returns (uint64 epoch);

    /// @notice Hash of chain id, this contract, deployment salt, rule engine, verifier, signer-set version, bounds version and
    /// models version:
    /// messages between operators are bound to it.
    function configDigest() external view returns (bytes32 digest);

    /// @notice EIP-712 digest of a report.
    function reportDigest(RiskReport calldata report) external view returns (bytes32 digest);

    /// @notice Predicted outcome of every entry if the report were submitted now, without signatures.
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes);
}
