// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PositionLeaf} from "../../../contracts/libraries/PositionLeaf.sol";
import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {TreeVectors} from "../../vectors/positions/TreeVectors.sol";
import {PositionTree} from "./PositionTree.sol";

/// @title Leaves, trees and proofs are those of `oracle/chain/position-tree.ts`
contract TreeVectorsTest is Test {
    function _entries(uint256 size) private pure returns (bytes memory entries) {
        for (uint256 index = 0; index < size; ++index) {
            entries = abi.encodePacked(
                entries,
                uint16(index / 10),
                uint48(3 * index + 1),
                uint16(index + 1),
                uint16(300 + 7 * index),
                uint16(50 + index),
                uint16(10 * index)
            );
        }
    }

    function build(
        uint256 epoch,
        bytes calldata entries,
        uint256 index
    ) external pure returns (bytes32, bytes32[] memory) {
        return PositionTree.build(epoch, entries, index);
    }

    function rootOf(
        uint256 epoch,
        bytes calldata entries,
        uint256 index,
        bytes32[] calldata proof
    ) external pure returns (bytes32 root) {
        return PositionLeaf.rootOf(epoch, ReportCodec.packedAt(entries, index), proof);
    }

    function test_MatchesTypeScript() public view {
        bytes memory roots = TreeVectors.ROOTS;
        assertEq(roots.length, TreeVectors.COUNT * 32);
        for (uint256 size = 1; size <= TreeVectors.COUNT; ++size) {
            bytes32 expected;
            assembly ("memory-safe") {
                expected := mload(add(roots, mul(size, 32)))
            }
            uint256 epoch = TreeVectors.EPOCH + size;
            bytes memory entries = _entries(size);
            for (uint256 index = 0; index < size; index += 1 + size / 5) {
                (bytes32 root, bytes32[] memory proof) = this.build(epoch, entries, index);
                assertEq(root, expected, vm.toString(size));
                assertEq(this.rootOf(epoch, entries, index, proof), expected, vm.toString(index));
            }
        }
    }
}
