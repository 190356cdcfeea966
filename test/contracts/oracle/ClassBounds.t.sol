// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given the bounds of a class / when one field lies at its limit / it is accepted; one beyond, refused by name.
contract ClassBoundsTest is OracleFixture {
    function _accepts(RiskClass memory class) private {
        _oracle.setRiskClass(CLASS_ID, class);
    }

    function _refuses(RiskClass memory class, bytes32 field, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRiskClasses.RiskClassesOutOfRange.selector, CLASS_ID, field, value, min, max)
        );
        _oracle.setRiskClass(CLASS_ID, class);
    }

    function test_ClassId() external {
        _oracle.setRiskClass(4_095, _class());
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskClasses.RiskClassesOutOfRange.selector,
                4_096,
                bytes32("classId"),
                4_096,
                0,
                4_095
            )
        );
        _oracle.setRiskClass(4_096, _class());
    }

    /// @dev A class in which every ratio is as small as it may be: one basis point, and nothing for π.
    function _least() private pure returns (RiskClass memory class) {
        class = _class();
        (class.rhoFloorBps, class.rhoCeilingBps, class.rhoDefaultBps, class.rhoInitialBps) = (1, 1, 1, 1);
        (class.piFloorBps, class.piCapBps, class.piDefaultBps, class.deltaBps) = (0, 0, 0, 0);
        (class.betaBps, class.maxAboveOpenBps, class.piStepBps) = (0, 0, 1);
        (class.tighten.stepBps, class.tighten.driftBps) = (1, 1);
        (class.loosen.stepBps, class.loosen.driftBps, class.loosen.delaySec) = (1, 1, 0);
        (class.tighten.delaySec, class.windowSec, class.validitySec) = (1 minutes, 1 hours, 60);
        (class.graceMinutes, class.rampMinutes) = (0, 0);
    }

    /// @dev A class in which every field is as great as it may be.
    function _greatest() private pure returns (RiskClass memory class) {
        class = _class();
        (class.rhoFloorBps, class.rhoCeilingBps) = (10_000, 10_000);
        (class.rhoDefaultBps, class.rhoInitialBps) = (10_000, 10_000);
        (class.piFloorBps, class.piCapBps, class.piDefaultBps, class.deltaBps) = (0, 10_000, 0, 10_000);
        (class.betaBps, class.maxAboveOpenBps, class.piStepBps) = (10_000, 10_000, 10_000);
        (class.tighten.stepBps, class.tighten.driftBps, class.tighten.delaySec) = (10_000, 10_000, 1 days);
        (class.loosen.stepBps, class.loosen.driftBps, class.loosen.delaySec) = (10_000, 10_000, 1 days);
        (class.windowSec, class.validitySec) = (30 days, 7 days);
        (class.graceMinutes, class.rampMinutes) = (23, 1_000);
    }

    function test_SmallestAndGreatestClassesAreAccepted() external {
        _accepts(_least());
        _accepts(_greatest());
    }

    function test_RevertWhen_ARatioIsBeyondItsBounds() external {
        RiskClass memory class = _least();
        class.rhoCeilingBps = 0;
        _refuses(class, "rhoCeilingBps", 0, 1, 10_000);
        class = _greatest();
        class.rhoCeilingBps = 10_001;
        _refuses(class, "rhoCeilingBps", 10_001, 1, 10_000);
        class = _least();
        class.rhoFloorBps = 0;
        _refuses(class, "rhoFloorBps", 0, 1, 1);
        class.rhoFloorBps = 2;
        _refuses(class, "rhoFloorBps", 2, 1, 1);
        class = _class();
        class.rhoDefaultBps = 9_001;
        _refuses(class, "rhoDefaultBps", 9_001, 300, 9_000);
        class = _class();
        class.rhoInitialBps = 9_001;
        _refuses(class, "rhoInitialBps", 9_001, 300, 9_000);
        (class.rhoInitialBps, class.rhoDefaultBps) = (299, 300);
        _refuses(class, "rhoInitialBps", 299, 300, 9_000);
        class = _greatest();
        class.betaBps = 10_001;
        _refuses(class, "betaBps", 10_001, 0, 10_000);
        class = _greatest();
        class.maxAboveOpenBps = 10_001;
        _refuses(class, "maxAboveOpenBps", 10_001, 0, 10_000);
    }

    /// @dev 2 501 · 1.2 = 3 001.2, asked of a new position as 3 002.
    function test_OpeningIsRoundedUpAndMustCoverTheDefault() external {
        RiskClass memory class = _class();
        (class.rhoInitialBps, class.rhoDefaultBps) = (2_501, 3_002);
        _accepts(class);
        class.rhoDefaultBps = 3_003;
        _refuses(class, "rhoInitialBps(1+beta)", 3_002, 3_003, type(uint256).max);
    }

    function test_RevertWhen_APenaltyIsBeyondItsBounds() external {
        RiskClass memory class = _class();
        class.deltaBps = 301;
        _refuses(class, "deltaBps", 301, 0, 300);
        class = _class();
        class.piFloorBps = 201;
        _refuses(class, "piFloorBps", 201, 0, 200);
        class = _class();
        class.piCapBps = 49;
        _refuses(class, "piCapBps", 49, 50, 10_000);
        class.piCapBps = 10_001;
        _refuses(class, "piCapBps", 10_001, 50, 10_000);
        class = _class();
        class.piDefaultBps = 49;
        _refuses(class, "piDefaultBps", 49, 50, 2_900);
        class.piStepBps = 0;
        class.piDefaultBps = 50;
        _refuses(class, "piStepBps", 0, 1, 10_000);
        class.piStepBps = 10_001;
        _refuses(class, "piStepBps", 10_001, 1, 10_000);
    }

    function test_RevertWhen_ALaneIsBeyondItsBounds() external {
        RiskClass memory class = _class();
        class.loosen.driftBps = 0;
        _refuses(class, "lane.driftBps", 0, 1, 10_000);
        class.loosen.driftBps = 10_001;
        _refuses(class, "lane.driftBps", 10_001, 1, 10_000);
        class = _class();
        class.loosen.stepBps = 0;
        _refuses(class, "lane.stepBps", 0, 1, 800);
        class.loosen.stepBps = 801;
        _refuses(class, "lane.stepBps", 801, 1, 800);
        class = _class();
        class.loosen.delaySec = 1 days + 1;
        _refuses(class, "lane.delaySec", 1 days + 1, 0, 1 days);
        class = _class();
        class.tighten.delaySec = 59;
        _refuses(class, "lane.delaySec", 59, 60, 1 days);
    }

    function test_RevertWhen_ATimeIsBeyondItsBounds() external {
        RiskClass memory class = _class();
        class.windowSec = 1 hours - 1;
        _refuses(class, "windowSec", 1 hours - 1, 1 hours, 30 days);
        class.windowSec = 30 days + 1;
        _refuses(class, "windowSec", 30 days + 1, 1 hours, 30 days);
        class = _class();
        class.validitySec = 0;
        _refuses(class, "validitySec", 0, 60, 7 days);
        class.validitySec = 7 days + 60;
        _refuses(class, "validitySec", 7 days + 60, 60, 7 days);
        class.validitySec = 61;
        _refuses(class, "validitySec%60", 1, 0, 0);
        class = _class();
        class.rampMinutes = 1_014;
        _refuses(class, "graceMinutes+rampMinutes", 1_024, 0, 1_023);
    }

    /// @dev With a live ceiling below what the grid asks, a narrower one would lower a requirement in force.
    function test_RevertWhen_ACeilingThatAlreadyCutsOpeningsIsNarrowed() external {
        RiskClass memory class = _class();
        (class.rhoInitialBps, class.rhoCeilingBps) = (3_000, 3_500);
        _accepts(class);
        class.rhoCeilingBps = 3_499;
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskClasses.RiskClassesOutOfRange.selector,
                CLASS_ID,
                bytes32("rhoCeilingBps"),
                3_499,
                3_500,
                type(uint256).max
            )
        );
        _oracle.narrowRiskClass(CLASS_ID, class);
        class.rhoCeilingBps = 3_500;
        _oracle.narrowRiskClass(CLASS_ID, class);
    }

    function test_AClassThatStaysInactiveMayBeNarrowed() external {
        RiskClass memory class = _class();
        class.active = false;
        _oracle.narrowRiskClass(CLASS_ID, class);
        _oracle.narrowRiskClass(CLASS_ID, class);
        assertFalse(_oracle.riskClass(CLASS_ID).active);
    }
}
