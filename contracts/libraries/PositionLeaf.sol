// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {RootHeader} from "../types/DeliveryTypes.sol";

/// @title Leaves of a report's Merkle tree over all positions
/// @notice Leaf: keccak256(keccak256(abi.encode(LEAF_TYPEHASH, epoch, packed entry))). The outer hash covers 32 bytes, an inner
/// node covers 64: neither can stand for the other. Nodes hash their children in ascending order; a last node without a
/// sibling moves up unchanged. Mirrored in `oracle/chain/position-tree.ts`.
library PositionLeaf {
    /// @notice Keeps leaves apart from every other hash of the project.
    bytes32 internal constant LEAF_TYPEHASH = keccak256("PlimsollPosition(uint64 epoch,uint128 packedEntry)");

    /// @notice Leaf of a packed entry (lowest 128 bits, as in a pushed report) in the tree of report `epoch`.
    function hash(uint256 epoch, uint256 packed) internal pure returns (bytes32 leaf) {
        bytes32 typehash = LEAF_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typehash)
            mstore(add(free, 0x20), epoch)
            mstore(add(free, 0x40), packed)
            mstore(0x00, keccak256(free, 0x60))
            leaf := keccak256(0x00, 0x20)
        }
    }

    /// @notice Root that an entry and its proof lead to.
    function rootOf(uint256 epoch, uint256 packed, bytes32[] calldata proof) internal pure returns (bytes32 root) {
        return MerkleProof.processProofCalldata(proof, hash(epoch, packed));
    }

    /// @notice What the oracle stores of a published root: one word that binds root and header.
    function commitment(bytes32 root, RootHeader memory header) internal pure returns (bytes32 committed) {
        uint256 packed = (uint256(header.epoch) << 88) | (uint256(header.observedAt) << 48);
        packed |= (uint256(header.expiresAt) << 8) | header.place;
        return Hashes.efficientKeccak256(root, bytes32(packed));
    }
}
