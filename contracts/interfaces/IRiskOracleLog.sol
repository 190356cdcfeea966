// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerMode, BreakerReason, DeliveryLimits} from "../types/DeliveryTypes.sol";

/// @title What an oracle logs and why it refuses; enough to rebuild its state
interface IRiskOracleLog {
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

    /// @notice A position, registered just before, was split off `fromId` and has its word, in its first epoch.
    event PositionCopied(uint16 indexed sourceIndex, uint256 indexed positionId, uint256 fromId);

    /// @notice The position took over shorts of `fromId`: it has the word with the higher target, all of it in force.
    event PositionMerged(uint16 indexed sourceIndex, uint256 indexed positionId, uint256 fromId, uint16 epoch);

    /// @notice The position moved to another class.
    event PositionReclassified(uint16 indexed sourceIndex, uint256 indexed positionId, uint16 classId);

    /// @notice The DAO admitted a position source.
    event SourceRegistered(uint16 indexed sourceIndex, address indexed source);

    /// @notice The breaker moved towards HALTED.
    event BreakerTripped(BreakerMode indexed mode, BreakerReason indexed reason);

    /// @notice The DAO moved the breaker back. All published roots have ended.
    event BreakerRearmed(BreakerMode indexed mode);

    /// @notice Who may trip the breaker and decide held reports was set.
    event WatchSet(address indexed guardian, address indexed sentinel);

    /// @notice The caps and times of delivery were set.
    event DeliveryLimitsSet(DeliveryLimits limits);

    /// @notice A signed report would tighten more than the effect guard allows, and waits as a whole for a decision.
    /// @param tightened entries that it would have tightened
    /// @param tighteningBps their summed rise of ρ
    /// @param expiresAt last second at which it may be released
    event ReportHeld(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint16 chunkIndex,
        uint256 tightened,
        uint256 tighteningBps,
        uint40 expiresAt
    );

    /// @notice A held report was applied; its outcomes follow as for an accepted one.
    event ReportReleased(uint64 indexed epoch, bytes32 indexed digest, uint40 observedAt, uint16 chunkIndex);

    /// @notice A held report will not be applied.
    event ReportDiscarded(bytes32 indexed digest);

    /// @notice Positions may be proven against `root` until `expiresAt`; the other arguments are its {RootHeader}.
    event RootPublished(uint64 indexed epoch, bytes32 indexed root, uint40 observedAt, uint40 expiresAt, uint8 place);

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

    /// @notice The score is stale under the old or the new class: the position cannot change class before the next one.
    error RiskOracleStale(uint256 sourceIndex, uint256 positionId);

    /// @notice The class is retired for new positions, or its id does not fit the word.
    error RiskOracleClass(uint16 classId);

    /// @notice The rule engine's answer has not the shape that `IRuleEngine` states.
    error RiskOracleEngineAnswer();

    /// @notice The rule engine would change the class or the epoch of item `index`, or forget it.
    error RiskOracleEngineWord(uint256 index, uint256 oldWord, uint256 word);

    /// @notice A zero address or a zero limit in the deployment.
    error RiskOracleInvalidConfig();

    /// @notice The breaker is HALTED.
    error RiskOracleHalted(BreakerReason reason);

    /// @notice The caller may not decide this: not guardian, sentinel or owner.
    error RiskOracleNotWatch(address caller);

    /// @notice The breaker stands at `current`, from where the call can not move it to `wanted`.
    error RiskOracleBreakerMove(BreakerMode current, BreakerMode wanted);

    /// @notice The breaker may be re-armed from `earliest` on.
    error RiskOracleCoolDown(uint256 earliest);

    /// @notice A limit is outside what its counter can hold, or zero where it must not be.
    error RiskOracleInvalidLimits();

    /// @notice A narrowing must not widen any limit.
    error RiskOracleWidens();

    /// @notice Applying these proofs would pass a cap of the effect guard.
    error RiskOracleEffectCap(uint256 tightened, uint256 tighteningBps);

    /// @notice No report with this digest is held.
    error RiskOracleNotHeld(bytes32 digest);

    /// @notice The held report's time is over.
    error RiskOracleHeldExpired(uint40 expiresAt, uint256 nowSec);

    /// @notice Entry and proof do not lead to the root that the oracle keeps at this place.
    error RiskOracleProof(bytes32 root, uint8 place);

    /// @notice The root's time is over.
    error RiskOracleRootExpired(uint40 expiresAt, uint256 nowSec);

    /// @notice Not one proof per entry.
    error RiskOracleProofCount(uint256 proofs, uint256 entries);
}
