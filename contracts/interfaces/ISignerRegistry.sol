// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Versioned sets of report signers
interface ISignerRegistry {
    /// @notice A new set became current.
    event SignerSetActivated(uint32 indexed version, address[] signers, uint8 threshold);

    /// @notice A signer was removed at once from every version by the guardian.
    event SignerRemoved(address indexed signer);

    /// @notice Current version, signers in bitmap order, and signatures needed (t > n/2).
    function currentSet() external view returns (uint32 version, address[] memory signers, uint8 threshold);

    /// @notice Version of the current set.
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
