// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {RiskClassWords} from "../../../contracts/libraries/RiskClassWords.sol";
import {RiskReading} from "../../../contracts/libraries/RiskReading.sol";
import {RiskRules} from "../../../contracts/libraries/RiskRules.sol";
import {RiskState, RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {EntryOutcome} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given a word / when entries of any values arrive at any times / the value obeys bounds, lanes, drift and ramps.
contract RiskRulesTest is OracleFixture {
    uint256 private constant STEPS = 48;

    uint256[] private _times;
    uint256[] private _rhos;

    function _apply(uint256 word, uint256 rho, uint256 pi, uint256 nowSec) private pure returns (uint256, uint256) {
        uint256 values = ReportCodec.packValues(RiskWord.epochOf(word), rho, pi, 200);
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(_class());
        return RiskRules.applyEntry(word, bounds, levels, values, nowSec, nowSec);
    }

    function _firstWord(uint256 rho) private pure returns (uint256 word) {
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(_class());
        (word, ) = _apply(RiskRules.initialWord(CLASS_ID, bounds, levels), rho, 200, START);
    }

    function _standing(uint256 word, uint256 nowSec) private pure returns (uint256 rho) {
        (, uint256 levels) = RiskClassWords.pack(_class());
        return RiskReading.standingRho(word, levels, nowSec);
    }

    function testFuzz_RiskWord_LanesDoNotBleed(uint256 word, uint256 lane) public pure {
        assertEq(RiskWord.pack(RiskWord.unpack(word)), word);
        uint256[15] memory widths = [uint256(14), 14, 14, 14, 14, 14, 10, 32, 32, 32, 18, 12, 16, 10, 10];
        lane = bound(lane, 0, 14);
        RiskState memory state = RiskWord.unpack(word);
        // Members of a memory struct are consecutive 32-byte words.
        uint256 full = (1 << widths[lane]) - 1;
        assembly ("memory-safe") {
            mstore(add(state, mul(lane, 0x20)), full)
        }
        uint256 shift;
        for (uint256 later = lane + 1; later < 15; ++later) shift += widths[later];
        assertEq(RiskWord.pack(state), word | (full << shift));
    }

    function packExternal(RiskState memory state) external pure returns (uint256 word) {
        return RiskWord.pack(state);
    }

    function testFuzz_RevertWhen_FieldIsWiderThanItsLane(uint256 word, uint256 lane) public {
        uint256[15] memory widths = [uint256(14), 14, 14, 14, 14, 14, 10, 32, 32, 32, 18, 12, 16, 10, 10];
        lane = bound(lane, 0, 14);
        RiskState memory state = RiskWord.unpack(word);
        uint256 excess = 1 << widths[lane];
        assembly ("memory-safe") {
            mstore(add(state, mul(lane, 0x20)), excess)
        }
        vm.expectRevert(RiskWord.RiskWordOverflow.selector);
        this.packExternal(state);
    }

    /// @dev The claim of the header of {RiskRules}, checked from recorded values alone: seen from any instant t1, no report of
    /// the next W seconds puts the value more than the drift away from the value at the start of the window of t1.
    function testFuzz_B3_Drift_HoldsForEveryInstantAndAcrossWindows(uint256 seed) public {
        uint256 nowSec = START;
        uint256 word = _firstWord(3_000);
        _record(nowSec, word);
        for (uint256 step = 0; step < STEPS; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Fresh throughout: silence has its own rule.
            nowSec += 60 + (seed % 3_500);
            uint256 old = RiskWord.unpack(word).rhoTarget;
            uint256 rho =
                (seed >> 32) % 3 == 0
                    ? old + 300
                    : (seed >> 40) % 2 == 0
                        ? old + ((seed >> 48) % 301)
                        : old - 150;
            (word, ) = _apply(word, rho, 200, nowSec);
            (word, ) = _apply(word, RiskWord.unpack(word).rhoTarget, 200, nowSec + 1);
            _record(nowSec, word);
        }
        _checkDrift();
    }

    function _record(uint256 nowSec, uint256 word) private {
        uint256 rho = RiskWord.unpack(word).rhoTarget;
        assertTrue(rho >= 300 && rho <= 9_000);
        _times.push(nowSec);
        _rhos.push(rho);
    }

    /// @dev It is enough to look back from each value to the start of its own window and of the one before.
    function _checkDrift() private view {
        for (uint256 index = 0; index < _times.length; ++index) {
            uint256 windowStart = _times[index] - (_times[index] % 1 days);
            uint256[2] memory anchors = [_valueAt(windowStart), _valueAt(windowStart - 1 days)];
            for (uint256 which = 0; which < 2; ++which) {
                assertLe(_rhos[index], anchors[which] + 2_000);
                assertGe(_rhos[index] + 800, anchors[which]);
            }
        }
    }

    /// @dev Value in force just before the window began; the first score where it is younger.
    function _valueAt(uint256 atSec) private view returns (uint256 rho) {
        rho = _rhos[0];
        for (uint256 index = 0; index < _times.length && _times[index] < atSec; ++index) rho = _rhos[index];
    }

    function testFuzz_B12_Ramp_RetargetNeverJumpsNorFallsBehind(
        uint256 first,
        uint256 second,
        uint256 gap
    ) public pure {
        uint256 start = START + 300;
        (uint256 word, uint256 outcome) = _apply(_firstWord(2_000), 2_001 + (first % 300), 200, start);
        assertEq(outcome, uint256(EntryOutcome.APPLIED_TIGHTENED));
        uint256 nowSec = start + bound(gap, 300, 3_000);
        uint256 target = RiskWord.unpack(word).rhoTarget;
        (uint256 later, uint256 again) = _apply(word, target + 1 + (second % 300), 200, nowSec);
        assertEq(again, uint256(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_standing(later, nowSec), _standing(word, nowSec), "jump");
        for (uint256 at = nowSec; at <= nowSec + 40 minutes && at < START + 1 hours; at += 100) {
            // Grace and ramp each round up to a minute, ρ to a basis point.
            assertGe(_standing(later, at + 2 minutes) + 1, _standing(word, at), "behind");
        }
        assertEq(_standing(later, nowSec + 40 minutes), RiskWord.unpack(later).rhoTarget, "late");
    }

    function test_Ramp_SmallTighteningsDoNotPostponeIt() public pure {
        uint256 word = _firstWord(2_000);
        uint256 nowSec = START;
        for (uint256 step = 0; step < 12; ++step) {
            nowSec += 300;
            (word, ) = _apply(word, step == 0 ? 2_300 : 2_300 + step, 200, nowSec);
        }
        assertGe(_standing(word, nowSec), 2_300);
    }

    function testFuzz_B4_Loosening_NeverDelaysATightening(uint256 drop, uint256 wait) public pure {
        uint256 word = _firstWord(2_000);
        uint256 nowSec = START + 1 hours - 1;
        (uint256 fresh, ) = _apply(word, 2_000, 200, nowSec);
        (uint256 loosened, uint256 outcome) = _apply(fresh, 2_000 - 1 - (drop % 150), 200, nowSec + 1);
        assertEq(outcome, uint256(EntryOutcome.APPLIED_LOOSENED));
        assertLt(_standing(loosened, nowSec + 1), 2_000);
        uint256 soon = nowSec + 2 + (wait % 60);
        (, outcome) = _apply(loosened, RiskWord.unpack(loosened).rhoTarget + 300, 200, soon);
        assertEq(outcome, uint256(EntryOutcome.APPLIED_TIGHTENED));
    }

    function test_B4_Refresh_ConsumesNothing() public pure {
        uint256 word = _firstWord(2_000);
        (uint256 refreshed, uint256 outcome) = _apply(word, 2_000, 200, START + 299);
        assertEq(outcome, uint256(EntryOutcome.REFRESHED));
        (, outcome) = _apply(refreshed, 2_300, 200, START + 300);
        assertEq(outcome, uint256(EntryOutcome.APPLIED_TIGHTENED));
        RiskState memory state = RiskWord.unpack(refreshed);
        state.observedAt = START;
        assertEq(RiskWord.pack(state), word);
    }

    function test_Recovery_ReachesTheFallbackAtOnceAndStepsFromThere() public pure {
        uint256 word = _firstWord(1_000);
        uint256 nowSec = START + 1 hours + 24 hours;
        assertEq(_standing(word, nowSec), 3_000);
        (uint256 recovered, uint256 outcome) = _apply(word, 2_900, 200, nowSec);
        assertEq(outcome, uint256(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_standing(recovered, nowSec), 2_900);
        (, outcome) = _apply(word, 3_301, 200, nowSec);
        assertEq(outcome, uint256(EntryOutcome.TIGHTEN_STEP));
    }
}
