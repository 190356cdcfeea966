// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {PositionLeaf} from "../../../contracts/libraries/PositionLeaf.sol";

/// @title Builds the trees that operators build off chain
library PositionTree {
    /// @notice Root over the packed entries, and siblings of entry `index` from the leaf upwards.
    function build(
        uint256 epoch,
        bytes calldata entries,
        uint256 index
    ) internal pure returns (bytes32 root, bytes32[] memory proof) {
        uint256 count = entries.length / ReportCodec.ENTRY_BYTES;
        bytes32[] memory level = new bytes32[](count);
        for (uint256 leaf = 0; leaf < count; ++leaf) {
            level[leaf] = PositionLeaf.hash(epoch, ReportCodec.packedAt(entries, leaf));
        }
        bytes32[] memory siblings = new bytes32[](32);
        uint256 depth;
        for (; count > 1; count = (count + 1) / 2) {
            uint256 sibling = index ^ 1;
            if (sibling < count) siblings[depth++] = level[sibling];
            for (uint256 at = 0; at < count; at += 2) {
                bool paired = at + 1 < count;
                level[at / 2] = paired ? Hashes.commutativeKeccak256(level[at], level[at + 1]) : level[at];
            }
            index /= 2;
        }
        proof = new bytes32[](depth);
        for (uint256 at = 0; at < depth; ++at) proof[at] = siblings[at];
        return (level[0], proof);
    }
}
