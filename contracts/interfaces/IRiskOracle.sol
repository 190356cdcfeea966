// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestations, EntryOutcome, RiskParams, RiskReport} from "../types/RiskTypes.sol";

/// @title Risk parameters of positions: write side for reports and sources, read side for protocols
interface IRiskOracle {
    /// @notice A report was accepted; entry outcomes follow in {EntriesProcessed}.
    event ReportAccepted(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint40 observedAt,
        uint16 chunkIndex,
        bytes32 bundleHash,
        bytes32 evidenceHash,
        uint256 signerBitmap
    );

    /// @notice Packed entries of an accepted report with one outcome byte ({EntryOutcome}) per entry, in order; with
    /// {ReportAccepted} and the class events enough to rebuild every word.
    event EntriesProcessed(uint64 indexed epoch, uint16 indexed chunkIndex, bytes entries, bytes outcomes);

    /// @notice Packed class quantiles of an accepted report with one outcome byte per class.
    event ClassQuantilesProcessed(uint64 indexed epoch, bytes quantiles, bytes outcomes);

    /// @notice A source created a position; its ρ starts at the class default and its drift cap counts from there until
    /// the first score.
    event PositionRegistered(uint16 indexed sourceIndex, uint256 indexed positionId, uint16 classId);

    /// @notice The position's risk was increased: only scores that saw `epoch` may loosen it.
    event PositionEpochRaised(uint16 indexed sourceIndex, uint256 indexed positionId, uint16 epoch);

    /// @notice The position was closed or settled; later entries for it are skipped.
    event PositionRetired(uint16 indexed sourceIndex, uint256 indexed positionId);

    /// @notice The DAO admitted a position source.
    event SourceRegistered(uint16 indexed sourceIndex, address indexed source);

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

    /// @notice Registers a new position of the calling source. Only a registered source.
    function registerPosition(uint256 positionId, uint16 classId) external;

    /// @notice Raises the epoch of a position of the calling source. Only a registered source.
    /// @return epoch the new epoch
    function raiseEpoch(uint256 positionId) external returns (uint16 epoch);

    /// @notice Forgets a position of the calling source. Only a registered source.
    function retirePosition(uint256 positionId) external;

    /// @notice Effective parameters; reverts for unknown positions, so that 0 is never read as a value.
    function getParams(address source, uint256 positionId) external view returns (RiskParams memory params);

    /// @notice As {getParams}, with status UNKNOWN instead of a revert.
    function tryGetParams(address source, uint256 positionId) external view returns (RiskParams memory params);

    /// @notice ρ and π that a position of `classId` must meet if it is opened now:
    /// `max(class initial, signed class quantile)·(1 + β)` inside the class bounds.
    function openingParams(uint16 classId) external view returns (uint16 rhoInitialBps, uint16 piBps);

    /// @notice Raw storage word of a position, for operators and indexers; layout in `RiskWord`. Zero when unknown.
    function positionWord(uint16 sourceIndex, uint256 positionId) external view returns (uint256 word);

    /// @notice Raw storage word of a class quantile; zero before the first one.
    function classWord(uint16 classId) external view returns (uint256 word);

    /// @notice Index of a registered source; reverts for others.
    function sourceIndexOf(address source) external view returns (uint16 sourceIndex);

    /// @notice Source at an index; reverts beyond the last.
    function sourceAt(uint16 sourceIndex) external view returns (address source);

    /// @notice Epoch of the last accepted report.
    function lastEpoch() external view returns (uint64 epoch);

    /// @notice Hash of chain id, this contract, deployment salt, signer-set version, bounds version and models version:
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
