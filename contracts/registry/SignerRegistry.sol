// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ISignerRegistry} from "../interfaces/ISignerRegistry.sol";

/// @title Versioned sets of report signers
/// @notice At most two sets are live: the current one and, for the overlap, the one before it.
contract SignerRegistry is ISignerRegistry, AccessManaged {
    /// @notice Largest set; beyond about 15 signers an aggregated scheme would be cheaper.
    uint256 public constant MAX_SIGNERS = 32;
    /// @notice Bytes of one compact signature (r, vs), ERC-2098.
    uint256 public constant SIGNATURE_BYTES = 64;

    struct SignerSet {
        uint8 size;
        uint8 threshold;
        uint8 live;
        address[MAX_SIGNERS] signers;
    }

    /// @notice How long the set before the current one stays valid after a rotation, seconds.
    uint40 public immutable OVERLAP_SEC;

    /// @inheritdoc ISignerRegistry
    uint32 public currentVersion;
    /// @notice Last second of the set before the current one.
    uint40 public previousExpiresAt;

    mapping(uint32 version => SignerSet set) private _sets;

    /// @param authority access manager
    /// @param overlapSec see {OVERLAP_SEC}
    /// @param signers first set, as in {activateSet}
    /// @param threshold of the first set
    constructor(
        address authority,
        uint40 overlapSec,
        address[] memory signers,
        uint8 threshold
    ) AccessManaged(authority) {
        OVERLAP_SEC = overlapSec;
        _activate(signers, threshold);
    }

    /// @inheritdoc ISignerRegistry
    function activateSet(address[] calldata signers, uint8 threshold) external restricted returns (uint32 version) {
        return _activate(signers, threshold);
    }

    /// @inheritdoc ISignerRegistry
    function removeSigner(address signer) external restricted {
        if (signer == address(0)) revert SignerRegistryUnknownSigner(signer);
        SignerSet storage current = _sets[currentVersion];
        bool wasCurrent = _clear(current, signer);
        if (current.live < current.threshold) revert SignerRegistryBelowThreshold(current.live, current.threshold);
        // The set before may fall below its threshold: then it can no longer reach a quorum, which is safe. Sets older than
        // that are dead for ever.
        bool wasPrevious = _clear(_sets[currentVersion - 1], signer);
        if (!wasCurrent && !wasPrevious) revert SignerRegistryUnknownSigner(signer);
        emit SignerRemoved(signer);
    }

    /// @inheritdoc ISignerRegistry
    function verifyQuorum(
        uint32 version,
        bytes32 digest,
        uint256 signerBitmap,
        bytes calldata signatures
    ) external view {
        _requireLive(version);
        SignerSet storage set = _sets[version];
        (uint256 size, uint256 threshold) = (set.size, set.threshold);
        if (signerBitmap >> size != 0) revert SignerRegistryBitmap(signerBitmap, size);
        // Everything that costs little is checked before the first recovery.
        uint256 count = _bitCount(signerBitmap);
        if (count < threshold) revert SignerRegistryNoQuorum(count, threshold);
        uint256 expectedLength = count * SIGNATURE_BYTES;
        if (signatures.length != expectedLength) {
            revert SignerRegistrySignatureLength(signatures.length, expectedLength);
        }
        uint256 offset;
        for (uint256 index = 0; offset < expectedLength; ++index) {
            if ((signerBitmap >> index) & 1 == 0) continue;
            _requireSigner(index, set.signers[index], digest, signatures[offset:offset + SIGNATURE_BYTES]);
            offset += SIGNATURE_BYTES;
        }
    }

    /// @inheritdoc ISignerRegistry
    function currentSet() external view returns (uint32 version, address[] memory signers, uint8 threshold) {
        version = currentVersion;
        SignerSet storage set = _sets[version];
        signers = new address[](set.size);
        for (uint256 index = 0; index < signers.length; ++index) signers[index] = set.signers[index];
        threshold = set.threshold;
    }

    function _activate(address[] memory signers, uint8 threshold) private returns (uint32 version) {
        uint256 size = signers.length;
        if (size == 0 || size > MAX_SIGNERS) revert SignerRegistrySize(size, MAX_SIGNERS);
        uint256 least = size / 2 + 1;
        if (threshold < least || threshold > size) revert SignerRegistryThreshold(threshold, least, size);
        version = currentVersion + 1;
        SignerSet storage set = _sets[version];
        for (uint256 index = 0; index < size; ++index) {
            _requireNewSigner(signers, index);
            set.signers[index] = signers[index];
        }
        // Fits: size is at most MAX_SIGNERS.
        (set.size, set.live, set.threshold) = (uint8(size), uint8(size), threshold);
        currentVersion = version;
        previousExpiresAt = uint40(block.timestamp) + OVERLAP_SEC;
        emit SignerSetActivated(version, signers, threshold);
    }

    function _clear(SignerSet storage set, address signer) private returns (bool found) {
        for (uint256 index = 0; index < set.size; ++index) {
            if (set.signers[index] != signer) continue;
            set.signers[index] = address(0);
            set.live -= 1;
            return true;
        }
    }

    function _requireLive(uint32 version) private view {
        uint32 current = currentVersion;
        // Version 0 was never activated: its set is empty and reaches no quorum, but is refused by name here.
        bool overlaps = version != 0 && version + 1 == current && block.timestamp <= previousExpiresAt;
        if (version != current && !overlaps) {
            revert SignerRegistryInactiveVersion(version, current, previousExpiresAt);
        }
    }

    /// @dev A removed signer is the zero address, which no recovery returns without an error.
    function _requireSigner(uint256 index, address expected, bytes32 digest, bytes calldata signature) private pure {
        (bytes32 r, bytes32 vs) = (bytes32(signature[:32]), bytes32(signature[32:]));
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, r, vs);
        bool valid = failure == ECDSA.RecoverError.NoError && recovered == expected && expected != address(0);
        if (!valid) revert SignerRegistryInvalidSignature(index, expected, recovered);
    }

    function _requireNewSigner(address[] memory signers, uint256 index) private pure {
        address signer = signers[index];
        if (signer == address(0)) revert SignerRegistryZeroSigner(index);
        for (uint256 earlier = 0; earlier < index; ++earlier) {
            if (signers[earlier] == signer) revert SignerRegistryDuplicateSigner(signer);
        }
    }

    function _bitCount(uint256 bitmap) private pure returns (uint256 count) {
        for (; bitmap != 0; bitmap &= bitmap - 1) ++count;
    }
}
