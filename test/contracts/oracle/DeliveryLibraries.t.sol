// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {DeliveryRules} from "../../../contracts/libraries/DeliveryRules.sol";
import {DeliveryWord} from "../../../contracts/libraries/DeliveryWord.sol";
import {EffectGuard, EffectVerdict} from "../../../contracts/libraries/EffectGuard.sol";
import {PartWord} from "../../../contracts/libraries/PartWord.sol";
import {PositionLeaf} from "../../../contracts/libraries/PositionLeaf.sol";
import {DeliveryLimits, DeliveryState} from "../../../contracts/types/DeliveryTypes.sol";

/// @notice given the pure parts of delivery / when fields, counters and proofs take any value / nothing bleeds, wraps or
/// passes for something else.
contract DeliveryLibrariesTest is Test {
    uint256 private constant LANES = 13;
    uint256 private constant START = 1_700_000_000;

    /// @dev Widths in the order of {DeliveryState}, and their places from the lowest bit.
    function _lane(uint256 lane) private pure returns (uint256 width, uint256 shift) {
        uint256[LANES] memory widths = [uint256(64), 32, 12, 12, 2, 6, 32, 12, 16, 24, 16, 20, 8];
        uint256[LANES] memory shifts = [uint256(192), 160, 28, 16, 0, 2, 128, 40, 68, 104, 52, 84, 8];
        return (widths[lane], shifts[lane]);
    }

    function _withLane(DeliveryState memory state, uint256 lane, uint256 value) private pure {
        // Members of a memory struct are consecutive 32-byte words.
        assembly ("memory-safe") {
            mstore(add(state, mul(lane, 0x20)), value)
        }
    }

    function packExternal(DeliveryState memory state) external pure returns (uint256 word) {
        return DeliveryWord.pack(state);
    }

    function testFuzz_B10_DeliveryWord_LanesDoNotBleed(uint256 word, uint256 lane) public pure {
        DeliveryState memory state = DeliveryWord.unpack(word);
        assertEq(DeliveryWord.pack(state), word);
        (uint256 width, uint256 shift) = _lane(lane = bound(lane, 0, LANES - 1));
        uint256 full = (1 << width) - 1;
        _withLane(state, lane, full);
        assertEq(DeliveryWord.pack(state), word | (full << shift));
    }

    function testFuzz_B10_RevertWhen_DeliveryFieldIsWiderThanItsLane(uint256 word, uint256 lane) public {
        DeliveryState memory state = DeliveryWord.unpack(word);
        (uint256 width, ) = _lane(lane = bound(lane, 0, LANES - 1));
        _withLane(state, lane, 1 << width);
        vm.expectRevert(DeliveryWord.DeliveryWordOverflow.selector);
        this.packExternal(state);
    }

    function testFuzz_DeliveryWord_IsOrderlyInNormalAfterAReportThatWasApplied(uint256 word) public pure {
        DeliveryState memory state = DeliveryWord.unpack(word);
        (state.mode, state.reportTighteningBps) = (0, state.reportTighteningBps % DeliveryWord.MAX_REPORT_BPS);
        assertTrue(DeliveryWord.isOrderly(DeliveryWord.pack(state)));
        for (uint256 mode = 1; mode < 4; ++mode) {
            state.mode = mode;
            assertFalse(DeliveryWord.isOrderly(DeliveryWord.pack(state)));
        }
        state.mode = 0;
        EffectGuard.exhaustReport(state);
        assertFalse(DeliveryWord.isOrderly(DeliveryWord.pack(state)));
    }

    function _limits() private pure returns (DeliveryLimits memory limits) {
        (limits.reportTightened, limits.reportTighteningBps) = (10, 1_000);
        (limits.windowTightened, limits.windowTighteningBps) = (25, 2_500);
        limits.windowSec = 1 days;
    }

    function _judge(
        DeliveryState memory state,
        uint256 tightened,
        uint256 tighteningBps
    ) private pure returns (uint256 verdict) {
        (uint256 engineWord, uint256 verifierWord) = PartWord.withLimits(0, 0, _limits());
        return uint256(EffectGuard.judge(state, engineWord, verifierWord, tightened, tighteningBps));
    }

    function testFuzz_PartWord_KeepsAddressesAndLimitsApart(
        address engine,
        address verifier,
        DeliveryLimits memory limits
    ) public pure {
        (uint256 engineWord, uint256 verifierWord) = PartWord.withLimits(0, 0, limits);
        engineWord = PartWord.withPart(engineWord, engine);
        verifierWord = PartWord.withPart(verifierWord, verifier);
        limits.coolDownSec = 0;
        assertEq(abi.encode(PartWord.limitsOf(engineWord, verifierWord)), abi.encode(limits));
        (engineWord, verifierWord) = PartWord.withLimits(engineWord, verifierWord, _limits());
        assertEq(PartWord.partOf(engineWord), engine);
        assertEq(PartWord.partOf(verifierWord), verifier);
        assertEq(abi.encode(PartWord.limitsOf(engineWord, verifierWord)), abi.encode(_limits()));
    }

    function test_EffectGuard_CapsAreInclusiveAndOneMoreIsOver() public pure {
        DeliveryState memory state;
        assertEq(_judge(state, 10, 1_000), uint256(EffectVerdict.PASSES));
        assertEq(_judge(state, 11, 1_000), uint256(EffectVerdict.REPORT_CAP));
        assertEq(_judge(state, 10, 1_001), uint256(EffectVerdict.REPORT_CAP));
        (state.windowTightened, state.windowTighteningBps) = (20, 2_000);
        assertEq(_judge(state, 5, 500), uint256(EffectVerdict.PASSES));
        assertEq(_judge(state, 6, 500), uint256(EffectVerdict.WINDOW_CAP));
        assertEq(_judge(state, 5, 501), uint256(EffectVerdict.WINDOW_CAP));
    }

    function test_EffectGuard_ANarrowedWindowStopsNoLoosening() public pure {
        DeliveryState memory state;
        (state.windowTightened, state.windowTighteningBps) = (26, 2_600);
        assertEq(_judge(state, 0, 0), uint256(EffectVerdict.PASSES));
    }

    function test_EffectGuard_AnExhaustedReportLetsNothingPass() public pure {
        DeliveryState memory state;
        EffectGuard.exhaustReport(state);
        assertEq(_judge(state, 0, 0), uint256(EffectVerdict.REPORT_CAP));
        EffectGuard.count(state, type(uint32).max, type(uint32).max);
        assertEq(_judge(state, 0, 0), uint256(EffectVerdict.REPORT_CAP));
    }

    /// @dev Each counter adds up for itself and stops at the end of its lane, where the word still packs.
    function test_EffectGuard_CountersAddUpAndStop() public pure {
        DeliveryState memory state;
        for (uint256 time = 0; time < 2; ++time) EffectGuard.count(state, 3, 500);
        assertEq(DeliveryWord.pack(state), (1_000 << 104) | (1_000 << 84) | (6 << 68) | (6 << 52));
        EffectGuard.count(state, type(uint16).max - 6, type(uint24).max - 1_000);
        uint256 full = (uint256(type(uint24).max) << 104) | (((1 << 20) - 1) << 84) | (uint256(type(uint32).max) << 52);
        assertEq(DeliveryWord.pack(state), full);
        EffectGuard.count(state, 1, 1);
        assertEq(DeliveryWord.pack(state), full);
    }

    function testFuzz_EffectGuard_WindowSumsNeverPassTheCap(uint256 seed) public pure {
        DeliveryState memory state;
        DeliveryLimits memory limits = _limits();
        (uint256 engineWord, uint256 verifierWord) = PartWord.withLimits(0, 0, limits);
        (uint256 count, uint256 sum, uint256 index, uint256 nowSec) = (0, 0, 0, START);
        for (uint256 step = 0; step < 60; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            nowSec += seed % 5 hours;
            if (nowSec / 1 days != index) (count, sum, index) = (0, 0, nowSec / 1 days);
            (uint256 more, uint256 bps) = ((seed >> 32) % 12, (seed >> 64) % 1_200);
            EffectGuard.roll(state, verifierWord, nowSec);
            (state.reportTightened, state.reportTighteningBps) = (0, 0);
            EffectVerdict verdict = EffectGuard.judge(state, engineWord, verifierWord, more, bps);
            if (verdict != EffectVerdict.PASSES) continue;
            EffectGuard.count(state, more, bps);
            (count, sum) = (count + more, sum + bps);
            assertLe(count, limits.windowTightened);
            // Entries of no tightening have no rise either; the sum counts with at least one entry.
            if (more != 0) assertLe(sum, limits.windowTighteningBps);
        }
    }

    function test_DeliveryRules_EveryLimitMayLieAtItsEdge() public pure {
        DeliveryLimits memory limits;
        (limits.reportTightened, limits.reportTighteningBps) = (type(uint16).max - 1, (1 << 20) - 2);
        (limits.windowTightened, limits.windowTighteningBps) = (type(uint16).max - 1, type(uint24).max - 1);
        (limits.windowSec, limits.coolDownSec) = (30 days, 30 days);
        (limits.heldSec, limits.rootValiditySec) = (30 days, 30 days);
        assertTrue(DeliveryRules.areValid(limits));
        limits.windowSec = 1 hours;
        assertTrue(DeliveryRules.areValid(limits));
        assertTrue(DeliveryRules.areNarrower(limits, limits));
    }

    function rootExternal(uint256 epoch, uint256 packed, bytes32[] calldata proof) external pure returns (bytes32) {
        return PositionLeaf.rootOf(epoch, packed, proof);
    }

    function testFuzz_P5_RootDependsOnEpochEntryAndEverySibling(
        uint64 epoch,
        uint128 packed,
        bytes32[3] memory siblings,
        uint256 which
    ) public view {
        bytes32[] memory proof = new bytes32[](3);
        for (uint256 index = 0; index < 3; ++index) proof[index] = siblings[index];
        bytes32 root = this.rootExternal(epoch, packed, proof);
        assertTrue(this.rootExternal(uint256(epoch) ^ 1, packed, proof) != root);
        assertTrue(this.rootExternal(epoch, uint256(packed) ^ (1 << (which % 128)), proof) != root);
        proof[which % 3] = ~proof[which % 3];
        assertTrue(this.rootExternal(epoch, packed, proof) != root);
        assertTrue(this.rootExternal(epoch, packed, new bytes32[](0)) != root);
        assertTrue(this.rootExternal(epoch, packed, new bytes32[](2)) != root);
        assertTrue(this.rootExternal(epoch, packed, new bytes32[](4)) != root);
    }

    function testFuzz_P5_AnInnerNodeIsNoLeaf(uint64 epoch, uint128 packed, uint128 other) public view {
        bytes32 leaf = PositionLeaf.hash(epoch, packed);
        bytes32 inner = keccak256(abi.encode(PositionLeaf.LEAF_TYPEHASH, uint256(epoch), uint256(packed)));
        assertEq(leaf, keccak256(abi.encode(inner)));
        // The preimage of a leaf is 32 bytes, that of a node 64: no two children make the leaf's own hash.
        assertTrue(MerkleProof.processProof(new bytes32[](0), leaf) == leaf);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = PositionLeaf.hash(epoch, other);
        assertTrue(this.rootExternal(epoch, packed, proof) != leaf);
    }
}
