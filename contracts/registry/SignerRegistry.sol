// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {ISignerRegistry} from "../interfaces/ISignerRegistry.sol";

/// @title Versioned sets of report signers
/// @notice At most two sets are live: the current one and, for the overlap, the one before it.
contract SignerRegistry is ISignerRegistry, AccessManaged {
    /// @notice Largest set; beyond about 15 signers an aggregated scheme would be cheaper.
    uint256 public constant MAX_SIGNERS = 32;
    /// @notice Bytes of one compact signature (r, vs), ERC-2098.
    uint256 public constant SIGNATURE_BYTES = 64;

    /// @dev All that a quorum depends on is one word and the code of `keys`: addresses in code cost one access for all of
    /// them, in storage one each. Bit i of `removed` is signer i.
    struct SignerSet {
        address keys;
        uint8 size;
        uint8 threshold;
        uint32 removed;
        uint40 expiresAt;
    }

    /// @notice How long the set before the current one stays valid after a rotation, seconds.
    uint40 public immutable OVERLAP_SEC;

    /// @inheritdoc IReportVerifier
    uint32 public currentVersion;

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
        bool wasCurrent = _remove(current, signer);
        uint256 live = current.size - _bitCount(current.removed);
        if (live < current.threshold) revert SignerRegistryBelowThreshold(live, current.threshold);
        // The set before may fall below its threshold: then it can no longer reach a quorum, which is safe. Sets older than
        // that are dead for ever.
        bool wasPrevious = _remove(_sets[currentVersion - 1], signer);
        if (!wasCurrent && !wasPrevious) revert SignerRegistryUnknownSigner(signer);
        emit SignerRemoved(signer);
    }

    /// @inheritdoc IReportVerifier
    function verifyQuorum(
        uint32 version,
        bytes32 digest,
        uint256 signerBitmap,
        bytes calldata signatures
    ) external view {
        SignerSet memory set = _sets[version];
        // A version that was never activated, or ended, expired at 0.
        if (block.timestamp > set.expiresAt) {
            revert SignerRegistryInactiveVersion(version, currentVersion, previousExpiresAt());
        }
        if (signerBitmap >> set.size != 0) revert SignerRegistryBitmap(signerBitmap, set.size);
        // Everything that costs little is checked before the first recovery.
        uint256 count = _bitCount(signerBitmap);
        if (count < set.threshold) revert SignerRegistryNoQuorum(count, set.threshold);
        uint256 expectedLength = count * SIGNATURE_BYTES;
        if (signatures.length != expectedLength) {
            revert SignerRegistrySignatureLength(signatures.length, expectedLength);
        }
        _requireSigners(_loadKeys(set), signerBitmap, digest, signatures);
    }

    /// @inheritdoc ISignerRegistry
    function currentSet() external view returns (uint32 version, address[] memory signers, uint8 threshold) {
        version = currentVersion;
        SignerSet memory set = _sets[version];
        (signers, threshold) = (_signersOf(set), set.threshold);
    }

    /// @notice Last second of the set before the current one; 0 while there is none.
    function previousExpiresAt() public view returns (uint40 time) {
        return currentVersion < 2 ? 0 : _sets[currentVersion - 1].expiresAt;
    }

    function _activate(address[] memory signers, uint8 threshold) private returns (uint32 version) {
        uint256 size = signers.length;
        if (size == 0 || size > MAX_SIGNERS) revert SignerRegistrySize(size, MAX_SIGNERS);
        uint256 least = size / 2 + 1;
        if (threshold < least || threshold > size) revert SignerRegistryThreshold(threshold, least, size);
        version = currentVersion + 1;
        for (uint256 index = 0; index < size; ++index) _requireNewSigner(signers, index);
        // Fits: size is at most MAX_SIGNERS.
        _sets[version] = SignerSet(_writeKeys(signers), uint8(size), threshold, 0, type(uint40).max);
        _endSetsBefore(version);
        currentVersion = version;
        emit SignerSetActivated(version, signers, threshold);
    }

    function _remove(SignerSet storage set, address signer) private returns (bool found) {
        address[] memory signers = _signersOf(set);
        for (uint256 index = 0; index < signers.length; ++index) {
            if (signers[index] != signer) continue;
            // Fits: sets have at most 32 signers.
            set.removed |= uint32(1 << index);
            return true;
        }
    }

    /// @dev Creates a contract whose code is a stop instruction, so that nobody can call it, and the addresses as words.
    function _writeKeys(address[] memory signers) private returns (address keys) {
        uint256 length = signers.length * 32 + 1;
        // Returns the rest of itself: push length, dup, push 10, zero, codecopy, zero, return; then the stop.
        bytes memory creation = abi.encodePacked(hex"61", uint16(length), hex"80600a3d393df300", signers);
        assembly ("memory-safe") {
            keys := create(0, add(creation, 0x20), mload(creation))
        }
        if (keys == address(0)) revert SignerRegistryKeys();
    }

    /// @dev Signers in bitmap order, zero where removed.
    function _signersOf(SignerSet memory set) private view returns (address[] memory signers) {
        uint256 keys = _loadKeys(set);
        signers = new address[](set.size);
        for (uint256 index = 0; index < signers.length; ++index) signers[index] = _keyAt(keys, index);
    }

    /// @dev Pointer to the addresses of a set, one a word, zero where removed.
    function _loadKeys(SignerSet memory set) private view returns (uint256 pointer) {
        (uint256 size, address keys, uint256 removed) = (set.size, set.keys, set.removed);
        assembly ("memory-safe") {
            pointer := mload(0x40)
            extcodecopy(keys, pointer, 1, shl(5, size))
            mstore(0x40, add(pointer, shl(5, size)))
        }
        for (uint256 index = 0; removed != 0; (++index, removed >>= 1)) {
            uint256 place = pointer + index * 32;
            if (removed & 1 == 0) continue;
            assembly ("memory-safe") {
                mstore(place, 0)
            }
        }
    }

    function _keyAt(uint256 keys, uint256 index) private pure returns (address key) {
        assembly ("memory-safe") {
            key := mload(add(keys, shl(5, index)))
        }
    }

    /// @dev The set before `version` lives on for the overlap, the one before that ends. Nothing precedes version 1.
    function _endSetsBefore(uint32 version) private {
        if (version < 2) return;
        _sets[version - 1].expiresAt = uint40(block.timestamp) + OVERLAP_SEC;
        if (version > 2) _sets[version - 2].expiresAt = 0;
    }

    /// @dev No bit lies beyond the set's size, and there are as many signatures as bits: the caller has checked both.
    function _requireSigners(uint256 keys, uint256 bitmap, bytes32 digest, bytes calldata signatures) private pure {
        uint256 signature;
        assembly ("memory-safe") {
            signature := signatures.offset
        }
        unchecked {
            for (uint256 index = 0; bitmap != 0; (++index, bitmap >>= 1)) {
                if (bitmap & 1 == 0) continue;
                _requireSigner(index, _keyAt(keys, index), digest, signature);
                signature += SIGNATURE_BYTES;
            }
        }
    }

    /// @dev A removed signer is the zero address, which no recovery returns without an error.
    function _requireSigner(uint256 index, address expected, bytes32 digest, uint256 signature) private pure {
        bytes32 r;
        bytes32 vs;
        assembly ("memory-safe") {
            r := calldataload(signature)
            vs := calldataload(add(signature, 0x20))
        }
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
        unchecked {
            for (; bitmap != 0; bitmap &= bitmap - 1) ++count;
        }
    }
}
