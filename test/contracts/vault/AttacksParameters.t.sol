// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {MarketValves, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title Attacks 10 and 14–24: parameters, on the real oracle with a hostile quorum
contract AttacksParametersTest is ScoredFixture {
    uint128 private constant PUT_MARGIN = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, PUT_MARGIN);
    }

    /// @dev A budget that no test spends by accident.
    function _budget(uint64 usd) private {
        vault.setMarketValves(MARKET, MarketValves(usd * 1e8, 1_000_000e8, 1 days));
    }

    function _healthy() private {
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
    }

    function test_C10_AReportInTheSameBlockLiquidatesNobody() external {
        // From the default 30 % to 36 %: the position holds 33 %.
        assertEq(_score(id, 1, 3_600, 1_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
        _setPrice(SPOT);
        _healthy();
        assertEq(_rho(id), 3_000);
        // New risk meets it at once.
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vm.prank(writer);
        vault.removeCollateral(id, 1, writer);
        _later(10 minutes, SPOT);
        _healthy();
    }

    /// @dev The oracle keeps the word of a position that has ended, and nobody asks for it any more.
    function test_C14_EntriesForUnknownClosedAndSettledIdsMoveNothing() external {
        assertEq(_score(99, 1, 3_600, 1_000), uint8(EntryOutcome.UNKNOWN_POSITION));
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        vault.close(id, ONE, 0);
        _expectEnded(id);
        uint256 next = _open(put, ONE, PUT_MARGIN);
        _expireAt(50_000e8);
        vault.settle(_ids(next));
        _expectEnded(next);
    }

    function _expectEnded(uint256 ended) private {
        assertEq(_score(ended, 1, 3_600, 1_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertFalse(_view(ended).active);
        assertEq(_view(ended).classId, 0);
        assertEq(_view(ended).epoch, 0);
        vm.startPrank(writer);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, ended));
        vault.flag(ended);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, ended));
        vault.healthOf(ended);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, ended));
        vault.mintMore(ended, ONE, PUT_MARGIN, writer);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, ended));
        vault.removeCollateral(ended, 1, writer);
        vm.stopPrank();
    }

    function test_C15_AnOldScoreCannotLoosenABiggerPosition() external {
        _score(id, 1, 3_000, 1_000);
        vm.prank(writer);
        vault.mintMore(id, ONE, PUT_MARGIN, holder);
        _later(2 hours, SPOT);
        assertEq(_score(id, 1, 2_900, 1_000), uint8(EntryOutcome.STALE_EPOCH));
        assertEq(_score(id, 2, 2_900, 1_000), uint8(EntryOutcome.APPLIED_LOOSENED));
    }

    function test_C16_BumpingTheEpochDodgesNoTightening() external {
        _score(id, 1, 3_000, 1_000);
        vm.startPrank(writer);
        vault.addCollateral(id, 1_000e6);
        vault.removeCollateral(id, 1, writer);
        vm.stopPrank();
        _later(10 minutes, SPOT);
        assertEq(_score(id, 1, 3_300, 1_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
    }

    function test_C17_TransferAndTakeOverKeepABadScore() external {
        _score(id, 1, 4_000, 1_000);
        vm.prank(writer);
        vault.offerPosition(id, holder);
        vm.prank(holder);
        vault.acceptPosition(id);
        assertEq(_params(id).rhoTargetBps, 4_000);
        // Closing and reopening meets at least the class quantile, here the default, with β.
        (uint16 rhoInitialBps, ) = risk.openingParams(5);
        assertEq(rhoInitialBps, 3_300);
        // Whoever takes over, were it the writer himself, gets the score along.
        _setPrice(50_000e8);
        vault.flag(id);
        _later(COOL_OFF, 50_000e8);
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, ONE, type(uint128).max);
        vm.prank(writer);
        (uint256 own, , ) = vault.takeOver(order);
        assertEq(_params(own).rhoTargetBps, 4_000);
    }

    function test_C18_ATighteningAfterTheEndHasNoEffect() external {
        _score(id, 1, 3_000, 1_000);
        vm.warp(EXPIRY - 60);
        _setPrice(SPOT);
        _score(id, 1, 3_300, 1_000);
        // The ramp would end after expiry; the last second still sees the old ratio.
        vm.warp(EXPIRY - 1);
        _setPrice(SPOT);
        assertLe(_rho(id), 3_300);
        vm.warp(EXPIRY);
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesExpired.selector);
        vault.flag(id);
    }

    function test_C19_RetargetingInMidRampNeverJumps() external {
        _score(id, 1, 4_000, 1_000);
        vm.warp(block.timestamp + 25 minutes);
        uint16 before = _rho(id);
        assertEq(before, 3_500);
        for (uint16 i = 0; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            _score(id, 1, 3_900 + i * 100 + (i == 2 ? 100 : 0), 1_000);
            assertApproxEqAbs(_rho(id), before, 2);
            vm.revertToState(snapshot);
        }
    }

    function test_C20_AGovernedDefaultMovesNoLiveRatio() external {
        _score(id, 1, 3_000, 1_000);
        RiskClass memory class = _class();
        (class.rhoDefaultBps, class.rhoInitialBps) = (6_000, 6_000);
        risk.setRiskClass(5, class);
        _setPrice(SPOT);
        _healthy();
        assertEq(_rho(id), 3_000);
        (class.rhoDefaultBps, class.piDefaultBps) = (1_000, 500);
        risk.setRiskClass(5, class);
        assertEq(_rho(id), 3_000);
    }

    function test_C21_StalenessNeverLowersTheRequirement() external {
        uint256 second = _open(put, ONE, PUT_MARGIN);
        _score(second, 1, 4_000, 500);
        _score(id, 1, 4_000, 1_100);
        uint256 validUntil = _params(id).validUntil;
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(validUntil - 1 + i);
            assertGe(_rho(id), 4_000);
            assertLe(_params(id).piBps, 1_100);
        }
        vm.warp(validUntil + 30 days);
        assertEq(_rho(id), 4_000);
        assertEq(_params(id).piBps, 1_000);
        assertEq(_params(second).piBps, 500);
    }

    function test_C22_TheDriftCapHoldsAcrossLooseningAndTightening() external {
        _score(id, 1, 3_000, 1_000);
        for (uint256 round = 0; round < 36; ++round) {
            vm.warp(block.timestamp + 1 hours);
            uint16 target = _params(id).rhoTargetBps;
            _score(id, 1, target + 300, 1_000);
            vm.warp(block.timestamp + 1 hours);
            assertLe(_rho(id), 5_000);
        }
        // The reports went on: only the cap holds.
        assertGt(_params(id).rhoTargetBps, 5_000);
        uint16 standing = _rho(id);
        vm.warp(block.timestamp + 2 hours);
        _score(id, 1, _params(id).rhoTargetBps - 100, 1_000);
        assertLe(_rho(id), standing);
    }

    function test_C23_ThePenaltyNeverReachesTheRatio() external {
        // π + δ ≤ ρ from reports and at the flag; a greater δ leaves the live gap until a report widens it.
        assertEq(_score(id, 1, 3_000, 2_901), uint8(EntryOutcome.LINKED_RULE));
        assertEq(_score(id, 1, 3_000, 2_900), uint8(EntryOutcome.APPLIED_TIGHTENED));
        RiskClass memory class = _class();
        (class.deltaBps, class.piDefaultBps, class.rhoFloorBps) = (2_000, 100, 2_050);
        risk.setRiskClass(5, class);
        assertEq(_params(id).piBps, 2_900);
        assertEq(_score(id, 1, 3_050, 2_951), uint8(EntryOutcome.LINKED_RULE));
        _setPrice(50_000e8);
        vault.flag(id);
        vm.warp(block.timestamp + COOL_OFF);
        // Half of the linked penalty at the flag, a little later.
        assertApproxEqAbs(vault.liquidationQuote(id, ONE).rateE8, 0.145e8, 0.03e8);
    }

    function test_C23_InARampThePenaltyFollowsTheRatioInForce() external {
        _score(id, 1, 3_000, 2_900);
        _later(300, SPOT);
        assertEq(_score(id, 1, 3_300, 3_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_params(id).piBps, 2_900);
        _later(1 hours, SPOT);
        assertEq(_params(id).piBps, 3_000);
    }

    function test_C24_ParametersLiquidateNoMoreThanTheBudget() external {
        // Two puts of 60 000 USD each; the budget takes one and its last cent.
        uint256 second = _open(put, ONE, PUT_MARGIN);
        _score(id, 1, 4_000, 1_000);
        _score(second, 1, 4_000, 1_000);
        _later(1 hours, SPOT);
        assertLt(vault.healthOf(id), 1e18);
        _budget(60_000 - 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
        vault.flag(id);
        _budget(60_000);
        vault.flag(id);
        vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
        vault.flag(second);
        // Where the market is to blame, no budget is asked for.
        _setPrice(50_000e8);
        vault.flag(second);
        // Half of the budget is spent: caution until the window ends, and then the budget is whole again.
        assertGt(vault.pauseState().cautionUntil, block.timestamp);
    }

    function test_C24_WithoutABudgetParametersLiquidateNobody() external {
        _score(id, 1, 4_000, 1_000);
        _later(1 hours, SPOT);
        vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
        vault.flag(id);
    }

    function test_C24_AFlagOfTheMarketsDoesNotLetParametersThrough() external {
        _score(id, 1, 4_000, 1_000);
        _setPrice(50_000e8);
        vault.flag(id);
        // The market recovers; only the ramp of the report now makes the position unhealthy.
        _later(1 hours, SPOT);
        vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
        vm.prank(holder);
        vault.liquidate(id, ONE, 0, "");
        _budget(100_000);
        vm.prank(holder);
        vault.liquidate(id, ONE, 0, "");
    }
}
