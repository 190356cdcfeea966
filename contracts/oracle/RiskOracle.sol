// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {Attestations, RiskReport} from "../types/RiskTypes.sol";
import {EngineBatch} from "./EngineBatch.sol";
import {EntryApplier} from "./EntryApplier.sol";
import {OracleWiring} from "./OracleWiring.sol";

/// @notice What a risk oracle is deployed with.
/// @param owner timelock: admits sources, sets classes, replaces engine and verifier
/// @param verifier quorum of reports
/// @param engine rules of reports and classes
/// @param models allowed model bundles
/// @param deploymentSalt keeps messages of operators apart from those for earlier deployments at the same address
/// @param maxArrivalAgeSec greatest age of an observation at arrival
struct RiskOracleConfig {
    address owner;
    IReportVerifier verifier;
    IRuleEngine engine;
    IModelRegistry models;
    bytes32 deploymentSalt;
    uint32 maxArrivalAgeSec;
}

/// @title Applies quorum-signed reports to positions
/// @notice No proxy: words, their layout and their reading never change; the timelock may replace rules and verifier.
contract RiskOracle is EntryApplier, EIP712 {
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
    /// @dev Twelve members of one word each.
    uint256 private constant REPORT_BYTES = 384;
    /// @notice Greatest rise of the epoch: room for epochs counted in seconds, and 2^32 quorum reports away from a bricked
    /// counter.
    uint64 public constant MAX_EPOCH_JUMP = 1 << 32;
    /// @notice Clocks of operators and chain may differ by this much.
    uint256 public constant MAX_FUTURE_SKEW_SEC = 30;

    /// @notice Allowed model bundles.
    IModelRegistry public immutable MODELS;
    /// @notice See {RiskOracleConfig}.
    bytes32 public immutable DEPLOYMENT_SALT;
    /// @notice See {RiskOracleConfig}.
    uint256 public immutable MAX_ARRIVAL_AGE_SEC;

    Cursor private _cursor;

    constructor(
        RiskOracleConfig memory config
    ) OracleWiring(config.owner, config.engine, config.verifier) EIP712("Plimsoll RiskOracle", "1") {
        bool missing = address(config.models) == address(0);
        if (missing || config.maxArrivalAgeSec == 0) revert RiskOracleInvalidConfig();
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
        // Cheapest first: what relayers run into costs no recovery.
        _checkTimes(report);
        _checkOrder(report);
        _checkPayload(report.entriesHash, entries);
        _checkPayload(report.classQuantilesHash, classQuantiles);
        if (!MODELS.isAllowed(report.bundleHash)) revert RiskOracleBundle(report.bundleHash);
        bytes32 digest = reportDigest(report);
        verifier.verifyQuorum(report.signerSetVersion, digest, attestations.signerBitmap, attestations.signatures);
        _cursor = Cursor(report.epoch, report.observedAt, report.chunkIndex, report.chunkCount);
        _emitAccepted(report, digest, attestations.signerBitmap);
        outcomes = _applyPacked(report.observedAt, entries);
        if (classQuantiles.length == 0) return outcomes;
        emit ClassQuantilesProcessed(report.epoch, classQuantiles, _applyQuantiles(report.observedAt, classQuantiles));
    }

    /// @inheritdoc IRiskOracle
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes) {
        EngineBatch memory batch;
        _evaluate(batch, report.observedAt, entries);
        return batch.outcomes;
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
                    address(ruleEngine),
                    address(verifier),
                    verifier.currentVersion(),
                    boundsVersion,
                    MODELS.modelsVersion()
                )
            );
    }

    /// @inheritdoc IRiskOracle
    function reportDigest(RiskReport calldata report) public view returns (bytes32 digest) {
        bytes32 typeHash = REPORT_TYPEHASH;
        bytes32 structHash;
        // All members are static, so the struct in calldata is the sequence EIP-712 asks for. Bits beyond a member's width
        // would be hashed with it and give a digest that nobody signed.
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, typeHash)
            calldatacopy(add(encoded, 0x20), report, REPORT_BYTES)
            structHash := keccak256(encoded, add(REPORT_BYTES, 0x20))
        }
        return _hashTypedDataV4(structHash);
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

    function _checkPayload(bytes32 expected, bytes calldata payload) private pure {
        bytes32 actual = keccak256(payload);
        if (actual != expected) revert RiskOraclePayloadHash(expected, actual);
    }
}
