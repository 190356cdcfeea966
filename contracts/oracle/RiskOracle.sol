// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRiskClasses} from "../interfaces/IRiskClasses.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ISignerRegistry} from "../interfaces/ISignerRegistry.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {Move, RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {Attestations, ClassQuantile, EntryOutcome, ReportTimes, RiskReport} from "../types/RiskTypes.sol";
import {ClassCache, ClassTable} from "./ClassCache.sol";
import {PositionBook} from "./PositionBook.sol";

/// @notice What a risk oracle is deployed with.
/// @param authority access manager
/// @param signers quorum of reports
/// @param classes bounds
/// @param models allowed model bundles
/// @param deploymentSalt keeps messages of operators apart from those for earlier deployments at the same address
/// @param maxArrivalAgeSec greatest age of an observation at arrival
struct RiskOracleConfig {
    address authority;
    ISignerRegistry signers;
    IRiskClasses classes;
    IModelRegistry models;
    bytes32 deploymentSalt;
    uint32 maxArrivalAgeSec;
}

/// @title Applies quorum-signed reports to positions
/// @notice No proxy: rules and verifier of a deployment never change.
contract RiskOracle is PositionBook, EIP712 {
    using ClassCache for ClassTable;

    /// @notice Last accepted chunk.
    struct Cursor {
        uint64 epoch;
        uint40 observedAt;
        uint16 chunkIndex;
        uint16 chunkCount;
    }

    /// @notice EIP-712 type of a report.
    bytes32 public constant REPORT_TYPEHASH = keccak256(
        "RiskReport(uint64 epoch,uint32 signerSetVersion,uint40 observedAt,uint40 validUntil,uint16 chunkIndex,"
        "uint16 chunkCount,bytes32 entriesHash,bytes32 classQuantilesHash,bytes32 positionsRoot,bytes32 bundleHash,"
        "bytes32 evidenceHash,uint16 dispersionBps)"
    );
    /// @notice Greatest rise of the epoch: room for epochs counted in seconds, and 2^32 quorum reports away from a bricked
    /// counter.
    uint64 public constant MAX_EPOCH_JUMP = 1 << 32;
    /// @notice Clocks of operators and chain may differ by this much.
    uint256 public constant MAX_FUTURE_SKEW_SEC = 30;

    /// @notice Quorum of reports.
    ISignerRegistry public immutable SIGNERS;
    /// @notice Allowed model bundles.
    IModelRegistry public immutable MODELS;
    /// @notice See {RiskOracleConfig}.
    bytes32 public immutable DEPLOYMENT_SALT;
    /// @notice See {RiskOracleConfig}.
    uint256 public immutable MAX_ARRIVAL_AGE_SEC;

    Cursor private _cursor;

    constructor(
        RiskOracleConfig memory config
    ) PositionBook(config.authority, config.classes) EIP712("Plimsoll RiskOracle", "1") {
        bool missing = address(config.signers) == address(0) || address(config.models) == address(0);
        if (missing || config.maxArrivalAgeSec == 0) revert RiskOracleInvalidConfig();
        SIGNERS = config.signers;
        MODELS = config.models;
        DEPLOYMENT_SALT = config.deploymentSalt;
        MAX_ARRIVAL_AGE_SEC = config.maxArrivalAgeSec;
    }

    /// @inheritdoc IRiskOracle
    function submitReport(
        RiskReport calldata report,
        Attestations calldata attestations,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes) {
        _checkOrder(report);
        _checkTimes(report);
        _checkPayload(report.entriesHash, entries);
        _checkPayload(report.classQuantilesHash, classQuantiles);
        if (!MODELS.isAllowed(report.bundleHash)) revert RiskOracleBundle(report.bundleHash);
        bytes32 digest = reportDigest(report);
        SIGNERS.verifyQuorum(report.signerSetVersion, digest, attestations.signerBitmap, attestations.signatures);
        _cursor = Cursor(report.epoch, report.observedAt, report.chunkIndex, report.chunkCount);
        _emitAccepted(report, digest, attestations.signerBitmap);
        ClassTable memory table;
        outcomes = _applyEntries(table, report, entries);
        _applyQuantiles(table, report, classQuantiles);
    }

    /// @inheritdoc IRiskOracle
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes) {
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        ClassTable memory table;
        Move memory move = RiskRules.prepare(_times(report));
        outcomes = new bytes(count);
        for (uint256 index = 0; index < count; ++index) {
            uint256 packed = ReportCodec.packedAt(entries, index);
            (, EntryOutcome outcome) = _evaluate(table, _positions[ReportCodec.keyOf(packed)].word, move, packed);
            _record(outcomes, index, outcome);
        }
    }

    /// @inheritdoc IRiskOracle
    function lastEpoch() external view returns (uint64 epoch) {
        return _cursor.epoch;
    }

    /// @inheritdoc IRiskOracle
    function configDigest() external view returns (bytes32 digest) {
        return
            keccak256(
                abi.encode(
                    block.chainid,
                    address(this),
                    DEPLOYMENT_SALT,
                    SIGNERS.currentVersion(),
                    CLASSES.boundsVersion(),
                    MODELS.modelsVersion()
                )
            );
    }

    /// @inheritdoc IRiskOracle
    function reportDigest(RiskReport calldata report) public view returns (bytes32 digest) {
        // All members are static, so that the encoded struct is the sequence EIP-712 asks for.
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPEHASH, report)));
    }

    /// @dev Keys ascend strictly, so no position is written twice and no step limit can be walked around.
    function _applyEntries(
        ClassTable memory table,
        RiskReport calldata report,
        bytes calldata entries
    ) private returns (bytes memory outcomes) {
        uint256 count = ReportCodec.itemCount(entries.length, ReportCodec.ENTRY_BYTES);
        Move memory move = RiskRules.prepare(_times(report));
        outcomes = new bytes(count);
        uint256 nextKey;
        for (uint256 index = 0; index < count; ++index) {
            uint256 packed = ReportCodec.packedAt(entries, index);
            uint256 key = ReportCodec.keyOf(packed);
            if (key < nextKey) revert RiskOracleNotAscending(index);
            nextKey = key + 1;
            StoredWord storage stored = _positions[key];
            uint256 word = stored.word;
            (uint256 newWord, EntryOutcome outcome) = _evaluate(table, word, move, packed);
            if (newWord != word) stored.word = newWord;
            _record(outcomes, index, outcome);
        }
        emit EntriesProcessed(report.epoch, report.chunkIndex, entries, outcomes);
    }

    function _applyQuantiles(ClassTable memory table, RiskReport calldata report, bytes calldata quantiles) private {
        uint256 count = ReportCodec.itemCount(quantiles.length, ReportCodec.QUANTILE_BYTES);
        if (count == 0) return;
        Move memory move = RiskRules.prepare(_times(report));
        bytes memory outcomes = new bytes(count);
        uint256 nextId;
        for (uint256 index = 0; index < count; ++index) {
            ClassQuantile memory quantile = ReportCodec.quantileAt(quantiles, index);
            if (quantile.classId < nextId) revert RiskOracleNotAscending(index);
            nextId = uint256(quantile.classId) + 1;
            outcomes[index] = bytes1(uint8(_applyQuantile(table, quantile, move)));
        }
        emit ClassQuantilesProcessed(report.epoch, quantiles, outcomes);
    }

    /// @dev A class quantile is a word like a position's, in its first epoch and without a score.
    function _applyQuantile(
        ClassTable memory table,
        ClassQuantile memory quantile,
        Move memory move
    ) private returns (EntryOutcome outcome) {
        uint256 word = _classWords[quantile.classId];
        if (word == 0 && !CLASSES.isSet(quantile.classId)) return EntryOutcome.UNKNOWN_POSITION;
        table.select(CLASSES, quantile.classId);
        if (word == 0) word = RiskRules.initialWord(quantile.classId, table.current.class);
        (move.rho, move.pi, move.epoch, move.score) = (quantile.rhoBps, quantile.piBps, RiskWord.FIRST_EPOCH, 0);
        (word, outcome) = RiskRules.applyMove(move, word, table.current.class);
        // A refused first quantile leaves the slot empty: its word was only the starting point.
        if (outcome <= EntryOutcome.REFRESHED) _classWords[quantile.classId] = word;
    }

    function _emitAccepted(RiskReport calldata report, bytes32 digest, uint256 signerBitmap) private {
        emit ReportAccepted(
            report.epoch,
            digest,
            report.observedAt,
            report.chunkIndex,
            report.bundleHash,
            report.evidenceHash,
            signerBitmap
        );
    }

    /// @dev Applies a packed entry; the memory of `move` is used again for the next one.
    function _evaluate(
        ClassTable memory table,
        uint256 word,
        Move memory move,
        uint256 packed
    ) private view returns (uint256 newWord, EntryOutcome outcome) {
        if (word == 0) return (word, EntryOutcome.UNKNOWN_POSITION);
        (move.epoch, move.rho, move.pi, move.score) = ReportCodec.valuesOf(packed);
        table.select(CLASSES, RiskWord.classIdOf(word));
        return RiskRules.applyMove(move, word, table.current.class);
    }

    /// @dev Either the next chunk of the running epoch, or chunk 0 of a later one.
    function _checkOrder(RiskReport calldata report) private view {
        Cursor memory last = _cursor;
        bool continues = report.epoch == last.epoch && last.chunkIndex + 1 < last.chunkCount;
        if (!continues) {
            uint64 maxEpoch = last.epoch + MAX_EPOCH_JUMP;
            bool inRange = report.epoch > last.epoch && report.epoch <= maxEpoch;
            if (!inRange) revert RiskOracleEpoch(report.epoch, last.epoch, maxEpoch);
            if (report.observedAt < last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, type(uint40).max);
            }
            if (report.chunkCount == 0) revert RiskOracleChunk(report.chunkIndex, 0, 0, 1);
            _checkChunk(report, 0, report.chunkCount);
        } else {
            // Chunks of one epoch share one observation.
            if (report.observedAt != last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, last.observedAt);
            }
            _checkChunk(report, last.chunkIndex + 1, last.chunkCount);
        }
    }

    function _checkChunk(RiskReport calldata report, uint16 index, uint16 count) private pure {
        bool expected = report.chunkIndex == index && report.chunkCount == count;
        if (!expected) revert RiskOracleChunk(report.chunkIndex, report.chunkCount, index, count);
    }

    function _checkTimes(RiskReport calldata report) private view {
        uint256 latest = block.timestamp + MAX_FUTURE_SKEW_SEC;
        bool tooOld = uint256(report.observedAt) + MAX_ARRIVAL_AGE_SEC < block.timestamp;
        if (tooOld || report.observedAt > latest) {
            uint256 age = MAX_ARRIVAL_AGE_SEC < block.timestamp ? MAX_ARRIVAL_AGE_SEC : block.timestamp;
            revert RiskOracleObservedAt(report.observedAt, block.timestamp - age, latest);
        }
        if (report.validUntil < block.timestamp) revert RiskOracleExpired(report.validUntil, block.timestamp);
    }

    /// @dev Writes outcome byte `index`, which is below the length the outcomes were allocated with.
    function _record(bytes memory outcomes, uint256 index, EntryOutcome outcome) private pure {
        assembly ("memory-safe") {
            mstore8(add(add(outcomes, 0x20), index), outcome)
        }
    }

    function _checkPayload(bytes32 expected, bytes calldata payload) private pure {
        bytes32 actual = keccak256(payload);
        if (actual != expected) revert RiskOraclePayloadHash(expected, actual);
    }

    function _times(RiskReport calldata report) private view returns (ReportTimes memory times) {
        // Fits: block times stay below 2^40 for 34 000 years.
        return ReportTimes({observedAt: report.observedAt, appliedAt: uint40(block.timestamp)});
    }
}
