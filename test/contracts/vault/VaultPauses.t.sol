// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {MarketValves, PauseState} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Pauses, which end by themselves, caution, and exits that nobody can pause
contract VaultPausesTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, COLLATERAL);
        _giveLongs(writer, put, ONE / 2);
        vm.warp(START + COOL_OFF);
        _setPrice(57_000e8);
    }

    function _reverts(bytes4 selector, address caller) private {
        vm.expectPartialRevert(selector);
        vm.prank(caller);
    }

    function test_RevertWhen_CallerIsNotAllowedOrLengthIsOutOfRange() external {
        bytes4 locked = IAccessManaged.AccessManagedUnauthorized.selector;
        _reverts(locked, writer);
        vault.pauseNewRisk(1);
        _reverts(locked, writer);
        vault.pauseLiquidations(1);
        _reverts(locked, writer);
        vault.beginCaution(1);
        _reverts(locked, writer);
        vault.liftPauses();
        _reverts(locked, writer);
        vault.setMarketValves(MARKET, MarketValves(1, 1, 1 days));
        bytes4 tooLong = IOptionVaultLog.VaultPauseTooLong.selector;
        vm.expectPartialRevert(tooLong);
        vault.pauseNewRisk(7 days + 1);
        vm.expectPartialRevert(tooLong);
        vault.pauseLiquidations(6 hours + 1);
        vm.expectPartialRevert(tooLong);
        vault.beginCaution(7 days + 1);
        vm.expectPartialRevert(tooLong);
        vault.pauseNewRisk(0);
    }

    function test_RevertWhen_ValvesAreInvalid() external {
        MarketValves[3] memory wrong = [
            MarketValves(1, 0, 1 days),
            MarketValves(1, 1, 10 minutes - 1),
            MarketValves(1, 1, 7 days + 1)
        ];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectPartialRevert(IOptionVaultLog.VaultValvesInvalid.selector);
            vault.setMarketValves(MARKET, wrong[i]);
        }
        vm.expectPartialRevert(IOptionVaultLog.VaultMarketUnknown.selector);
        vault.setMarketValves(2, MarketValves(1, 1, 1 days));
    }

    function test_APauseOfNewRiskStopsNewRiskOnlyAndEndsByItself() external {
        vault.pauseNewRisk(1 days);
        bytes4 paused = IOptionVaultLog.VaultNewRiskPaused.selector;
        _reverts(paused, writer);
        vault.open(put, ONE, COLLATERAL * 2, holder);
        _reverts(paused, writer);
        vault.mintMore(id, ONE, COLLATERAL * 2, writer);
        vm.prank(writer);
        vault.addCollateral(id, 10_000e6);
        _reverts(paused, writer);
        vault.removeCollateral(id, 1, writer);
        _reverts(paused, writer);
        vault.close(id, ONE / 4, 20_000e6);
        vm.prank(writer);
        vault.close(id, ONE / 4, 29_800e6 / 4);
        // Never shortened by a shorter one.
        vault.pauseNewRisk(1);
        assertEq(vault.pauseState().newRiskUntil, block.timestamp + 1 days);
        vm.warp(block.timestamp + 1 days);
        _setPrice(57_000e8);
        _open(put, ONE, COLLATERAL * 2);
    }

    function test_APauseOfLiquidationsLetsAuctionsBeginAnew() external {
        vault.flag(id);
        vault.pauseLiquidations(6 hours);
        bytes4 paused = IOptionVaultLog.VaultLiquidationsPaused.selector;
        _reverts(paused, holder);
        vault.liquidate(id, 1e6, 0, "");
        vm.expectPartialRevert(paused);
        vault.flag(id);
        vm.warp(block.timestamp + 6 hours);
        _setPrice(57_000e8);
        _reverts(IOptionVaultLog.VaultNotFlagged.selector, holder);
        vault.liquidate(id, 1e6, 0, "");
        vault.flag(id);
        vm.prank(holder);
        vault.liquidate(id, 1e6, 0, "");
    }

    function test_LiquidationsArePausedAtMostTwiceAWeek() external {
        vault.pauseLiquidations(1 hours);
        vm.warp(block.timestamp + 3 days);
        vault.pauseLiquidations(1 hours);
        vm.warp(block.timestamp + 4 days - 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultPausesUsedUp.selector);
        vault.pauseLiquidations(1 hours);
        vm.warp(block.timestamp + 1);
        vault.pauseLiquidations(1 hours);
        vm.expectPartialRevert(IOptionVaultLog.VaultPausesUsedUp.selector);
        vault.pauseLiquidations(1 hours);
    }

    function test_CautionMakesNewRiskDearer() external {
        _setPrice(SPOT);
        vault.beginCaution(1 hours);
        // 33 % times 5/4, rounded up to basis points.
        (uint256 required, , uint16 rhoBps) = vault.requiredCollateral(put, ONE);
        assertEq(rhoBps, 4_125);
        assertEq(required, 24_750e6);
        _reverts(IOptionVaultLog.VaultCollateralTooLow.selector, writer);
        vault.removeCollateral(id, 1, writer);
        vm.warp(block.timestamp + 1 hours);
        _setPrice(SPOT);
        (required, , ) = vault.requiredCollateral(put, ONE);
        assertEq(required, COLLATERAL);
    }

    function test_TheOwnerLiftsEverything() external {
        vault.pauseNewRisk(1 days);
        vault.pauseLiquidations(1 hours);
        vault.beginCaution(1 days);
        vault.liftPauses();
        PauseState memory state = vault.pauseState();
        assertEq(state.newRiskUntil, block.timestamp);
        assertEq(state.liquidationUntil, block.timestamp);
        assertEq(state.cautionUntil, block.timestamp);
        vault.flag(id);
    }

    function test_NobodyCanPauseTheExits() external {
        vault.pauseNewRisk(7 days);
        vault.pauseLiquidations(6 hours);
        vault.beginCaution(7 days);
        vm.startPrank(writer);
        vault.addCollateral(id, 1);
        vault.close(id, ONE / 4, COLLATERAL / 4);
        vm.stopPrank();
        vm.warp(EXPIRY - 1 hours);
        vault.pauseNewRisk(7 days);
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.prank(holder);
        assertEq(vault.redeem(put, ONE / 2, holder), 5_000e6);
        vm.prank(writer);
        assertGt(vault.claim(address(quote), writer), 0);
    }
}
