// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title What a report is: its digest, its payload, its model
/// @dev The EIP-712 domain is that of OpenZeppelin's `EIP712`, without its ERC-5267 view and its names of any length, for which
/// there is no room below the limit of code size.
abstract contract ReportContent is OracleStorage {
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

    /// @dev EIP-712 digest of a report.
    function _digestOf(RiskReport calldata report) internal view returns (bytes32 digest) {
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
        return MessageHashUtils.toTypedDataHash(_domain(), structHash);
    }

    /// @dev Domain of this chain and address; the oracle keeps it, its extension has no place to.
    function _domain() internal view virtual returns (bytes32 domain) {
        bytes32 name = keccak256("Plimsoll RiskOracle");
        return keccak256(abi.encode(DOMAIN_TYPEHASH, name, keccak256("1"), block.chainid, address(this)));
    }

    /// @dev Payload and model are those that were signed and allowed.
    function _checkContent(
        RiskReport calldata report,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) internal view {
        _checkPayload(report.entriesHash, entries);
        _checkPayload(report.classQuantilesHash, classQuantiles);
        if (!_models[report.bundleHash]) revert RiskOracleBundle(report.bundleHash);
    }

    function _checkPayload(bytes32 expected, bytes calldata payload) private pure {
        bytes32 actual;
        // The compiler would round, check and clear what it copies to.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, payload.offset, payload.length)
            actual := keccak256(free, payload.length)
        }
        if (actual != expected) revert RiskOraclePayloadHash(expected, actual);
    }
}
