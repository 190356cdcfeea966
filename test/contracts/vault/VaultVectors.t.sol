// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {VaultVectors} from "../../vectors/vault/VaultVectors.sol";
import {VectorCases} from "./VectorCases.sol";

/// @title The libraries answer as `oracle/rules` does, to the unit
contract VaultVectorsTest is Test {
    function test_MatchesTypeScript() external pure {
        bytes memory digests = VaultVectors.DIGESTS;
        assertEq(digests.length, VaultVectors.COUNT * 8, "length");
        for (uint256 i = 0; i < VaultVectors.COUNT; ++i) {
            bytes8 expected;
            assembly ("memory-safe") {
                expected := mload(add(add(digests, 32), mul(i, 8)))
            }
            // The raw word carries later digests behind the eight bytes that count.
            expected = bytes8(uint64(uint256(bytes32(expected)) >> 192));
            assertEq(VectorCases.digest(i), expected, vm.toString(i));
        }
    }
}
