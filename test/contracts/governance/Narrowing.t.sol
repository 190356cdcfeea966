// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskModels} from "../../../contracts/interfaces/IRiskModels.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "../oracle/OracleFixture.sol";

/// @notice given live values / when the DAO narrows around them / nothing jumps, nothing locks, nothing widens.
contract NarrowingTest is OracleFixture {
    function _refused(RiskClass memory class, bytes32 field) private {
        bytes memory call = abi.encodeCall(IRiskClasses.narrowRiskClass, (CLASS_ID, class));
        (bool done, bytes memory refusal) = address(_oracle).call(call);
        assertFalse(done, string.concat("narrowed: ", string(abi.encodePacked(field))));
        (bytes4 selector, bytes32 named) = _refusalOf(refusal);
        assertEq(selector, IRiskClasses.RiskClassesOutOfRange.selector);
        assertEq(named, field);
    }

    /// @dev Selector and second argument: the field.
    function _refusalOf(bytes memory refusal) private pure returns (bytes4 selector, bytes32 field) {
        assembly ("memory-safe") {
            selector := mload(add(refusal, 0x20))
            field := mload(add(refusal, 0x44))
        }
    }

    function test_RevertWhen_ABoundWidens() public {
        RiskClass memory class = _class();
        class.rhoFloorBps -= 1;
        _refused(class, "rhoFloorBps");
        class = _class();
        class.rhoCeilingBps += 1;
        _refused(class, "rhoCeilingBps");
        class = _class();
        class.piFloorBps -= 1;
        _refused(class, "piFloorBps");
        class = _class();
        class.piCapBps += 1;
        _refused(class, "piCapBps");
        class = _class();
        class.piStepBps += 1;
        _refused(class, "piStepBps");
    }

    function test_RevertWhen_ALaneWidens() public {
        RiskClass memory class = _class();
        class.tighten.stepBps += 1;
        _refused(class, "lane.stepBps");
        class = _class();
        class.loosen.stepBps += 1;
        _refused(class, "lane.stepBps");
        class = _class();
        class.tighten.driftBps += 1;
        _refused(class, "lane.driftBps");
        class = _class();
        class.loosen.driftBps += 1;
        _refused(class, "lane.driftBps");
        class = _class();
        class.tighten.delaySec -= 1;
        _refused(class, "lane.delaySec");
        class = _class();
        class.loosen.delaySec -= 1;
        _refused(class, "lane.delaySec");
    }

    /// @dev Whatever the reading of a stored word depends on stays, in both directions.
    function test_RevertWhen_TheReadingOfLiveValuesWouldChange() public {
        for (uint16 up = 0; up < 2; ++up) {
            RiskClass memory class = _class();
            class.rhoDefaultBps = up == 1 ? 3_001 : 2_999;
            _refused(class, "rhoDefaultBps");
            class = _class();
            class.piDefaultBps = up == 1 ? 1_001 : 999;
            _refused(class, "piDefaultBps");
            class = _class();
            class.deltaBps = up == 1 ? 101 : 99;
            _refused(class, "deltaBps");
            class = _class();
            class.validitySec = up == 1 ? 2 hours : 30 minutes;
            _refused(class, "validitySec");
            class = _class();
            class.windowSec = up == 1 ? 2 days : 12 hours;
            _refused(class, "windowSec");
            class = _class();
            class.graceMinutes = up == 1 ? 11 : 9;
            _refused(class, "graceMinutes");
            class = _class();
            class.rampMinutes = up == 1 ? 31 : 29;
            _refused(class, "rampMinutes");
            class = _class();
            class.fallbackRampMinutes = up == 1 ? 1_441 : 1_439;
            _refused(class, "fallbackRampMinutes");
            class = _class();
            class.maxAboveOpenBps = up == 1 ? 2_001 : 1_999;
            _refused(class, "maxAboveOpenBps");
        }
    }

    function test_RevertWhen_OpeningWouldGetCheaper() public {
        RiskClass memory class = _class();
        class.rhoInitialBps -= 1;
        _refused(class, "rhoInitialBps");
        class = _class();
        class.betaBps -= 1;
        _refused(class, "betaBps");
        class = _class();
        // 3 000 · 1.2 = 3 600 is what opening costs: a lower ceiling would cap it.
        class.rhoCeilingBps = 3_599;
        _refused(class, "rhoCeilingBps");
        class.rhoCeilingBps = 3_600;
        class.active = false;
        _oracle.narrowRiskClass(CLASS_ID, class);
        class.active = true;
        _refused(class, "active");
    }

    function test_RevertWhen_TheClassIsUnknownOrInvalid() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskClasses.RiskClassesUnknownClass.selector, 7));
        _oracle.narrowRiskClass(7, _class());
        RiskClass memory class = _class();
        class.rhoFloorBps = 3_001;
        vm.expectPartialRevert(IRiskClasses.RiskClassesOutOfRange.selector);
        _oracle.narrowRiskClass(CLASS_ID, class);
    }

    /// @dev Case 59, A6: bounds drawn right past a live value; its reading stays, and it may still move inside.
    function testFuzz_NarrowingAroundALiveValue(uint16 floor, uint16 ceiling, uint16 step) public {
        _oracle.registerPosition(1, CLASS_ID);
        skip(400);
        _submit(_entry(1, 1, 2_500, 400));
        RiskClass memory class = _class();
        class.rhoFloorBps = uint16(bound(floor, class.rhoFloorBps, class.rhoDefaultBps));
        class.rhoCeilingBps = uint16(bound(ceiling, 3_600, class.rhoCeilingBps));
        class.tighten.stepBps = uint16(bound(step, 1, class.tighten.stepBps));
        bytes memory before = abi.encode(_oracle.getParams(address(this), 1));
        uint32 version = _oracle.boundsVersion();
        _oracle.narrowRiskClass(CLASS_ID, class);
        assertEq(abi.encode(_oracle.getParams(address(this), 1)), before);
        assertEq(_oracle.boundsVersion(), version + 1);
        assertEq(abi.encode(_oracle.riskClass(CLASS_ID)), abi.encode(class));
        // Staying is allowed even below a new floor.
        skip(4_000);
        bytes memory outcomes = _submit(_entry(1, 1, 2_500, 400));
        assertEq(uint8(outcomes[0]), 2);
    }

    function test_Disallow_OnlyDisallows() public {
        _oracle.disallowModel(BUNDLE);
        assertFalse(_oracle.isModelAllowed(BUNDLE));
        vm.expectRevert(abi.encodeWithSelector(IRiskModels.RiskModelsUnchanged.selector, BUNDLE, false));
        _oracle.disallowModel(BUNDLE);
    }
}
