// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {Attestations, RiskReport} from "../../../contracts/types/RiskTypes.sol";

/// @title A quorum in one hand: three of the signers with keys 1 000 to 1 003, for entries of the first source
abstract contract ReportSigner is CommonBase {
    bytes32 internal constant BUNDLE = keccak256("bundle");

    IRiskOracle internal risk;
    SignerRegistry internal _signers;

    /// @dev A report of the second before, in one chunk; epochs go on from the oracle's.
    function _reportOf(bytes memory entries) internal view returns (RiskReport memory report) {
        (report.epoch, report.signerSetVersion) = (risk.lastEpoch() + 1, _signers.currentVersion());
        (report.observedAt, report.validUntil) = (uint40(block.timestamp - 1), uint40(block.timestamp + 60));
        (report.chunkCount, report.entriesHash) = (1, keccak256(entries));
        (report.classQuantilesHash, report.bundleHash) = (keccak256(""), BUNDLE);
    }

    function _signed(RiskReport memory report) internal view returns (Attestations memory attestations) {
        bytes32 digest = risk.reportDigest(report);
        // The first three bits of the set, which was given in the order of the keys.
        attestations.signerBitmap = 7;
        for (uint256 i = 0; i < 3; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(1_000 + i, digest);
            bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
            attestations.signatures = abi.encodePacked(attestations.signatures, r, vs);
        }
    }

    function _entry(uint256 id, uint16 epoch, uint16 rho, uint16 pi) internal pure returns (bytes memory packed) {
        return abi.encodePacked(uint16(0), uint48(id), epoch, rho, pi, uint16(200));
    }
}
