// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {BreakerMode, BreakerReason, DeliveryLimits, RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {Attestations, EntryOutcome, RiskClass, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @notice given the breaker in each state / when reports, proofs, guardian, sentinel and DAO act / nothing loosens that must
/// not, and only the DAO moves it back.
contract BreakerTest is DeliveryFixture {
    function _expectMove(BreakerMode current, BreakerMode wanted) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleBreakerMove.selector, current, wanted));
    }

    function test_RevertWhen_AStrangerTripsOrRearms() public {
        vm.startPrank(STRANGER);
        bytes memory refused = abi.encodeWithSelector(IRiskOracleLog.RiskOracleNotWatch.selector, STRANGER);
        vm.expectRevert(refused);
        _oracle.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
        bytes memory notOwner = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.expectRevert(notOwner);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        vm.expectRevert(notOwner);
        _oracle.setWatch(STRANGER, STRANGER);
        DeliveryLimits memory limits = _limits();
        vm.expectRevert(notOwner);
        _oracle.setDeliveryLimits(limits);
        vm.expectRevert(notOwner);
        _oracle.narrowDeliveryLimits(limits);
        vm.expectRevert(refused);
        _oracle.discardHeld(bytes32(uint256(1)));
        RiskReport memory report;
        vm.expectRevert(refused);
        _oracle.releaseHeld(report, "", "");
    }

    function test_A2_RevertWhen_GuardianLoosens() public {
        _tightenOnly();
        vm.startPrank(GUARDIAN);
        _expectMove(BreakerMode.TIGHTEN_ONLY, BreakerMode.TIGHTEN_ONLY);
        _oracle.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        _expectMove(BreakerMode.TIGHTEN_ONLY, BreakerMode.NORMAL);
        _oracle.tripBreaker(BreakerMode.NORMAL, BreakerReason.GUARDIAN);
        _oracle.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
        _expectMove(BreakerMode.HALTED, BreakerMode.TIGHTEN_ONLY);
        _oracle.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        bytes memory notOwner = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, GUARDIAN);
        skip(1 days);
        vm.expectRevert(notOwner);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        vm.expectRevert(notOwner);
        _oracle.setDeliveryLimits(_limits());
    }

    function test_TripBreaker_OnlyTheSentinelNamesItsReason() public {
        vm.prank(GUARDIAN);
        _oracle.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.EQUIVOCATION);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        vm.expectEmit(address(_oracle));
        emit IRiskOracleLog.BreakerTripped(BreakerMode.HALTED, BreakerReason.EQUIVOCATION);
        vm.prank(SENTINEL);
        _oracle.tripBreaker(BreakerMode.HALTED, BreakerReason.EQUIVOCATION);
        _expectBreaker(BreakerMode.HALTED, BreakerReason.EQUIVOCATION);
        assertEq(_oracle.status().since, block.timestamp);
    }

    function test_RevertWhen_HaltedBeforeAnySignatureIsLookedAt() public {
        _scoreBoth(2_000);
        _halt();
        RiskReport memory report = _report("", "");
        Attestations memory none;
        bytes memory halted = abi.encodeWithSelector(IRiskOracleLog.RiskOracleHalted.selector, BreakerReason.GUARDIAN);
        vm.expectRevert(halted);
        _oracle.submitReport(report, none, "", "");
        vm.expectRevert(halted);
        _oracle.previewEntries(report, "");
        RootHeader memory header;
        vm.expectRevert(halted);
        _oracle.applyProofs(header, "", new bytes32[][](0));
        vm.expectRevert(halted);
        _oracle.releaseHeld(report, "", "");
    }

    function test_TightenOnly_SkipsWhateverLowersARequirement() public {
        _scoreBoth(2_000);
        _tightenOnly();
        skip(30 minutes);
        _submit(_rows(1, 2, 2_000, 500));
        skip(30 minutes);
        bytes memory entries = bytes.concat(_entry(1, 1, 1_900, 500), _entry(2, 1, 2_100, 500));
        RiskReport memory report = _report(entries, "");
        bytes memory expected = bytes.concat(
            _code(EntryOutcome.LOOSENING_PAUSED),
            _code(EntryOutcome.APPLIED_TIGHTENED)
        );
        uint256 before = _oracle.positionWord(0, 1);
        (bytes memory preview, bool held) = _oracle.previewEntries(report, entries);
        assertEq(preview, expected);
        assertFalse(held);
        assertEq(_send(report, entries), expected);
        assertEq(_oracle.positionWord(0, 1), before);
        assertEq(_oracle.status().windowTightened, 1);
        skip(1);
        // π alone, down and up.
        assertEq(_submit(_entry(1, 1, 2_000, 450)), _code(EntryOutcome.LOOSENING_PAUSED));
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_000, 550)), _code(EntryOutcome.APPLIED_TIGHTENED));
    }

    function test_TightenOnly_ARefreshMayNotEndTheFallback() public {
        _scoreBoth(2_000);
        _tightenOnly();
        skip(13 hours);
        uint16 standing = _oracle.getParams(address(this), 1).rhoBps;
        assertEq(standing, 2_501);
        assertEq(_submit(_entry(1, 1, 2_000, 500)), _code(EntryOutcome.LOOSENING_PAUSED));
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_300, 500)), _code(EntryOutcome.LOOSENING_PAUSED));
        assertEq(_oracle.status().windowTightened, 0);
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_510, 500)), _code(EntryOutcome.APPLIED_TIGHTENED));
        assertGe(_oracle.getParams(address(this), 1).rhoBps, standing);
        assertEq(_oracle.status().windowTighteningBps, 510);
    }

    function test_TightenOnly_NeitherFirstScoresNorQuantilesLoosen() public {
        _tightenOnly();
        bytes memory quantiles = abi.encodePacked(CLASS_ID, uint16(2_500), uint16(700));
        RiskReport memory report = _report(_entry(1, 1, 2_900, 500), quantiles);
        bytes memory outcomes = _oracle.submitReport(report, _attest(report), _entry(1, 1, 2_900, 500), quantiles);
        assertEq(outcomes, _code(EntryOutcome.LOOSENING_PAUSED));
        assertEq(_oracle.classWord(CLASS_ID), 0);
    }

    function _poison() private pure returns (bytes memory entries) {
        return bytes.concat(_entry(1, 1, 2_100, 500), _entry(2, 1, 299, 100));
    }

    function test_S14_BoundViolationBySignedReportHalts() public {
        _scoreBoth(2_000);
        skip(300);
        vm.expectEmit(address(_oracle));
        emit IRiskOracleLog.BreakerTripped(BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
        bytes memory outcomes = _submit(_poison());
        // The trip counts from the next report on: no entry of this one is lost to another.
        assertEq(outcomes, bytes.concat(_code(EntryOutcome.APPLIED_TIGHTENED), _code(EntryOutcome.RHO_BELOW_FLOOR)));
        _expectBreaker(BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
        RiskReport memory report = _report("", "");
        Attestations memory attestations = _attest(report);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleHalted.selector);
        _oracle.submitReport(report, attestations, "", "");
    }

    function test_BoundViolation_EveryKindCountsAndTheLimitIsInclusive() public {
        _scoreBoth(2_000);
        DeliveryLimits memory limits = _limits();
        limits.violations = 1;
        _oracle.setDeliveryLimits(limits);
        bytes[6] memory bad = [
            _entry(1, 1, 299, 100),
            _entry(1, 1, 9_001, 500),
            _entry(1, 1, 2_000, 49),
            _entry(1, 1, 9_000, 4_001),
            _entry(1, 1, 2_000, 1_950),
            abi.encodePacked(uint16(0), uint48(1), uint16(1), uint16(2_000), uint16(500), uint16(601))
        ];
        for (uint256 index = 0; index < bad.length; ++index) {
            skip(1);
            _submit(bad[index]);
            _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
            uint256 state = vm.snapshotState();
            skip(1);
            _submit(bytes.concat(bad[index], _entry(2, 1, 299, 100)));
            _expectBreaker(BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
            vm.revertToState(state);
        }
    }

    function test_BoundViolation_OfAQuantileCounts() public {
        skip(2);
        bytes memory quantiles = abi.encodePacked(CLASS_ID, uint16(9_001), uint16(700));
        RiskReport memory report = _report("", quantiles);
        _oracle.submitReport(report, _attest(report), "", quantiles);
        _expectBreaker(BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
    }

    function test_BoundViolation_RefusalsOfOtherKindsDoNotCount() public {
        _scoreBoth(2_000);
        skip(1);
        // Step, delay and unknown position may befall an honest report that was overtaken by another.
        _submit(bytes.concat(_entry(1, 1, 2_900, 500), _entry(2, 1, 2_000, 900), _entry(3, 1, 2_000, 500)));
        _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
    }

    function test_BoundViolation_OfAnotherPositionEpochDoesNotCount() public {
        _scoreBoth(2_000);
        _oracle.raiseEpoch(1);
        skip(1);
        assertEq(_submit(_entry(1, 1, 299, 100)), _code(EntryOutcome.RHO_BELOW_FLOOR));
        _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
    }

    function test_B8_AReportSignedBeforeABoundMovedDoesNotHalt() public {
        _scoreBoth(2_000);
        skip(1 hours);
        RiskReport memory report = _report(_entry(1, 1, 1_900, 500), "");
        RiskClass memory class = _class();
        class.rhoFloorBps = 2_000;
        _oracle.setRiskClass(CLASS_ID, class);
        assertEq(_send(report, _entry(1, 1, 1_900, 500)), _code(EntryOutcome.RHO_BELOW_FLOOR));
        _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
        skip(2);
        _submit(_entry(1, 1, 1_900, 500));
        _expectBreaker(BreakerMode.HALTED, BreakerReason.BOUND_VIOLATION);
    }

    function test_Dispersion_AtTheLimitAndOneMore() public {
        _scoreBoth(2_000);
        skip(1 hours);
        RiskReport memory report = _report(_entry(1, 1, 1_950, 500), "");
        report.dispersionBps = _limits().dispersionBps;
        assertEq(_send(report, _entry(1, 1, 1_950, 500)), _code(EntryOutcome.APPLIED_LOOSENED));
        _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
        skip(1 hours);
        report = _report(_entry(1, 1, 1_900, 500), "");
        report.dispersionBps = _limits().dispersionBps + 1;
        (bytes memory preview, ) = _oracle.previewEntries(report, _entry(1, 1, 1_900, 500));
        bytes memory outcomes = _send(report, _entry(1, 1, 1_900, 500));
        assertEq(outcomes, _code(EntryOutcome.LOOSENING_PAUSED));
        assertEq(preview, outcomes);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.DISPERSION);
    }

    function test_A7_FlappingRenewsTheCoolDownAndNoBudget() public {
        _scoreBoth(2_000);
        skip(300);
        _submit(_entry(1, 1, 2_300, 500));
        DeliveryLimits memory limits = _limits();
        limits.coolDownSec = 10 minutes;
        _oracle.setDeliveryLimits(limits);
        uint256 spent = _oracle.status().windowTighteningBps;
        assertEq(spent, 300);
        for (uint256 round = 0; round < 3; ++round) {
            _halt();
            uint256 earliest = block.timestamp + limits.coolDownSec;
            vm.warp(earliest - 1);
            vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleCoolDown.selector, earliest));
            _oracle.rearmBreaker(BreakerMode.NORMAL);
            vm.warp(earliest);
            _oracle.rearmBreaker(BreakerMode.NORMAL);
            _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
        }
        assertEq(_oracle.status().windowTighteningBps, spent);
        _expectMove(BreakerMode.NORMAL, BreakerMode.NORMAL);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
    }

    function test_A7_EscalationRestartsTheCoolDown() public {
        _tightenOnly();
        uint40 first = _oracle.status().since;
        skip(30 minutes);
        _halt();
        assertEq(_oracle.status().since, first + 30 minutes);
        skip(1 hours);
        vm.expectEmit(address(_oracle));
        emit IRiskOracleLog.BreakerRearmed(BreakerMode.TIGHTEN_ONLY);
        _oracle.rearmBreaker(BreakerMode.TIGHTEN_ONLY);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleCoolDown.selector);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
    }
}
