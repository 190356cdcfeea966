// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {BreakerMode, BreakerReason, DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title given a short that its own score asks for a third of what its class does / when its score is marked
contract ScoreMarkTest is ScoredFixture {
    /// @dev 33 % of the strike: what the class asks of a new put at the money.
    uint128 private constant ASKED = 19_800e6;
    /// @dev Half of it stays, as the score asks for less.
    uint128 private constant LEAST = 9_900e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, ASKED);
    }

    function _take(uint128 amount) private {
        vm.prank(writer);
        vault.removeCollateral(id, amount, writer);
    }

    function _refused() private {
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        _take(1);
        (uint256 surplus, ) = vault.surplusOf(id);
        assertEq(surplus, 0);
    }

    function _unmarkable(uint16 classId) private {
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultScoreMissing.selector, id, classId));
        vault.markScored(id);
    }

    function _scoreLow() private {
        assertLe(_score(id, 1, 1_000, 300), uint8(EntryOutcome.REFRESHED));
    }

    function _scoreAndMark() private {
        _scoreLow();
        vault.markScored(id);
        assertEq(vault.scoredSince(id), block.timestamp);
    }

    /// @dev The mark is gone, and comes back only with a score of after it went.
    function _expectEnded(uint16 epoch) private {
        assertEq(vault.scoredSince(id), 0);
        _unmarkable(5);
        assertLe(_score(id, epoch, 1_000, 300), uint8(EntryOutcome.REFRESHED));
        vault.markScored(id);
    }

    function test_C66_RevertWhen_LeftUnscoredThenScoredLowAndEmptiedInOneBlock() external {
        _later(25 hours, SPOT);
        _unmarkable(5);
        assertEq(_score(id, 1, _class().rhoFloorBps, 100), uint8(EntryOutcome.APPLIED_LOOSENED));
        _refused();
        vault.markScored(id);
        _refused();
        _later(20 hours - 3, SPOT);
        assertEq(_score(id, 1, _class().rhoFloorBps, 100), uint8(EntryOutcome.REFRESHED));
        _refused();
        vm.warp(block.timestamp + 1);
        _take(ASKED - LEAST);
        assertEq(vault.scoredSince(id), 0);
    }

    function test_C66_RevertWhen_ScoredForLongButNotMarked() external {
        for (uint256 i = 0; i < 10; ++i) {
            _scoreLow();
            _later(5 hours, SPOT);
            _refused();
        }
    }

    function test_C65_RevertWhen_OneScoreIsUsedTwice() external {
        _scoreAndMark();
        _later(20 hours, SPOT);
        _scoreLow();
        _take(1);
        _refused();
        _later(1 days, SPOT);
        assertEq(_score(id, 2, 1_000, 300), uint8(EntryOutcome.REFRESHED));
        _refused();
        vault.markScored(id);
        _later(20 hours, SPOT);
        assertEq(_score(id, 2, 1_000, 300), uint8(EntryOutcome.REFRESHED));
        _take(ASKED - 1 - LEAST);
    }

    function test_C66_RevertWhen_MarkedTwice() external {
        _scoreAndMark();
        uint40 since = vault.scoredSince(id);
        _later(5 hours, SPOT);
        _scoreLow();
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultScoreMarked.selector, id, since));
        vault.markScored(id);
        assertEq(vault.scoredSince(id), since);
    }

    function test_C66_RevertWhen_MarkedWhileStale() external {
        _scoreLow();
        uint40 until = _params(id).validUntil;
        vm.warp(until - 1);
        _setPrice(SPOT);
        uint256 fresh = vm.snapshotState();
        vm.warp(until);
        _unmarkable(5);
        vm.revertToState(fresh);
        vault.markScored(id);
    }

    function test_C66_RevertWhen_MarkedWhileAReportIsHeld() external {
        _scoreLow();
        DeliveryLimits memory limits = _limits();
        limits.reportTighteningBps = 100;
        risk.setDeliveryLimits(limits);
        _later(10 minutes, SPOT);
        assertEq(_push(_entry(id, 1, 1_200, 300)).length, 0);
        _unmarkable(5);
    }

    function test_C66_RevertWhen_MarkedWhileTheBreakerIsNotNormal() external {
        _scoreLow();
        risk.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        _unmarkable(5);
        risk.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
        _unmarkable(5);
        _later(1 hours, SPOT);
        risk.rearmBreaker(BreakerMode.NORMAL);
        vault.markScored(id);
    }

    function test_C66_RevertWhen_MarkedInAnotherClass() external {
        _scoreLow();
        _setPrice(53_400e8);
        _unmarkable(2);
        _setPrice(SPOT);
        uint256 young = vm.snapshotState();
        vm.warp(EXPIRY - 1 days);
        _setPrice(SPOT);
        _scoreLow();
        _unmarkable(4);
        vm.revertToState(young);
        vault.markScored(id);
    }

    function test_C66_RevertWhen_MarkedBeforeTheScoreOfThisRisk() external {
        _scoreLow();
        vm.prank(writer);
        vault.mintMore(id, ONE, ASKED + 1, holder);
        _unmarkable(5);
        // Dated ahead, as clocks may differ: in the block of the growth it does not count.
        vm.warp(block.timestamp + 1);
        _take(1);
        RiskReport memory report = _reportOf(_entry(id, 3, 1_000, 300));
        report.observedAt = uint40(block.timestamp + 20);
        bytes memory outcomes = risk.submitReport(report, _signed(report), _entry(id, 3, 1_000, 300), "");
        assertEq(uint8(outcomes[0]), uint8(EntryOutcome.REFRESHED));
        _unmarkable(5);
        vm.warp(block.timestamp + 1);
        vault.markScored(id);
    }

    function test_C66_RevertWhen_MarkedAfterTheEnd() external {
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, 99));
        vault.markScored(99);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, 99));
        vault.scoredSince(99);
        _scoreLow();
        vm.warp(EXPIRY);
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesExpired.selector);
        vault.markScored(id);
    }

    function test_C66_MintingEndsTheMark() external {
        _scoreAndMark();
        _later(1 minutes, SPOT);
        vm.prank(writer);
        vault.mintMore(id, ONE, ASKED, holder);
        _expectEnded(2);
    }

    function test_C66_AWithdrawalEndsTheMark() external {
        vm.prank(writer);
        vault.addCollateral(id, 2);
        _scoreAndMark();
        // In its own second too.
        _take(1);
        _expectEnded(2);
    }

    function test_C66_ClosingBeyondTheShareEndsTheMark() external {
        _giveLongs(writer, put, ONE / 2);
        vm.prank(writer);
        vault.addCollateral(id, 2);
        _scoreAndMark();
        _later(1 minutes, SPOT);
        vm.startPrank(writer);
        vault.close(id, ONE / 4, 0);
        assertNotEq(vault.scoredSince(id), 0);
        vault.close(id, ONE / 4, ASKED / 2 + 1);
        vm.stopPrank();
        _expectEnded(2);
    }

    function test_C66_AClassChangeEndsTheMark() external {
        vm.prank(writer);
        vault.addCollateral(id, 20_000e6);
        _scoreAndMark();
        _setPrice(51_000e8);
        vault.reclassify(id);
        assertEq(vault.scoredSince(id), 0);
        _unmarkable(2);
    }

    /// @dev Into a position of his own, and into a new one; what is left of the old one keeps its mark.
    function test_C66_ATakeOverEndsTheMarkAndASplitHasNone() external {
        vm.prank(liquidator);
        uint256 into = vault.open(put, ONE, 2 * ASKED, liquidator);
        _push(bytes.concat(_entry(id, 1, 1_000, 300), _entry(into, 1, 1_000, 300)));
        vault.markScored(id);
        vault.markScored(into);
        uint40 since = vault.scoredSince(id);
        _later(COOL_OFF, 41_000e8);
        vault.flag(id);
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.intoId, order.maxTopUp) = (id, ONE / 10, into, type(uint128).max);
        vm.startPrank(liquidator);
        vault.takeOver(order);
        order.intoId = 0;
        (uint256 split, , ) = vault.takeOver(order);
        vm.stopPrank();
        assertEq(vault.scoredSince(into), 0);
        assertEq(vault.scoredSince(split), 0);
        assertEq(vault.scoredSince(id), since);
        _setPrice(SPOT);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultScoreMissing.selector, split, 5));
        vault.markScored(split);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultScoreMissing.selector, into, 5));
        vault.markScored(into);
    }

    function test_AnyoneMarksAndWhatAddsNoRiskLeavesTheMark() external {
        _scoreLow();
        vm.expectEmit(address(vault));
        emit IOptionVaultLog.PositionScoreMarked(id, uint40(block.timestamp));
        vm.prank(makeAddr("anyone"));
        vault.markScored(id);
        uint40 since = vault.scoredSince(id);
        _later(1 minutes, SPOT);
        vm.startPrank(writer);
        vault.addCollateral(id, 1);
        vault.offerPosition(id, holder);
        vm.stopPrank();
        vm.prank(holder);
        vault.acceptPosition(id);
        _scoreLow();
        assertEq(vault.scoredSince(id), since);
    }
}
