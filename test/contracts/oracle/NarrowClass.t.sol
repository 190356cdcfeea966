// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {EntryOutcome, ParamStatus, RiskClass, RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given a live class / when it is narrowed / no field may be wider than before, and live values neither lock nor jump.
contract NarrowClassTest is OracleFixture {
    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
    }

    function _refused(RiskClass memory class, bytes32 field) private {
        try _oracle.narrowRiskClass(CLASS_ID, class) {
            fail();
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IRiskClasses.RiskClassesOutOfRange.selector);
            bytes32 named;
            assembly ("memory-safe") {
                named := mload(add(reason, 0x44))
            }
            assertEq(named, field);
        }
        // The long way admits it: nothing but the direction was wrong.
        _oracle.setRiskClass(CLASS_ID, class);
        _oracle.setRiskClass(CLASS_ID, _class());
    }

    function test_RevertWhen_ABoundOfRatiosIsWider() public {
        RiskClass memory class = _class();
        class.rhoFloorBps = 299;
        _refused(class, "rhoFloorBps");
        class = _class();
        class.rhoCeilingBps = 9_001;
        _refused(class, "rhoCeilingBps");
        // Below 3 000 · 1.2 the ceiling would cut what new positions must hold.
        class.rhoCeilingBps = 3_599;
        _refused(class, "rhoCeilingBps");
        class = _class();
        class.rhoDefaultBps = 2_999;
        _refused(class, "rhoDefaultBps");
        class = _class();
        class.rhoInitialBps = 2_999;
        _refused(class, "rhoInitialBps");
        class = _class();
        class.betaBps = 1_999;
        _refused(class, "betaBps");
        class = _class();
        class.maxAboveOpenBps = 2_001;
        _refused(class, "maxAboveOpenBps");
    }

    function test_RevertWhen_ABoundOfPenaltiesIsWider() public {
        RiskClass memory class = _class();
        class.piFloorBps = 49;
        _refused(class, "piFloorBps");
        class = _class();
        class.piCapBps = 4_001;
        _refused(class, "piCapBps");
        class = _class();
        class.piDefaultBps = 1_001;
        _refused(class, "piDefaultBps");
        class = _class();
        class.deltaBps = 99;
        _refused(class, "deltaBps");
        class = _class();
        class.piStepBps = 101;
        _refused(class, "piStepBps");
    }

    function test_RevertWhen_ALaneIsWider() public {
        for (uint256 which = 0; which < 2; ++which) {
            RiskClass memory class = _class();
            _lane(class, which, 1, 0, 0);
            _refused(class, "lane.stepBps");
            class = _class();
            _lane(class, which, 0, 1, 0);
            _refused(class, "lane.driftBps");
            class = _class();
            _lane(class, which, 0, 0, 1);
            _refused(class, "lane.delaySec");
        }
    }

    function _lane(RiskClass memory class, uint256 which, uint16 step, uint16 drift, uint32 delay) private pure {
        if (which == 0) {
            class.tighten.stepBps += step;
            class.tighten.driftBps += drift;
            class.tighten.delaySec -= delay;
        } else {
            class.loosen.stepBps += step;
            class.loosen.driftBps += drift;
            class.loosen.delaySec -= delay;
        }
    }

    function test_RevertWhen_TimesMove() public {
        RiskClass memory class = _class();
        class.validitySec = 1 hours + 60;
        _refused(class, "validitySec");
        for (uint256 down = 0; down < 2; ++down) {
            class = _class();
            class.windowSec = down == 0 ? 1 days + 1 : 1 days - 1;
            _refused(class, "windowSec");
            class = _class();
            class.graceMinutes = down == 0 ? 11 : 9;
            _refused(class, "graceMinutes");
            class = _class();
            class.rampMinutes = down == 0 ? 31 : 29;
            _refused(class, "rampMinutes");
            class = _class();
            class.fallbackRampMinutes = down == 0 ? 1_441 : 1_439;
            _refused(class, "fallbackRampMinutes");
        }
    }

    function test_RevertWhen_ClassIsUnknownRevivedOrCallerIsNotOwner() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskClasses.RiskClassesUnknownClass.selector, 7));
        _oracle.narrowRiskClass(7, _class());
        RiskClass memory class = _class();
        class.active = false;
        _oracle.narrowRiskClass(CLASS_ID, class);
        vm.expectRevert(
            abi.encodeWithSelector(IRiskClasses.RiskClassesOutOfRange.selector, CLASS_ID, bytes32("active"), 1, 0, 0)
        );
        _oracle.narrowRiskClass(CLASS_ID, _class());
        vm.prank(GUARDIAN);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        _oracle.narrowRiskClass(CLASS_ID, class);
    }

    /// @dev The bounds move past the live pair from every side: the reading stays to the bit, and reports may go on.
    function test_NarrowingAroundALiveValueNeitherLocksNorJumps() public {
        _submit(_entry(1, 1, 2_000, 500));
        skip(30 minutes);
        RiskParams memory before = _oracle.getParams(address(this), 1);
        RiskClass memory class = _class();
        (class.rhoFloorBps, class.rhoDefaultBps, class.rhoInitialBps) = (2_200, 3_500, 3_500);
        (class.piFloorBps, class.piCapBps, class.deltaBps, class.piDefaultBps) = (100, 400, 1_600, 400);
        (class.validitySec, class.maxAboveOpenBps) = (60, 0);
        _oracle.narrowRiskClass(CLASS_ID, class);
        RiskParams memory narrowed = _oracle.getParams(address(this), 1);
        assertEq(uint8(narrowed.status), uint8(ParamStatus.FRESH));
        assertEq(narrowed.rhoBps, before.rhoBps);
        assertEq(narrowed.piBps, before.piBps);
        assertEq(narrowed.validUntil, before.validUntil);
        bytes memory outside = _submit(_entry(1, 1, 1_999, 500));
        assertEq(outside, abi.encodePacked(uint8(EntryOutcome.RHO_BELOW_FLOOR)));
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_000, 500)), abi.encodePacked(uint8(EntryOutcome.REFRESHED)));
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_100, 450)), abi.encodePacked(uint8(EntryOutcome.APPLIED_TIGHTENED)));
        skip(61);
        assertEq(uint8(_oracle.getParams(address(this), 1).status), uint8(ParamStatus.STALE));
    }
}
