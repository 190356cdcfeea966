// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PositionLeaf} from "../../../contracts/libraries/PositionLeaf.sol";
import {RootHeader} from "../../../contracts/types/DeliveryTypes.sol";

/// @notice given a root and its header / when the word is made that the oracle keeps / every bit of the header is bound.
contract LeafEdgesTest is Test {
    /// @dev The layout written out field by field: epoch 64 · observedAt 40 · expiresAt 40 · place 8, right-aligned.
    function testFuzz_TheCommitmentBindsEveryField(
        bytes32 root,
        uint64 epoch,
        uint40 observedAt,
        uint40 expiresAt,
        uint8 place
    ) external pure {
        bytes32 expected = keccak256(abi.encodePacked(root, bytes13(0), epoch, observedAt, expiresAt, place));
        assertEq(PositionLeaf.commitment(root, RootHeader(epoch, observedAt, expiresAt, place)), expected);
    }
}
