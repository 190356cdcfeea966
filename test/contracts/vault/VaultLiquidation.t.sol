// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {LiquidationQuote, LiquidationSettings} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Flags and liquidations: a 60 000 put with 19 800 collateral, ρ 30 %, π 10 %
contract VaultLiquidationTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;
    /// @dev I 3 000, L − I 57 000, B 17 100, e 16 800: health 0.98.
    uint64 private constant UNHEALTHY = 57_000e8;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, COLLATERAL);
        _giveLongs(liquidator, put, ONE);
        vm.warp(START + COOL_OFF);
    }

    function _flagAt(uint64 priceE8) private {
        _setPrice(priceE8);
        vault.flag(id);
    }

    function _liquidate(uint128 maxSizeE8) private returns (uint128 sizeE8, uint128 payout) {
        vm.prank(liquidator);
        return vault.liquidate(id, maxSizeE8, 0, "");
    }

    function _later(uint256 sec, uint64 priceE8) private {
        vm.warp(block.timestamp + sec);
        _setPrice(priceE8);
    }

    function test_RevertWhen_FlaggingAHealthyPosition() external {
        _setPrice(58_000e8);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
        // B = 0.3·S and e = S − 40 200: equal at S = 40 200/0.7.
        uint64 edge = 5_742_857_142_858;
        _setPrice(edge);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
        _setPrice(edge - 1);
        assertLt(vault.healthOf(id), 1e18);
        vault.flag(id);
    }

    function test_RevertWhen_FlaggedTwice() external {
        _flagAt(UNHEALTHY);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionVaultLog.VaultAlreadyFlagged.selector, id, uint40(block.timestamp))
        );
        vault.flag(id);
    }

    function test_RevertWhen_NotFlagged() external {
        _setPrice(UNHEALTHY);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultNotFlagged.selector, id, 0));
        _liquidate(ONE);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultNotFlagged.selector, id, 0));
        vault.unflag(id);
    }

    function test_RevertWhen_FlagHasLapsed() external {
        uint256 flaggedAt = START + COOL_OFF;
        _flagAt(UNHEALTHY);
        _later(FLAG_LIFE + 1, UNHEALTHY);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultNotFlagged.selector, id, flaggedAt));
        _liquidate(ONE);
        vault.flag(id);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.05e8);
    }

    function test_RevertWhen_InCoolOff() external {
        vm.warp(START + COOL_OFF - 1);
        _flagAt(UNHEALTHY);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultCoolOff.selector, id, START + COOL_OFF));
        _liquidate(ONE);
        vm.warp(START + COOL_OFF);
        _liquidate(ONE);
    }

    function test_RevertWhen_HealthyAgain() external {
        _flagAt(UNHEALTHY);
        oracle.setParams(address(vault), id, 2_800, 1_000);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        _liquidate(ONE);
        vm.expectEmit(true, false, false, true, address(vault));
        emit IOptionVaultLog.PositionUnflagged(id);
        vault.unflag(id);
        assertEq(_view(id).flaggedAt, 0);
    }

    function test_TopUpToHealthOneEndsTheFlag() external {
        _flagAt(UNHEALTHY);
        vm.expectEmit(true, false, false, true, address(vault));
        emit IOptionVaultLog.PositionUnflagged(id);
        vm.prank(holder);
        vault.addCollateral(id, 300e6);
        assertEq(vault.healthOf(id), 1e18);
        assertEq(_view(id).flaggedAt, 0);
    }

    function test_TopUpWithoutPriceOrOracleKeepsTheFlag() external {
        _flagAt(UNHEALTHY);
        uint40 flaggedAt = uint40(block.timestamp);
        vm.startPrank(writer);
        vm.warp(block.timestamp + 1 hours + 1);
        vault.addCollateral(id, 300e6);
        assertEq(_view(id).flaggedAt, flaggedAt);
        vm.stopPrank();
        _setPrice(UNHEALTHY);
        vm.mockCallRevert(address(oracle), abi.encodeWithSelector(oracle.maintenanceOf.selector), "dead");
        vm.prank(writer);
        vault.addCollateral(id, 1);
        assertEq(_view(id).flaggedAt, flaggedAt);
        vm.clearMockedCalls();
        vault.unflag(id);
    }

    function test_RevertWhen_OneUnitOfCollateralIsMissing() external {
        _flagAt(UNHEALTHY);
        vm.prank(writer);
        vault.addCollateral(id, 300e6 - 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionUnhealthy.selector);
        vault.unflag(id);
        _liquidate(ONE);
    }

    function test_RevertWhen_Insolvent() external {
        // I 19 800 equals the collateral.
        _flagAt(40_200e8);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionInsolvent.selector, id, 0));
        _liquidate(ONE);
        _setPrice(30_000e8);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionInsolvent.selector);
        _liquidate(ONE);
        // It may recover, and a solvent one may be taken.
        _setPrice(UNHEALTHY);
        _liquidate(ONE);
    }

    function test_RevertWhen_PriceIsStale() external {
        _flagAt(UNHEALTHY);
        vm.warp(block.timestamp + 1 hours + 1);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        _liquidate(ONE);
    }

    function test_RevertWhen_PayoutIsBelowMinOut() external {
        _flagAt(UNHEALTHY);
        uint128 payout = vault.liquidationQuote(id, ONE).payout;
        vm.startPrank(liquidator);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPayoutTooLow.selector, payout, payout + 1));
        vault.liquidate(id, ONE, payout + 1, "");
        vault.liquidate(id, ONE, payout, "");
        vm.stopPrank();
    }

    function test_OrderlyStageRestoresTargetHealth() external {
        _flagAt(UNHEALTHY);
        LiquidationQuote memory q = vault.liquidationQuote(id, ONE);
        // k* = (1.25·17 100 − 16 800)/(1.25·17 100 − 2 850)
        assertEq(q.sizeE8, 24_696_357);
        assertEq(q.rateE8, 0.05e8);
        uint256 before = quote.balanceOf(liquidator);
        (uint128 sizeE8, uint128 payout) = _liquidate(ONE);
        assertEq(sizeE8, q.sizeE8);
        assertEq(payout, (uint256(q.sizeE8) * 5_850e6) / 1e8);
        assertEq(quote.balanceOf(liquidator) - before, payout);
        assertApproxEqAbs(vault.healthOf(id), 1.25e18, 1e11);
        assertEq(_view(id).flaggedAt, 0);
        assertEq(longs.balanceOf(liquidator, put), ONE - sizeE8);
        assertEq(_state(put).shortOiE8, ONE - sizeE8);
        assertEq(_state(put).collateral, COLLATERAL - payout);
    }

    function test_PriceRisesFromHalfPenaltyToPenaltyToWholeEquity() external {
        _flagAt(UNHEALTHY);
        _later(T1 / 2, UNHEALTHY);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.075e8);
        _later(T1 / 2 + 1, UNHEALTHY);
        assertApproxEqAbs(vault.liquidationQuote(id, ONE).rateE8, 0.1e8, 1e4);
        _later(T2 / 2 - 1, UNHEALTHY);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.2e8);
        _later(T2 / 2, UNHEALTHY);
        LiquidationQuote memory q = vault.liquidationQuote(id, ONE);
        assertEq(q.rateE8, 0.3e8);
        assertEq(q.sizeE8, ONE);
        assertEq(q.payout, COLLATERAL);
    }

    function test_LateStagePartialKeepsTheClockAndTheHealth() external {
        _flagAt(UNHEALTHY);
        _later(T1 + T2 / 2, UNHEALTHY);
        int256 before = vault.healthOf(id);
        (uint128 sizeE8, uint128 payout) = _liquidate(ONE / 100);
        assertEq(sizeE8, ONE / 100);
        // I 3 000 + 0.2 · 57 000
        assertEq(payout, 144e6);
        assertGe(vault.healthOf(id), before);
        assertTrue(_view(id).flaggedAt != 0);
    }

    function test_WholeEquityTakesWholePosition() external {
        _flagAt(UNHEALTHY);
        _later(T1 + T2, UNHEALTHY);
        (uint128 sizeE8, uint128 payout) = _liquidate(ONE);
        assertEq(sizeE8, ONE);
        assertEq(payout, COLLATERAL);
        assertFalse(_view(id).active);
        assertEq(_state(put).unsettledCount, 0);
        assertEq(vault.claimable(address(quote), writer), 0);
    }

    function test_DustRestMakesItAllGoAndCreditsTheOwner() external {
        vault.updateMarket(MARKET, true, MIN_BASE, 19_000e6);
        _flagAt(UNHEALTHY);
        vm.expectPartialRevert(IOptionVaultLog.VaultLiquidationLeavesDust.selector);
        _liquidate(ONE - 1);
        (uint128 sizeE8, uint128 payout) = _liquidate(ONE);
        assertEq(sizeE8, ONE);
        assertEq(payout, 5_850e6);
        assertEq(vault.claimable(address(quote), writer), COLLATERAL - 5_850e6);
        uint256 before = quote.balanceOf(holder);
        vm.prank(writer);
        vault.claim(address(quote), holder);
        assertEq(quote.balanceOf(holder) - before, COLLATERAL - 5_850e6);
        vm.expectPartialRevert(IOptionVaultLog.VaultNothingToClaim.selector);
        vm.prank(writer);
        vault.claim(address(quote), writer);
    }

    function test_PenaltyIsFrozenAtTheFlag() external {
        _flagAt(UNHEALTHY);
        oracle.setParams(address(vault), id, 3_000, 2_500);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.05e8);
    }

    function test_NewRiskThatMeetsTheInitialRequirementEndsTheAuction() external {
        _flagAt(UNHEALTHY);
        vm.prank(writer);
        vault.mintMore(id, 1, 5_000e6, writer);
        assertEq(_view(id).flaggedAt, 0);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
    }

    function test_SettingsTakeEffectAtOnce() external {
        _flagAt(UNHEALTHY);
        vault.setLiquidationSettings(LiquidationSettings(1 hours, 1 hours, 0, 2 hours, 11_000, 0));
        _later(30 minutes, UNHEALTHY);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.075e8);
    }

    function testFuzz_SplittingNeverPays(uint64 spotE8, uint32 elapsedSec, uint128 first) external {
        spotE8 = uint64(bound(spotE8, 40_300e8, 57_300e8));
        _flagAt(spotE8);
        _later(bound(elapsedSec, 0, T1 + T2 + 100), spotE8);
        LiquidationQuote memory whole = vault.liquidationQuote(id, ONE);
        first = uint128(bound(first, 1, whole.sizeE8));
        if (_refusedAsDust(first)) return;
        int256 before = vault.healthOf(id);
        (uint128 closed, uint128 got) = _liquidate(first);
        if (first < whole.sizeE8) {
            assertGe(vault.healthOf(id), before);
            if (vault.healthOf(id) < 1e18 && !_refusedAsDust(whole.sizeE8 - first)) {
                (uint128 more, uint128 gotMore) = _liquidate(whole.sizeE8 - first);
                (closed, got) = (closed + more, got + gotMore);
            }
        }
        // Parts of the size may be refused for want of distress; per contract no part is paid more.
        assertLe(uint256(got) * whole.sizeE8, (uint256(whole.payout) + 1) * closed);
    }

    /// @dev A part that would leave less than the least collateral is refused; any other refusal fails the test.
    function _refusedAsDust(uint128 sizeE8) private view returns (bool refused) {
        try vault.liquidationQuote(id, sizeE8) returns (LiquidationQuote memory) {
            return false;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IOptionVaultLog.VaultLiquidationLeavesDust.selector);
            return true;
        }
    }
}
