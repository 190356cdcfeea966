// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {RiskClassWords} from "../../../contracts/libraries/RiskClassWords.sol";
import {RiskReading} from "../../../contracts/libraries/RiskReading.sol";
import {RiskState, RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {ParamStatus, RiskClass, RiskParams} from "../../../contracts/types/RiskTypes.sol";

/// @notice given words at the edge of what they mean / when they are read / the reading is on the side that the rules say.
/// @dev Every case was a mutant that random cases let pass, see docs/assurance.md.
contract ReadingEdgesTest is Test {
    uint256 private constant DAY = 1 days;
    uint256 private constant NOW = 20_000 * DAY + 10 hours;

    /// @dev A ramp from 1 500 to 2 000, tightened now: ten minutes of grace, thirty of ramp.
    function _state() private pure returns (RiskState memory state) {
        (state.rhoFrom, state.rhoTarget, state.rhoCap) = (1_500, 2_000, 4_000);
        (state.rhoAnchor, state.rhoPrior, state.pi) = (1_800, 1_900, 200);
        (state.observedAt, state.tightenedAt, state.loosenedAt) = (NOW, NOW, NOW - 2 hours);
        (state.validityMinutes, state.classId, state.epoch) = (60, 1, 1);
        (state.graceMinutes, state.rampMinutes) = (10, 30);
    }

    function _class() private pure returns (uint256 bounds, uint256 levels) {
        RiskClass memory class;
        (class.rhoFloorBps, class.rhoCeilingBps, class.windowSec) = (300, 9_000, uint32(DAY));
        (class.rhoDefaultBps, class.rhoInitialBps, class.piDefaultBps) = (3_000, 3_000, 1_000);
        return RiskClassWords.pack(class);
    }

    function test_AHaltedOracleKnowsNothingOfAnUnknownPosition() external pure {
        (uint256 bounds, uint256 levels) = _class();
        RiskParams memory none;
        assertEq(abi.encode(RiskReading.haltedParams(0, bounds, levels, 0, NOW)), abi.encode(none));
    }

    /// @dev Whatever stands in the lane of its validity: what was never scored has no end.
    function test_AnUnscoredWordIsValidUntilNever() external pure {
        (uint256 bounds, uint256 levels) = _class();
        RiskState memory state = _state();
        state.observedAt = 0;
        RiskParams memory params = RiskReading.effectiveParams(RiskWord.pack(state), bounds, levels, 0, NOW);
        assertEq(uint8(params.status), uint8(ParamStatus.UNSCORED));
        assertEq(params.validUntil, 0);
    }

    /// @dev At rest only if the ramp was over, the clocks' skew included, when the last report was made.
    function test_AWordIsAtRestFromTheLastReportOn() external pure {
        RiskState memory state = _state();
        state.observedAt = NOW + 40 minutes + 30;
        assertTrue(RiskReading.isAtRest(RiskWord.pack(state), state.observedAt));
        state.observedAt -= 1;
        assertFalse(RiskReading.isAtRest(RiskWord.pack(state), NOW + 50 minutes));
        state.observedAt = 0;
        assertTrue(RiskReading.isAtRest(RiskWord.pack(state), NOW));
    }

    /// @dev Without a rise nothing ramps, however short ago the word was tightened; with one only its end settles it.
    function test_AWordWithoutARiseIsSettledAtOnce() external pure {
        RiskState memory state = _state();
        assertFalse(RiskReading.isSettled(RiskWord.pack(state), NOW + 40 minutes - 1));
        assertTrue(RiskReading.isSettled(RiskWord.pack(state), NOW + 40 minutes));
        state.rhoFrom = 2_000;
        assertTrue(RiskReading.isSettled(RiskWord.pack(state), NOW));
    }

    function test_ARampBeginsWhereItsGraceEnds() external pure {
        RiskState memory state = _state();
        uint256 word = RiskWord.pack(state);
        assertEq(RiskReading.rampRho(word, NOW + 10 minutes - 1), 1_500);
        assertEq(RiskReading.rampRho(word, NOW + 10 minutes), 1_500);
        assertEq(RiskReading.rampRho(word, NOW + 10 minutes + 1), 1_501);
        state.rampMinutes = 0;
        word = RiskWord.pack(state);
        assertEq(RiskReading.rampRho(word, NOW + 10 minutes - 1), 1_500);
        assertEq(RiskReading.rampRho(word, NOW + 10 minutes), 2_000);
    }

    /// @dev No ramp leads down: a word that starts above its target stands at it, in its grace too.
    function test_ARampNeverFalls() external pure {
        RiskState memory state = _state();
        state.rhoFrom = 2_500;
        assertEq(RiskReading.rampRho(RiskWord.pack(state), NOW), 2_000);
    }

    /// @dev For a window's length after the tightening what was in force before it counts, and not a second longer.
    function test_WhatWasInForceCountsForAWindow() external pure {
        (uint256 bounds, ) = _class();
        uint256 word = RiskWord.pack(_state());
        assertEq(RiskReading.rhoBefore(word, bounds, NOW + DAY - 1), 1_500);
        assertEq(RiskReading.rhoBefore(word, bounds, NOW + DAY), 1_800);
    }
}
