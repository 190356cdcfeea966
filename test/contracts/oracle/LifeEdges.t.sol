// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {RiskClassWords} from "../../../contracts/libraries/RiskClassWords.sol";
import {RiskLife} from "../../../contracts/libraries/RiskLife.sol";
import {RiskState, RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {RiskClass} from "../../../contracts/types/RiskTypes.sol";

/// @notice given words with a value of its own in every lane / when they are copied, merged or moved / every lane of the
/// result is the one that the rules name.
/// @dev Every case was a mutant that the scenarios let pass, see docs/assurance.md.
contract LifeEdgesTest is Test {
    uint256 private constant DAY = 1 days;
    uint256 private constant NOW = 20_000 * DAY + 10 hours;

    /// @dev Half-way up a ramp from 2 000 to 3 000, fresh, last changed in this window.
    function _state() private pure returns (RiskState memory state) {
        (state.rhoFrom, state.rhoTarget, state.rhoCap) = (2_000, 3_000, 3_500);
        (state.rhoAnchor, state.rhoPrior, state.pi, state.score) = (1_900, 1_800, 700, 250);
        (state.observedAt, state.tightenedAt, state.loosenedAt) = (NOW - 60, NOW - 25 minutes, NOW - 2 hours);
        (state.validityMinutes, state.classId, state.epoch) = (60, 1, 7);
        (state.graceMinutes, state.rampMinutes) = (10, 30);
    }

    /// @dev What `RiskLife` reads of a class: a window of a day, δ 500, grace and ramp 20 and 40 minutes.
    function _bounds(uint16 floor, uint16 maxAboveOpen) private pure returns (uint256 bounds) {
        RiskClass memory class;
        (class.rhoFloorBps, class.deltaBps, class.maxAboveOpenBps) = (floor, 500, maxAboveOpen);
        (class.windowSec, class.graceMinutes, class.rampMinutes) = (uint32(DAY), 20, 40);
        (bounds, ) = RiskClassWords.pack(class);
    }

    function _moved(RiskState memory state, uint16 floor) private pure returns (RiskState memory moved) {
        uint256 word = RiskLife.reclassedWord(RiskWord.pack(state), _bounds(300, 0), 0, _bounds(floor, 0), 9, NOW);
        return RiskWord.unpack(word);
    }

    function _requireSame(RiskState memory actual, RiskState memory expected) private pure {
        assertEq(abi.encode(actual), abi.encode(expected));
    }

    function test_ACopyDiffersInItsEpochOnly() external pure {
        RiskState memory state = _state();
        uint256 word = RiskWord.pack(state);
        state.epoch = 1;
        assertEq(RiskLife.copiedWord(word), RiskWord.pack(state));
    }

    /// @dev The stricter word stands at its target, under the higher cap of the two, in the next epoch of the word that stays.
    function test_AMergerTakesEachLaneFromItsWord() external pure {
        RiskState memory from = _state();
        RiskState memory into = _state();
        (into.rhoTarget, into.rhoCap, into.pi, into.epoch) = (2_500, 4_200, 100, 3);
        uint256[2] memory words = [RiskWord.pack(from), RiskWord.pack(into)];
        RiskState memory expected = _state();
        (expected.rhoFrom, expected.rhoCap, expected.epoch) = (3_000, 4_200, 4);
        (uint256 merged, uint16 epoch) = RiskLife.mergedWord(words[0], words[1], _bounds(300, 1_000));
        _requireSame(RiskWord.unpack(merged), expected);
        assertEq(epoch, 4);
        expected.epoch = 8;
        (merged, epoch) = RiskLife.mergedWord(words[1], words[0], _bounds(300, 1_000));
        _requireSame(RiskWord.unpack(merged), expected);
        assertEq(epoch, 8);
        expected.rhoCap = 4_300;
        (merged, ) = RiskLife.mergedWord(words[1], words[0], _bounds(300, 1_300));
        _requireSame(RiskWord.unpack(merged), expected);
    }

    function test_OfEqualTargetsTheSecondWordStays() external pure {
        RiskState memory other = _state();
        other.pi = 100;
        uint256[2] memory words = [RiskWord.pack(_state()), RiskWord.pack(other)];
        assertEq(RiskLife.stricterOf(words[0], words[1]), words[1]);
        assertEq(RiskLife.stricterOf(words[1], words[0]), words[0]);
    }

    /// @dev At 2 500 in force, half-way: the new ramp starts there, now, with the new class's times.
    function test_AHigherFloorStartsARampOfTheNewClass() external pure {
        RiskState memory expected = _state();
        (expected.rhoFrom, expected.rhoTarget, expected.classId) = (2_500, 3_001, 9);
        (expected.tightenedAt, expected.graceMinutes, expected.rampMinutes) = (NOW, 20, 40);
        _requireSame(_moved(_state(), 3_001), expected);
        // Last changed in the window before: the anchors are those of this window.
        RiskState memory state = _state();
        (state.tightenedAt, state.loosenedAt) = (NOW - DAY, NOW - DAY);
        (expected.rhoFrom, expected.loosenedAt) = (3_000, NOW - DAY);
        (expected.rhoAnchor, expected.rhoPrior) = (3_000, 1_900);
        _requireSame(_moved(state, 3_001), expected);
    }

    function test_AFloorAtTheTargetOrAnUnscoredWordStartsNone() external pure {
        RiskState memory state = _state();
        state.classId = 9;
        _requireSame(_moved(_state(), 3_000), state);
        (state.observedAt, state.classId) = (0, 1);
        RiskState memory moved = _moved(state, 4_000);
        state.classId = 9;
        _requireSame(moved, state);
    }

    /// @dev π + δ ≤ ρ at the target of the new class.
    function test_APenaltyFallsUnderTheLinkedRule() external pure {
        RiskState memory state = _state();
        state.pi = 2_700;
        assertEq(_moved(state, 300).pi, 2_500);
        assertEq(_moved(state, 3_100).pi, 2_600);
        state.pi = 2_500;
        assertEq(_moved(state, 300).pi, 2_500);
        (state.rhoFrom, state.rhoTarget, state.pi) = (400, 400, 300);
        assertEq(_moved(state, 300).pi, 0);
    }
}
