// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @notice given limits of delivery / when the DAO sets others / they stay inside their ranges, and a narrowing only narrows.
contract DeliveryLimitsTest is DeliveryFixture {
    function test_RevertWhen_LimitsAreOutOfRange() public {
        bytes memory invalid = abi.encodeWithSelector(IRiskOracleLog.RiskOracleInvalidLimits.selector);
        for (uint256 field = 0; field < 9; ++field) {
            DeliveryLimits memory limits = _limits();
            if (field == 0) limits.reportTightened = type(uint16).max;
            if (field == 1) limits.reportTighteningBps = (1 << 20) - 1;
            if (field == 2) limits.windowTightened = type(uint16).max;
            if (field == 3) limits.windowTighteningBps = type(uint24).max;
            if (field == 4) limits.windowSec = 1 hours - 1;
            if (field == 5) limits.windowSec = 30 days + 1;
            if (field == 6) limits.coolDownSec = 30 days + 1;
            if (field == 7) limits.heldSec = 30 days + 1;
            if (field == 8) limits.rootValiditySec = 30 days + 1;
            vm.expectRevert(invalid);
            _oracle.setDeliveryLimits(limits);
        }
    }

    function test_RevertWhen_NarrowingWidensAnything() public {
        for (uint256 field = 0; field < 10; ++field) {
            DeliveryLimits memory limits = _limits();
            if (field == 0) limits.reportTightened += 1;
            if (field == 1) limits.reportTighteningBps += 1;
            if (field == 2) limits.windowTightened += 1;
            if (field == 3) limits.windowTighteningBps += 1;
            if (field == 4) limits.windowSec += 1;
            if (field == 5) limits.dispersionBps += 1;
            if (field == 6) limits.violations += 1;
            if (field == 7) limits.coolDownSec -= 1;
            if (field == 8) limits.heldSec += 1;
            if (field == 9) limits.rootValiditySec += 1;
            vm.expectRevert(IRiskOracleLog.RiskOracleWidens.selector);
            _oracle.narrowDeliveryLimits(limits);
        }
        DeliveryLimits memory narrower = _limits();
        (narrower.reportTightened, narrower.coolDownSec) = (1, 2 hours);
        vm.expectEmit(address(_oracle));
        emit IRiskOracleLog.DeliveryLimitsSet(narrower);
        _oracle.narrowDeliveryLimits(narrower);
        assertEq(abi.encode(_oracle.deliveryLimits()), abi.encode(narrower));
    }
}
