// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {RiskClassWords} from "../../../contracts/libraries/RiskClassWords.sol";
import {RiskReading} from "../../../contracts/libraries/RiskReading.sol";
import {RiskRules} from "../../../contracts/libraries/RiskRules.sol";
import {RiskState, RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given words at the very edge of a rule / when an entry or a reading meets it / the edge is where the rules say.
/// @dev Every case was a mutant that random cases let pass, see docs/assurance.md.
contract RuleEdgesTest is OracleFixture {
    uint256 private constant NOW = START + 10 hours;

    /// @dev Scored an hour's validity ago at most, settled at ρ 2 000 and π 200, both lanes open, no drift used.
    function _state() private pure returns (RiskState memory state) {
        (state.rhoFrom, state.rhoTarget, state.rhoAnchor, state.rhoPrior) = (2_000, 2_000, 2_000, 2_000);
        (state.rhoCap, state.pi, state.score) = (4_000, 200, 200);
        (state.observedAt, state.validityMinutes) = (NOW - 601, 60);
        (state.tightenedAt, state.loosenedAt) = (NOW - 2 hours, NOW - 2 hours);
        (state.classId, state.epoch, state.graceMinutes, state.rampMinutes) = (CLASS_ID, 1, 10, 30);
    }

    function _apply(
        RiskState memory state,
        RiskClass memory class,
        uint256 epoch,
        uint256 rho,
        uint256 pi
    ) private pure returns (EntryOutcome outcome) {
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(class);
        uint256 values = ReportCodec.packValues(epoch, rho, pi, 200);
        uint256 word = RiskWord.pack(state);
        (, uint256 number) = RiskRules.applyEntry(word, bounds, levels, values, NOW, NOW);
        return EntryOutcome(number);
    }

    function _requireOutcome(EntryOutcome actual, EntryOutcome expected) private pure {
        assertEq(uint8(actual), uint8(expected));
    }

    function test_InitialWordHoldsTheDefaults() external pure {
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(_class());
        RiskState memory state = RiskWord.unpack(RiskRules.initialWord(CLASS_ID, bounds, levels));
        RiskState memory expected;
        (expected.rhoFrom, expected.rhoTarget, expected.rhoAnchor, expected.rhoPrior) = (3_000, 3_000, 3_000, 3_000);
        (expected.rhoCap, expected.pi, expected.classId, expected.epoch) = (5_000, 1_000, CLASS_ID, 1);
        assertEq(abi.encode(state), abi.encode(expected));
    }

    function test_TheCapEndsAtOne() external pure {
        RiskClass memory class = _class();
        (class.rhoDefaultBps, class.maxAboveOpenBps) = (9_000, 2_000);
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(class);
        assertEq(RiskWord.rhoCapOf(RiskRules.initialWord(CLASS_ID, bounds, levels)), 10_000);
    }

    function test_SettersTouchTheirLaneOnly() external pure {
        uint256 ones = type(uint256).max;
        RiskState memory state = RiskWord.unpack(ones);
        state.rhoCap = 0x2aaa;
        assertEq(RiskWord.withCap(ones, 0x2aaa), RiskWord.pack(state));
        (uint256 raised, uint16 epoch) = RiskWord.withNextEpoch(ones);
        state = RiskWord.unpack(ones);
        state.epoch = 1;
        assertEq(raised, RiskWord.pack(state));
        assertEq(epoch, 1);
        uint256 key = ReportCodec.keyOf((0xabcd << 112) | (0x0123456789ab << 64));
        assertEq(ReportCodec.sourceIn(key), 0xabcd);
        assertEq(ReportCodec.positionIn(key), 0x0123456789ab);
    }

    function itemCount(uint256 length, uint256 itemBytes) external pure returns (uint256) {
        return ReportCodec.itemCount(length, itemBytes);
    }

    function test_RevertWhen_TheLastItemIsCut() external {
        assertEq(this.itemCount(48, 16), 3);
        vm.expectRevert(abi.encodeWithSelector(ReportCodec.ReportCodecLength.selector, 47, 16));
        this.itemCount(47, 16);
    }

    /// @dev A first score that saw another epoch may not go below the default, but may repeat it or go above.
    function test_FirstScoreOfAnotherEpoch() external pure {
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(_class());
        RiskState memory state = RiskWord.unpack(RiskRules.initialWord(CLASS_ID, bounds, levels));
        _requireOutcome(_apply(state, _class(), 9, 2_999, 1_000), EntryOutcome.STALE_EPOCH);
        _requireOutcome(_apply(state, _class(), 9, 3_000, 999), EntryOutcome.STALE_EPOCH);
        _requireOutcome(_apply(state, _class(), 9, 3_000, 1_000), EntryOutcome.REFRESHED);
        _requireOutcome(_apply(state, _class(), 9, 3_001, 1_000), EntryOutcome.APPLIED_TIGHTENED);
    }

    /// @dev Epochs that differ in one bit only, the lowest.
    function test_ANeighbouringEpochIsAnotherEpoch() external pure {
        _requireOutcome(_apply(_state(), _class(), 0, 1_950, 200), EntryOutcome.STALE_EPOCH);
        _requireOutcome(_apply(_state(), _class(), 1, 1_950, 200), EntryOutcome.APPLIED_LOOSENED);
    }

    /// @dev All numbers even, but for the time of observation: a broken rule shows in the highest bit alone.
    function test_StepsAreMetWhateverTheLowestBits() external pure {
        _requireOutcome(_apply(_state(), _class(), 1, 1_848, 200), EntryOutcome.LOOSEN_STEP);
        _requireOutcome(_apply(_state(), _class(), 1, 2_302, 200), EntryOutcome.TIGHTEN_STEP);
    }

    function test_LooseningIsHeldByEitherAnchor() external pure {
        RiskState memory state = _state();
        (state.rhoAnchor, state.rhoPrior, state.loosenedAt) = (2_000, 2_701, NOW - 1 hours);
        _requireOutcome(_apply(state, _class(), 1, 1_900, 200), EntryOutcome.LOOSEN_DRIFT);
        (state.rhoAnchor, state.rhoPrior) = (2_701, 2_000);
        _requireOutcome(_apply(state, _class(), 1, 1_900, 200), EntryOutcome.LOOSEN_DRIFT);
        state.rhoAnchor = 2_700;
        _requireOutcome(_apply(state, _class(), 1, 1_900, 200), EntryOutcome.APPLIED_LOOSENED);
    }

    /// @dev A ceiling below the live value raises a doubt that is no objection: the checks are made one by one, and their
    /// edges are those of the fast path.
    function test_TheSlowPathHasTheSameEdges() external pure {
        RiskClass memory class = _class();
        class.rhoCeilingBps = 1_800;
        RiskState memory state = _state();
        state.loosenedAt = NOW - class.loosen.delaySec;
        _requireOutcome(_apply(state, class, 1, 1_900, 200), EntryOutcome.APPLIED_LOOSENED);
        state.loosenedAt += 1;
        _requireOutcome(_apply(state, class, 1, 1_900, 200), EntryOutcome.LOOSEN_DELAY);
        state = _state();
        state.rhoPrior = 2_700;
        _requireOutcome(_apply(state, class, 1, 1_900, 200), EntryOutcome.APPLIED_LOOSENED);
        state.rhoPrior = 2_701;
        _requireOutcome(_apply(state, class, 1, 1_900, 200), EntryOutcome.LOOSEN_DRIFT);
    }

    /// @dev The DAO cut the drift below what has been used: π may still fall while ρ stays.
    function test_PenaltyMayFallBeyondTheDrift() external pure {
        RiskState memory state = _state();
        state.rhoPrior = 3_500;
        _requireOutcome(_apply(state, _class(), 1, 2_000, 150), EntryOutcome.APPLIED_LOOSENED);
    }

    /// @dev The DAO raised the floor of π above the live one: it may stay while ρ moves.
    function test_APenaltyBelowItsFloorMayStay() external pure {
        RiskClass memory class = _class();
        class.piFloorBps = 250;
        _requireOutcome(_apply(_state(), class, 1, 2_100, 200), EntryOutcome.APPLIED_TIGHTENED);
        _requireOutcome(_apply(_state(), class, 1, 2_100, 199), EntryOutcome.PI_BELOW_FLOOR);
    }

    function test_RepeatingAPairWithoutGap() external pure {
        RiskClass memory class = _class();
        class.deltaBps = 0;
        RiskState memory state = _state();
        state.pi = 2_000;
        _requireOutcome(_apply(state, class, 1, 2_000, 2_000), EntryOutcome.REFRESHED);
    }

    /// @dev Stale for half of the fallback ramp, ρ stands at 2 500: a score of another epoch may go there, not below.
    function test_AnotherEpochMayMeetTheFallback() external pure {
        RiskState memory state = _state();
        state.observedAt = NOW - 1 hours - 12 hours;
        (state.tightenedAt, state.loosenedAt) = (NOW - 14 hours, NOW - 14 hours);
        assertEq(_standing(state, _class(), NOW), 2_500);
        _requireOutcome(_apply(state, _class(), 9, 2_500, 200), EntryOutcome.APPLIED_TIGHTENED);
        _requireOutcome(_apply(state, _class(), 9, 2_499, 200), EntryOutcome.STALE_EPOCH);
    }

    function _standing(RiskState memory state, RiskClass memory class, uint256 nowSec) private pure returns (uint256) {
        (, uint256 levels) = RiskClassWords.pack(class);
        return RiskReading.standingRho(RiskWord.pack(state), levels, nowSec);
    }

    /// @dev Without a fallback ramp the default stands from the first stale second on, not one later.
    function test_SilenceBeginsAtValidUntil() external pure {
        RiskClass memory class = _class();
        class.fallbackRampMinutes = 0;
        RiskState memory state = _state();
        uint256 validUntil = state.observedAt + 1 hours;
        assertEq(_standing(state, class, validUntil - 1), 2_000);
        assertEq(_standing(state, class, validUntil), 3_000);
        assertTrue(RiskReading.isSettled(RiskWord.pack(state), validUntil - 1));
        assertFalse(RiskReading.isSettled(RiskWord.pack(state), validUntil));
    }

    /// @dev A ramp without length jumps when its grace ends.
    function test_ARampWithoutLengthJumpsAtItsStart() external pure {
        RiskState memory state = _state();
        (state.rhoFrom, state.tightenedAt, state.rampMinutes) = (1_500, NOW - 600, 0);
        assertEq(_standing(state, _class(), NOW - 1), 1_500);
        assertEq(_standing(state, _class(), NOW), 2_000);
    }

    /// @dev The DAO raised δ above the gap of the signed quantile: a new position gets no π beyond ρ − δ.
    function test_OpeningKeepsTheLinkedRule() external pure {
        RiskClass memory class = _class();
        (class.rhoInitialBps, class.rhoDefaultBps, class.betaBps, class.deltaBps) = (500, 500, 0, 300);
        RiskState memory state = _state();
        (state.rhoFrom, state.rhoTarget, state.pi) = (600, 600, 550);
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(class);
        (uint256 rho, uint256 pi) = RiskReading.openingParams(bounds, levels, RiskWord.pack(state), NOW);
        assertEq(rho, 600);
        assertEq(pi, 300);
    }
}
