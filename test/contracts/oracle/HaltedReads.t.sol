// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerMode} from "../../../contracts/types/DeliveryTypes.sol";
import {ParamStatus, RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @notice given ramping, stale and unscored positions / when the oracle is halted / what is in force stands still.
contract HaltedReadsTest is DeliveryFixture {
    function test_Halted_FreezesMaintenanceAndPenaltyAndRaisesInitial() public {
        _scoreBoth(2_000);
        skip(300);
        _submit(_entry(1, 1, 2_300, 600));
        skip(25 minutes);
        RiskParams memory before = _oracle.getParams(address(this), 1);
        assertEq(before.rhoBps, 2_150);
        assertEq(before.rhoInitialBps, 3_000);
        _halt();
        for (uint256 day = 0; day < 40; ++day) {
            RiskParams memory frozen = _oracle.getParams(address(this), 1);
            assertEq(frozen.rhoBps, before.rhoBps);
            assertEq(frozen.piBps, before.piBps);
            // max(default, last)·(1 + β).
            assertEq(frozen.rhoInitialBps, 3_600);
            assertEq(uint8(frozen.status), uint8(day == 0 ? ParamStatus.FRESH : ParamStatus.STALE));
            skip(1 days);
        }
        (uint16 opening, ) = _oracle.openingParams(CLASS_ID);
        assertEq(opening, 3_600);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        RiskParams memory resumed = _oracle.getParams(address(this), 1);
        assertEq(uint8(resumed.status), uint8(ParamStatus.STALE));
        assertEq(resumed.rhoBps, 3_000);
    }

    function test_Halted_FreezesTheFallbackAndUnscoredStaysAtTheDefault() public {
        _submit(_entry(1, 1, 2_000, 500));
        skip(13 hours);
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_501);
        _halt();
        skip(10 hours);
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_501);
        assertEq(_oracle.getParams(address(this), 2).rhoBps, 3_000);
        assertEq(uint8(_oracle.getParams(address(this), 2).status), uint8(ParamStatus.UNSCORED));
    }

    function test_Halted_MaintenanceParamsAreThoseOfGetParams() public {
        _scoreBoth(2_000);
        skip(300);
        _submit(_entry(1, 1, 2_300, 600));
        skip(25 minutes);
        _halt();
        for (uint256 step = 0; step < 5; ++step) {
            for (uint256 id = 1; id <= 2; ++id) {
                RiskParams memory params = _oracle.getParams(address(this), id);
                (uint16 rho, uint16 pi, ParamStatus status) = _oracle.maintenanceParams(address(this), id);
                assertEq(rho, id == 1 ? 2_150 : 2_000);
                assertEq(rho, params.rhoBps);
                assertEq(pi, params.piBps);
                assertEq(uint8(status), uint8(params.status));
            }
            skip(17 minutes + step * 5 hours);
        }
    }

    /// @dev Grace 10 and ramp 30 minutes: at 40 minutes it has arrived, which a report of that time, taken before, does not prove.
    function test_Halted_AReportAheadOfTheClockDoesNotEndARamp() public {
        _scoreBoth(2_000);
        skip(300);
        _submit(_entry(1, 1, 2_300, 600));
        skip(40 minutes - 20);
        _refreshObservedAt(block.timestamp + 25);
        RiskParams memory before = _oracle.getParams(address(this), 1);
        assertLt(before.rhoBps, 2_300);
        _halt();
        skip(10 minutes);
        (uint16 rho, , ) = _oracle.maintenanceParams(address(this), 1);
        assertEq(rho, before.rhoBps);
        assertEq(rho, _oracle.getParams(address(this), 1).rhoBps);
    }

    /// @dev Once a report came after the ramp, one word tells everything, halted or not.
    function test_AnArrivedRatioIsReadFromOneWord() public {
        _scoreBoth(2_000);
        skip(300);
        _submit(_entry(1, 1, 2_300, 600));
        skip(41 minutes);
        assertEq(_readsOf(1), 2);
        _refreshObservedAt(block.timestamp);
        assertEq(_readsOf(1), 1);
        _halt();
        assertEq(_readsOf(1), 1);
        (uint16 rho, , ParamStatus status) = _oracle.maintenanceParams(address(this), 1);
        assertEq(rho, 2_300);
        assertEq(uint8(status), uint8(ParamStatus.FRESH));
    }

    function _refreshObservedAt(uint256 observedAt) private {
        bytes memory entries = _entry(1, 1, 2_300, 600);
        RiskReport memory report = _report(entries, "");
        report.observedAt = uint40(observedAt);
        _oracle.submitReport(report, _attest(report), entries, "");
    }

    function _readsOf(uint256 positionId) private returns (uint256 count) {
        vm.record();
        _oracle.maintenanceParams(address(this), positionId);
        (bytes32[] memory reads, ) = vm.accesses(address(_oracle));
        return reads.length;
    }
}
