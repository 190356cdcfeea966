// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Decides whether a report digest carries a quorum
interface IReportVerifier {
    /// @notice Version of the current signer set; never zero.
    function currentVersion() external view returns (uint32 version);

    /// @notice Reverts unless at least the threshold of distinct live signers of `version` signed `digest`.
    /// @dev Exact attestation length, low-s, ascending bits, no zero keys; see `Attestations`.
    function verifyQuorum(
        uint32 version,
        bytes32 digest,
        uint256 signerBitmap,
        bytes calldata signatures
    ) external view;
}
