// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {IRuleEngine} from "../../../contracts/interfaces/IRuleEngine.sol";
import {EngineBatch, EngineBatches} from "../../../contracts/oracle/EngineBatch.sol";

/// @notice Answers with the hash of its call and behind it what it was told to; with that alone when it is no more than heads.
contract EngineDouble {
    bytes public tail;

    function answer(bytes calldata tail_) external {
        tail = tail_;
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        return tail.length > 0x80 ? bytes.concat(keccak256(input), tail) : tail;
    }
}

/// @notice given a batch of two words in two classes, as many as fit / when it is sent and answered / its call is exact, it
/// touches no memory but its own, and an answer is taken at its whole length only.
contract EngineBatchEdgesTest is Test {
    uint256 private constant OBSERVED_AT = 1_234;
    /// @dev All bits set: whatever writes there shows.
    uint256 private constant GUARD = type(uint256).max;

    EngineDouble private _engine;

    function setUp() external {
        _engine = new EngineDouble();
    }

    function _filled() private pure returns (EngineBatch memory batch) {
        uint256[1] memory before = [GUARD];
        EngineBatches.open(batch, 2);
        uint256[1] memory behind = [GUARD];
        EngineBatches.put(batch, 0, GUARD - 1, 81, 61);
        EngineBatches.put(batch, 1, GUARD - 2, 82, 62);
        for (uint256 classId = 0; classId < 64; classId += 63) {
            assertEq(EngineBatches.entryFor(batch, classId), 0);
            uint256 entry = EngineBatches.addClass(batch, classId, GUARD - classId);
            assertEq(EngineBatches.entryFor(batch, classId), entry);
            assertTrue(EngineBatches.isOf(entry, classId) && !EngineBatches.isOf(entry, classId ^ 32));
            uint256 place = EngineBatches.placeIn(entry);
            assertEq(EngineBatches.levelsAt(batch, place), 0);
            EngineBatches.setLevels(batch, place, GUARD - 100 - classId);
            assertEq(EngineBatches.levelsAt(batch, place), GUARD - 100 - classId);
        }
        assertEq(before[0] & behind[0], GUARD);
    }

    /// @dev Heads, then the words 5 and 6 and the outcomes 7 and 8, in either order, without padding.
    function _answer(bool wordsLast) private pure returns (bytes memory tail) {
        bytes memory words = abi.encode(uint256(2), uint256(5), uint256(6));
        bytes memory outcomes = abi.encodePacked(uint256(2), uint8(7), uint8(8));
        if (wordsLast) return bytes.concat(abi.encode(uint256(9), uint256(0xa2), uint256(0x80)), outcomes, words);
        return bytes.concat(abi.encode(uint256(9), uint256(0x80), uint256(0xe0)), words, outcomes);
    }

    function askExternal(uint256 count, bytes calldata tail) external {
        EngineBatch memory batch;
        EngineBatches.open(batch, count);
        _engine.answer(tail);
        EngineBatches.ask(batch, address(_engine), OBSERVED_AT);
    }

    function _refused(uint256 count, bytes memory tail) private {
        vm.expectRevert(IRiskOracleLog.RiskOracleEngineAnswer.selector);
        this.askExternal(count, tail);
    }

    function _cut(bytes memory whole) private pure returns (bytes memory part) {
        part = bytes.concat(whole);
        assembly ("memory-safe") {
            mstore(part, sub(mload(part), 1))
        }
    }

    function test_RevertWhen_TheAnswerHasNotItsShape() external {
        bytes memory words = abi.encode(uint256(2), uint256(5), uint256(6));
        bytes memory few = abi.encode(uint256(1), uint256(5), uint256(6));
        bytes memory outcomes = abi.encodePacked(uint256(2), uint16(0x0708));
        bytes memory heads = abi.encode(uint256(9), uint256(0x80), uint256(0xe0));
        _refused(2, bytes.concat(heads, few, outcomes));
        _refused(2, bytes.concat(heads, words, abi.encodePacked(uint256(3), uint16(0x0708))));
        // Heads that point behind the answer, as far as they can.
        _refused(2, bytes.concat(abi.encode(uint256(9), GUARD, uint256(0xe0)), words, outcomes));
        _refused(2, bytes.concat(abi.encode(uint256(9), uint256(0x80), GUARD), words, outcomes));
        // One byte short, of the words, of the outcomes, of the heads.
        _refused(2, _cut(_answer(true)));
        _refused(2, _cut(_answer(false)));
        _refused(0, new bytes(0x7f));
        this.askExternal(0, new bytes(0x80));
    }

    function test_TheCallIsExactAndTheAnswerIsTaken() external {
        bytes memory call = abi.encodePacked(
            abi.encodeWithSelector(IRuleEngine.applyEntries.selector, OBSERVED_AT, block.timestamp, 2, 0x80),
            abi.encode(uint256(0x100), uint256(81), uint256(61), uint256(82), uint256(62)),
            abi.encode(GUARD, GUARD - 100, GUARD - 63, GUARD - 163)
        );
        for (uint256 order = 0; order < 2; ++order) {
            _engine.answer(_answer(order == 1));
            EngineBatch memory batch = _filled();
            EngineBatches.ask(batch, address(_engine), OBSERVED_AT);
            uint256[1] memory behind = [GUARD];
            assertEq(bytes32(batch.tightened), keccak256(call));
            assertEq(batch.tightenedBps, 9);
            for (uint256 index = 0; index < 2; ++index) {
                (uint256 slot, uint256 oldWord, uint256 word) = EngineBatches.changeAt(batch, index);
                assertEq(abi.encode(slot, oldWord, word), abi.encode(GUARD - 1 - index, 81 + index, 5 + index));
                assertEq(EngineBatches.valuesAt(batch, index), 61 + index);
                assertEq(EngineBatches.outcomeAt(batch, index), 7 + index);
            }
            assertEq(behind[0], GUARD);
        }
    }
}
