// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {DeliveryState} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {GuardedApplier} from "./GuardedApplier.sol";

/// @title Which reports may enter: digest, quorum, order, times, payload, model
/// @dev The EIP-712 domain is that of OpenZeppelin's `EIP712`, without its ERC-5267 view and its names of any length, for which
/// there is no room below the limit of code size.
abstract contract ReportGate is GuardedApplier {
    /// @notice EIP-712 type of a report.
    bytes32 internal constant REPORT_TYPEHASH = keccak256(
        "RiskReport(uint64 epoch,uint32 signerSetVersion,uint40 observedAt,uint40 validUntil,uint16 chunkIndex,"
        "uint16 chunkCount,bytes32 entriesHash,bytes32 classQuantilesHash,bytes32 positionsRoot,bytes32 bundleHash,"
        "bytes32 evidenceHash,uint16 dispersionBps)"
    );
    /// @dev Twelve members of one word each.
    uint256 private constant REPORT_BYTES = 0x180;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    /// @notice Greatest rise of the epoch: room for epochs counted in seconds, and 2^32 quorum reports away from a bricked
    /// counter.
    uint64 internal constant MAX_EPOCH_JUMP = 1 << 32;
    /// @notice Clocks of operators and chain may differ by this much.
    uint256 internal constant MAX_FUTURE_SKEW_SEC = 30;

    /// @notice Allowed model bundles.
    IModelRegistry public immutable MODELS;
    /// @notice See {RiskOracleConfig}.
    bytes32 public immutable DEPLOYMENT_SALT;
    /// @notice See {RiskOracleConfig}.
    uint256 public immutable MAX_ARRIVAL_AGE_SEC;
    bytes32 private immutable DOMAIN_SEPARATOR;
    uint256 private immutable DOMAIN_CHAIN_ID;

    constructor(IModelRegistry models, bytes32 deploymentSalt, uint32 maxArrivalAgeSec) {
        if (address(models) == address(0) || maxArrivalAgeSec == 0) revert RiskOracleInvalidConfig();
        MODELS = models;
        DEPLOYMENT_SALT = deploymentSalt;
        MAX_ARRIVAL_AGE_SEC = maxArrivalAgeSec;
        DOMAIN_CHAIN_ID = block.chainid;
        DOMAIN_SEPARATOR = _buildDomain();
    }

    /// @inheritdoc IRiskOracle
    function lastEpoch() external view returns (uint64 epoch) {
        // Fits: its lane is 64 bits wide.
        return uint64(DeliveryWord.epochOf(_deliveryWord));
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
        // All members are static, so that the struct lies in calldata as the sequence that EIP-712 asks for. Bits beyond a field
        // are hashed as they come: nobody has signed them, and whoever reads the field reverts.
        bytes32 typehash = REPORT_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typehash)
            calldatacopy(add(free, 0x20), report, REPORT_BYTES)
            structHash := keccak256(free, add(REPORT_BYTES, 0x20))
        }
        // After a fork of the chain the two halves are two domains.
        bytes32 domain = block.chainid == DOMAIN_CHAIN_ID ? DOMAIN_SEPARATOR : _buildDomain();
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function _buildDomain() private view returns (bytes32 domain) {
        bytes32 name = keccak256("Plimsoll RiskOracle");
        return keccak256(abi.encode(DOMAIN_TYPEHASH, name, keccak256("1"), block.chainid, address(this)));
    }

    /// @dev Either the next chunk of the running epoch, or chunk 0 of a later one.
    function _checkOrder(RiskReport calldata report, DeliveryState memory last) internal pure {
        bool continues = report.epoch == last.epoch && last.chunkIndex + 1 < last.chunkCount;
        // Narrowing casts: the lanes of the word are no wider than these fields.
        if (!continues) {
            uint64 maxEpoch = uint64(last.epoch) + MAX_EPOCH_JUMP;
            bool inRange = report.epoch > last.epoch && report.epoch <= maxEpoch;
            if (!inRange) revert RiskOracleEpoch(report.epoch, uint64(last.epoch), maxEpoch);
            if (report.observedAt < last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, type(uint40).max);
            }
            bool countable = report.chunkCount != 0 && report.chunkCount <= DeliveryWord.MAX_CHUNKS;
            if (!countable) revert RiskOracleChunk(report.chunkIndex, report.chunkCount, 0, 1);
            _checkChunk(report, 0, report.chunkCount);
        } else {
            // Chunks of one epoch share one observation.
            if (report.observedAt != last.observedAt) {
                revert RiskOracleObservedAt(report.observedAt, last.observedAt, last.observedAt);
            }
            _checkChunk(report, uint16(last.chunkIndex + 1), uint16(last.chunkCount));
        }
    }

    /// @dev Payload and model are those that were signed and allowed.
    function _checkContent(
        RiskReport calldata report,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) internal view {
        _checkPayload(report.entriesHash, entries);
        _checkPayload(report.classQuantilesHash, classQuantiles);
        if (!MODELS.isAllowed(report.bundleHash)) revert RiskOracleBundle(report.bundleHash);
    }

    function _checkTimes(RiskReport calldata report) internal view {
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

    function _checkChunk(RiskReport calldata report, uint16 index, uint16 count) private pure {
        bool expected = report.chunkIndex == index && report.chunkCount == count;
        if (!expected) revert RiskOracleChunk(report.chunkIndex, report.chunkCount, index, count);
    }
}
