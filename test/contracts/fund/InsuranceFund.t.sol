// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {CoverStatus, FundSettings} from "../../../contracts/types/FundTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {FeeToken} from "../vault/HostileTokens.sol";
import {FundFixture} from "./FundFixture.sol";

/// @title Deposits, exits and covers of the insurance fund
contract InsuranceFundTest is FundFixture {
    uint256 private constant SERIES = 7;

    function _maxDepositIsRefused(address account) private {
        assertEq(fund.maxDeposit(account), 0);
        assertEq(fund.maxMint(account), 0);
        vm.startPrank(account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxDeposit.selector);
        fund.deposit(1, account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxMint.selector);
        fund.mint(1, account);
        vm.stopPrank();
    }

    function _exitIsRefused(address account) private {
        assertEq(fund.maxRedeem(account), 0);
        assertEq(fund.maxWithdraw(account), 0);
        vm.startPrank(account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxRedeem.selector);
        fund.redeem(1, account, account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxWithdraw.selector);
        fund.withdraw(1, account, account);
        vm.stopPrank();
    }

    function test_RevertWhen_SettingsAreOutsideTheirLimits() external {
        for (uint256 i = 0; i < 7; ++i) {
            FundSettings memory s = _settings();
            if (i == 0) s.settlementWindowSec = 20 hours + 1;
            if (i == 1) s.coolDownSec = 8 days + SETTLEMENT_WINDOW - 1;
            if (i == 2) s.coolDownSec = 90 days + 1;
            if (i == 3) s.exitWindowSec = 1 hours + SETTLEMENT_WINDOW - 1;
            if (i == 4) s.exitWindowSec = 7 days + 1;
            if (i == 5) s.utilisationBps = 5_001;
            if (i == 6) s.seriesCapBps = 1_001;
            vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSettingsInvalid.selector, s));
            fund.setSettings(s);
        }
        FundSettings memory tighter = _settings();
        tighter.seriesCapBps = 500;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        fund.setSettings(tighter);
        fund.setSettings(tighter);
        assertEq(fund.settings().seriesCapBps, 500);
    }

    function test_RevertWhen_CallerIsNotTheVault() external {
        bytes memory onlyVault = abi.encodeWithSelector(IInsuranceFund.FundOnlyVault.selector, address(this));
        vm.expectRevert(onlyVault);
        fund.suspendFor(SERIES);
        vm.expectRevert(onlyVault);
        fund.reserve(SERIES, 0);
        vm.expectRevert(onlyVault);
        fund.coverSeries(SERIES, 0);
    }

    function test_RevertWhen_NoTicket() external {
        bytes memory noTicket = abi.encodeWithSelector(IInsuranceFund.FundNoTicket.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(noTicket);
        fund.cancelExit();
        vm.expectRevert(noTicket);
        fund.requestExit(0);
        vm.expectPartialRevert(IInsuranceFund.FundSharesTooMany.selector);
        fund.requestExit(uint256(type(uint128).max) + 1);
    }

    function test_RevertWhen_AssetTakesAFee() external {
        FeeToken fee = new FeeToken();
        InsuranceFund other = new InsuranceFund(authority, address(driver), fee, _settings(), "", "");
        fee.mint(alice, 1e6);
        vm.startPrank(alice);
        fee.approve(address(other), 1e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundReceivedMismatch.selector, 0.99e6, 1e6));
        other.deposit(1e6, alice);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundReceivedMismatch.selector, 0.99e6, 1e6));
        other.contribute(1e6);
        vm.stopPrank();
    }

    function test_ExitTakesTwoSteps() external {
        uint256 shares = _deposit(alice, 1_000e6);
        assertEq(shares, 1_000e6 * SHARE_UNIT);
        _exitIsRefused(alice);
        _requestExit(alice, shares);
        assertEq(fund.balanceOf(alice), 0);
        vm.warp(NOON + COOL_DOWN - 1);
        _exitIsRefused(alice);
        vm.warp(NOON + COOL_DOWN);
        assertEq(fund.maxRedeem(alice), shares);
        assertEq(_redeem(alice, shares / 4), 250e6);
        assertEq(fund.maxRedeem(alice), shares - shares / 4);
        vm.warp(NOON + COOL_DOWN + EXIT_WINDOW);
        _exitIsRefused(alice);
        vm.prank(alice);
        fund.cancelExit();
        assertEq(fund.balanceOf(alice), shares - shares / 4);
        assertEq(fund.exitTicket(alice).shares, 0);
    }

    /// @dev Adding to a ripe ticket must not make the added shares ripe.
    function test_RequestingMoreBeginsTheCoolDownAnew() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _requestExit(alice, shares / 2);
        vm.warp(NOON + COOL_DOWN);
        _requestExit(alice, shares / 2);
        _exitIsRefused(alice);
        assertEq(fund.exitTicket(alice).from, NOON + 2 * COOL_DOWN);
        assertEq(fund.exitTicket(alice).shares, shares);
    }

    function test_OthersNeedAnAllowanceForAnExit() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _ripen(alice);
        vm.prank(bob);
        vm.expectRevert();
        fund.redeem(shares, bob, alice);
        vm.prank(alice);
        fund.approve(bob, shares / 2);
        vm.startPrank(bob);
        vm.expectRevert();
        fund.redeem(shares / 2 + 1, bob, alice);
        fund.redeem(shares / 2, bob, alice);
    }

    function test_ClosedAfterEachExpiryForTheSettlementWindow() external {
        _deposit(alice, 1_000e6);
        _ripen(alice);
        uint256 expiry = NOON + COOL_DOWN + 20 hours;
        vm.warp(expiry - 1);
        assertTrue(fund.isOpen());
        vm.warp(expiry);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        vm.warp(expiry + SETTLEMENT_WINDOW - 1);
        _exitIsRefused(alice);
        vm.warp(expiry + SETTLEMENT_WINDOW);
        assertTrue(fund.isOpen());
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 1_000e6);
    }

    function test_ClosedWhileASeriesIsOpenOrAReservationIsOwedBack() external {
        _deposit(alice, 1_000e6);
        _ripen(alice);
        driver.suspendFor(SERIES);
        driver.suspendFor(SERIES);
        assertEq(fund.openSeries(), 1);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        driver.reserve(SERIES, 100e6);
        assertEq(fund.totalAssets(), 1_000e6);
        driver.cover(SERIES, 30e6);
        assertEq(fund.totalAssets(), 970e6);
        assertEq(fund.receivable(), 70e6);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        assertEq(fund.collect(), 0);
        assertEq(fund.receivable(), 0);
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 970e6);
    }

    function test_CollectTellsFeesFromReturnedReservations() external {
        _deposit(alice, 1_000e6);
        driver.reserve(SERIES, 100e6);
        driver.addFees(5e6);
        driver.cover(SERIES, 10e6);
        assertEq(fund.collect(), 5e6);
        assertEq(fund.totalAssets(), 995e6);
        assertEq(token.balanceOf(address(fund)), 995e6);
    }

    function test_ContributionsBelongToAllShares() external {
        uint256 shares = _deposit(alice, 1_000e6);
        driver.suspendFor(SERIES);
        vm.expectEmit(address(fund));
        emit IInsuranceFund.FundAssetsSet(1_050e6, 0, 0);
        vm.prank(bob);
        fund.contribute(50e6);
        assertEq(fund.balanceOf(bob), 0);
        assertEq(fund.totalSupply(), shares);
        assertApproxEqAbs(fund.convertToAssets(shares), 1_050e6, 1);
        assertEq(token.balanceOf(address(fund)), 1_050e6);
    }

    function test_CoverIsBoundedByCapAndFreeAssets() external {
        _deposit(alice, 1_000e6);
        assertEq(driver.cover(1, 30e6), 30e6);
        assertEq(driver.cover(2, 500e6), 97e6);
        assertEq(fund.seriesCover(2).loss, 97e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.cover(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.reserve(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.suspendFor(2);
    }

    function test_EmptyFundCoversNothing() external {
        assertEq(driver.cover(SERIES, 1e6), 0);
        assertTrue(fund.seriesCover(SERIES).status == CoverStatus.DONE);
    }

    function test_ReservationsAreBoundedByCapAndUtilisation() external {
        _deposit(alice, 1_000e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundReservationTooLarge.selector, 0, 100e6 + 1, 100e6));
        driver.reserve(0, 100e6 + 1);
        for (uint256 id = 0; id < 5; ++id) driver.reserve(id, 100e6);
        assertEq(fund.reservationLimit(), 0);
        vm.expectPartialRevert(IInsuranceFund.FundReservationTooLarge.selector);
        driver.reserve(5, 1);
        vm.expectPartialRevert(IInsuranceFund.FundReservedAlready.selector);
        driver.reserve(4, 0);
        assertEq(fund.reserved(), 500e6);
        // A reservation is never spent on another series.
        for (uint256 id = 10; id < 20; ++id) driver.cover(id, 100e6);
        assertGe(fund.totalAssets(), fund.reserved());
        assertEq(driver.cover(0, 100e6), 100e6);
    }

    function test_ReservationBearsNoMoreThanItself() external {
        _deposit(alice, 1_000e6);
        driver.reserve(SERIES, 40e6);
        assertEq(driver.cover(SERIES, 90e6), 40e6);
        assertEq(fund.totalAssets(), 960e6);
        assertTrue(fund.isOpen());
    }

    function test_Asset() external view {
        assertEq(fund.asset(), address(IERC20(token)));
        assertEq(fund.decimals(), 12);
        assertEq(fund.VAULT(), address(driver));
    }
}
