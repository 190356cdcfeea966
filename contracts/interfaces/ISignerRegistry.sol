// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IReportVerifier} from "./IReportVerifier.sol";

/// @title Versioned sets of report signers
interface ISignerRegistry is IReportVerifier {
    /// @notice A new set became current.
    event SignerSetActivated(uint32 indexed version, address[] signers, uint8 threshold);

    /// @notice A signer was removed at once from every version by the guardian.
    event SignerRemoved(address indexed signer);

    /// @notice The guardian was replaced.
    event GuardianSet(address indexed guardian);

    /// @notice A set of no signers or of more than `max`.
    error SignerRegistrySize(uint256 size, uint256 max);

    /// @notice A threshold outside `min` (more than half) … `max` (all).
    error SignerRegistryThreshold(uint256 threshold, uint256 min, uint256 max);

    /// @notice The contract that holds the keys of a set could not be created.
    error SignerRegistryKeys();

    /// @notice Zero addresses can not sign.
    error SignerRegistryZeroSigner(uint256 index);

    /// @notice A key twice in one set would count twice.
    error SignerRegistryDuplicateSigner(address signer);

    /// @notice Neither the current version nor the one before it inside its overlap.
    error SignerRegistryInactiveVersion(uint32 version, uint32 currentVersion, uint40 previousExpiresAt);

    /// @notice The bitmap names signers beyond the set.
    error SignerRegistryBitmap(uint256 signerBitmap, uint256 size);

    /// @notice Fewer signatures than the threshold.
    error SignerRegistryNoQuorum(uint256 signatures, uint256 threshold);

    /// @notice The signature bytes are not exactly 64 per set bit.
    error SignerRegistrySignatureLength(uint256 length, uint256 expected);

    /// @notice Signature of bit `index` is malformed, malleable, or not by that signer (zero when removed).
    error SignerRegistryInvalidSignature(uint256 index, address expected, address recovered);

    /// @notice The caller is not the guardian.
    error SignerRegistryNotGuardian(address caller);

    /// @notice The address is in no live set.
    error SignerRegistryUnknownSigner(address signer);

    /// @notice Removal would leave fewer signers than the threshold: rotate the set instead.
    error SignerRegistryBelowThreshold(uint256 remaining, uint256 threshold);

    /// @notice Current version, signers in bitmap order (zero where removed), and signatures needed (t > n/2).
    function currentSet() external view returns (uint32 version, address[] memory signers, uint8 threshold);

    /// @notice Activates a new set; the one before stays valid for the overlap, older ones end at once. Only the owner
    /// (timelock).
    /// @param signers distinct, not zero, at most 32, in bitmap order
    /// @param threshold more than half of the signers, at most all
    function activateSet(address[] calldata signers, uint8 threshold) external returns (uint32 version);

    /// @notice Removes a signer from every live set at once, in the overlap too. Only the guardian.
    function removeSigner(address signer) external;

    /// @notice Replaces the guardian. Only the owner (timelock).
    function setGuardian(address guardian) external;
}
